// SPDX-License-Identifier: MPL-2.0
// Invitations of a network: for whom, until when, what became of them.
import { post } from '../app/api.js';
import { h } from '../app/dom.js';
import { ago, date } from '../app/format.js';
import { known, t } from '../app/text.js';
import { sentenceOf } from './state.js';
import { say } from './toast.js';

function word(row) {
  if (row.state === 'used') return t('invited.used', { name: row.used_name || t('member.unnamed'), ago: ago(row.used_at) });
  return known(`invited.${row.state}`) ? t(`invited.${row.state}`) : row.state;
}

function line(row, again) {
  const name = row.label || t('invited.nameless');
  const cancel = () => post(`/invitations/${encodeURIComponent(row.key)}/cancel`).then(() => say(t('invited.withdrawn')), (problem) => say(sentenceOf(problem))).then(again);
  return h('tr', {}, h('th', { scope: 'row' }, h('bdi', {}, name)),
    h('td', { 'data-label': t('member.role') }, t(`network.role.${row.role}`)),
    h('td', { 'data-label': t('member.state') }, word(row)),
    h('td', { 'data-label': t('people.until') }, date(row.expires)),
    h('td', { class: 'cell-actions' }, row.state === 'open' && h('button', { type: 'button', class: 'button button-small button-bad', onclick: cancel, 'aria-label': t('people.withdraw.of', { name }) }, t('people.withdraw'))));
}

export const invitationTable = (rows, again) => h('div', { class: 'table-frame' }, h('table', { class: 'rows' },
  h('caption', { class: 'hidden' }, t('invited.title')),
  h('thead', {}, h('tr', {}, ['invite.label', 'member.role', 'member.state', 'people.until'].map((key) => h('th', { scope: 'col' }, t(key))),
    h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('member.actions'))))),
  h('tbody', {}, rows.map((row) => line(row, again)))));
