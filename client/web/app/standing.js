// SPDX-License-Identifier: MPL-2.0
// How it stands with a member or a peer, as far as this node knows: in sync or how far behind, since
// when, and by which way it is heard. One place, so that tables, the picture and its words agree.
import { dateTime, number, span } from './format.js';
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

/** "2 records behind for 3 hours"; what has only just begun has no length yet. */
export function lasting(one) {
  const { word, kind } = sync(one);
  const time = one.since && span(one.since);
  return { word: time ? t('sync.for', { state: word, span: time }) : word, kind, title: one.since && dateTime(one.since) };
}

/** How it stands with a member, with what a pointer over it tells: since when exactly. */
export function standing(member) {
  if (member.left || member.revoked) return { word: t('member.left'), kind: 'gone' };
  if (member.expired) return { word: t('member.expired'), kind: 'gone' };
  if (member.self) return { word: t('member.self'), kind: 'good' };
  if (!member.connected && !member.last_heard) return { word: t('member.never'), kind: 'away' };
  const { word, kind, title } = lasting(member);
  return { word, title, kind: member.connected ? kind : 'away' };
}

/** 'linked', 'heard' through others of late, or 'silent'. */
export function way(member, members, now = Date.now()) {
  if (member.self || member.connected) return 'linked';
  const heard = member.last_heard ? now - new Date(member.last_heard).getTime() : Infinity;
  return heard < silence(members.length) ? 'heard' : 'silent';
}

/** How this node's membership in @network has ended, as the name of a sentence; null: it has not. */
export function ended(network) {
  return ['forgetting', 'revoked', 'deposed', 'left', 'expired'].find((how) => network[how]) ?? null;
}

/** What this node is in @network, in a word or two. */
export function membership(network) {
  const how = ended(network);
  return t(how ? `network.${how}` : `network.role.${network.role}`);
}
