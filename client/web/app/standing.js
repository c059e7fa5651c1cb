// SPDX-License-Identifier: MPL-2.0
// How it stands with a member or a peer, as far as this node knows: in sync or how far behind, since
// when, and by which way it is heard. One place, so that tables, the picture and its words agree.
import { ago, dateTime, number } from './format.js';
import { t } from './text.js';

/** Members say that they are there every minute or more rarely (SPEC 9.13.2); thrice that is silence. */
const silence = (members) => 3 * Math.max(60000, members * 500);

const counted = (key, count) => t(key, { count, number: number(count) });

/** Whether it holds the same records: {word, kind}; the kind colours its dot and its line. */
export function sync(one) {
  if (one.in_sync) return { word: t('sync.good'), kind: 'good' };
  if (one.lacks > 0) return { word: counted('sync.lacks', one.lacks), kind: 'late' };
  if (one.behind > 0) return { word: counted('sync.coming', one.behind), kind: 'late' };
  return { word: t('sync.late'), kind: 'late' };
}

/** The same as a sentence with its moment, and what a pointer over it tells. */
export function standing(member) {
  if (member.left || member.revoked) return { word: t('member.left'), kind: 'gone' };
  if (member.self) return { word: t('member.self'), kind: 'good' };
  if (!member.connected && !member.last_heard) return { word: t('member.never'), kind: 'away' };
  const { word, kind } = sync(member);
  return { word: member.since ? t('sync.since', { state: word, since: ago(member.since) }) : word,
    title: member.since && dateTime(member.since), kind: member.connected ? kind : 'away' };
}

/** 'linked', 'heard' through others of late, or 'silent'. */
export function way(member, members, now = Date.now()) {
  if (member.self || member.connected) return 'linked';
  const heard = member.last_heard ? now - new Date(member.last_heard).getTime() : Infinity;
  return heard < silence(members.length) ? 'heard' : 'silent';
}
