// SPDX-License-Identifier: MPL-2.0
// Members of a network: who, as what, in sync or how far behind, and since when.
import { h } from '../app/dom.js';
import { ago, dateTime, number, shortId } from '../app/format.js';
import { t } from '../app/text.js';

/** One word for how it stands with a member, and the class that colours its dot. */
export function standing(member) {
  if (member.left || member.revoked) return { word: t('member.left'), kind: 'gone' };
  if (member.self) return { word: t('member.self'), kind: 'good' };
  if (!member.connected) {
    if (!member.last_heard) return { word: t('member.never'), kind: 'away' };
    const heard = { ago: ago(member.last_heard), count: member.behind, number: number(member.behind ?? 0) };
    return { word: t(member.behind > 0 ? 'member.away.behind' : 'member.away', heard), kind: 'away' };
  }
  if (member.in_sync) return { word: t('member.sync'), kind: 'good' };
  if (member.behind > 0) {
    return { word: t('member.behind', { count: member.behind, number: number(member.behind) }), kind: 'late' };
  }
  return { word: t('member.catching'), kind: 'late' };
}

function row(member, actions) {
  const { word, kind } = standing(member);
  return h('tr', {},
    h('th', { scope: 'row', dir: 'auto' }, member.name ?? t('member.unnamed'), h('span', { class: 'small quiet block', title: member.id }, shortId(member.id))),
    h('td', { 'data-label': t('member.role') }, t(`network.role.${member.role}`)),
    h('td', { 'data-label': t('member.state') }, h('span', { class: `dot dot-${kind}` }), word),
    h('td', { 'data-label': t('member.heard') }, member.last_heard && h('time', { datetime: member.last_heard, title: dateTime(member.last_heard) }, ago(member.last_heard))),
    h('td', { 'data-label': t('member.version') }, member.version ?? ''),
    actions && h('td', { class: 'cell-actions' }, actions(member)));
}

/** @actions(member): buttons of a member's row; left out where nobody may do anything. */
export function memberTable(members, actions) {
  const order = { root: 0, coordinator: 1 };
  const sorted = [...members].sort((a, b) => (order[a.role] ?? 2) - (order[b.role] ?? 2) || (a.name ?? '').localeCompare(b.name ?? ''));
  return h('div', { class: 'table-frame' }, h('table', { class: 'rows' },
    h('caption', { class: 'hidden' }, t('network.members.title')),
    h('thead', {}, h('tr', {}, ['name', 'role', 'state', 'heard', 'version'].map((word) => h('th', { scope: 'col' }, t(`member.${word}`))),
      actions && h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('member.actions'))))),
    h('tbody', {}, sorted.map((member) => row(member, actions)))));
}
