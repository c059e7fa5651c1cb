// SPDX-License-Identifier: MPL-2.0
// Members of a network: who, as what, in sync or how far behind and since when, and by which way heard.
import { h } from '../app/dom.js';
import { shortId } from '../app/format.js';
import { standing, way } from '../app/standing.js';
import { t } from '../app/text.js';
import { moment } from './moment.js';

function heard(member, members) {
  if (member.self || member.left || (!member.connected && !member.last_heard)) return null;
  if (member.connected) return t('way.linked');
  return [t(`way.${way(member, members)}`), ' ', moment(member.last_heard)];
}

function row(member, members, actions) {
  const { word, kind, title } = standing(member);
  return h('tr', {},
    h('th', { scope: 'row' }, h('bdi', {}, member.name ?? t('member.unnamed')), h('span', { class: 'small quiet block', title: member.id }, shortId(member.id))),
    h('td', { 'data-label': t('member.role') }, t(`network.role.${member.role}`)),
    h('td', { 'data-label': t('member.state') }, h('span', { title }, h('span', { class: `dot dot-${kind}` }), word)),
    h('td', { 'data-label': t('member.heard') }, h('span', {}, heard(member, members))),
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
    h('tbody', {}, sorted.map((member) => row(member, members, actions)))));
}
