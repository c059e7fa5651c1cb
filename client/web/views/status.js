// SPDX-License-Identifier: MPL-2.0
// How this node is: what wants attention, peers, disk and versions, copies, what was refused and why.
import { get } from '../app/api.js';
import { h, later } from '../app/dom.js';
import { ago, bytes, number, shortId } from '../app/format.js';
import { may } from '../app/session.js';
import { lasting } from '../app/standing.js';
import { known, t } from '../app/text.js';
import { copyButton } from '../parts/copy.js';
import { icon } from '../parts/icon.js';
import { moment } from '../parts/moment.js';
import { nameForm } from '../parts/name_form.js';
import { sentence } from '../parts/sentence.js';

const REFRESH_MS = 10000;

const fact = (word, ...value) => [h('dt', {}, word), h('dd', {}, value)];
const panel = (name, title, ...inside) => h('section', { class: 'panel', 'aria-labelledby': `panel-${name}` },
  h('h2', { id: `panel-${name}` }, title), inside);

function attention({ warnings, copies, name, networks }) {
  const uncopied = networks.length > 0 && !copies.backup && !copies.key;
  if (warnings.length === 0 && uncopied) return h('p', { class: 'notice notice-plain' }, icon('copy'), h('span', {}, sentence(t('status.uncopied', { name }))));
  if (warnings.length === 0) return h('p', { class: 'notice notice-good' }, icon('check'), h('span', {}, t('status.good')));
  return warnings.map((warning) => h('p', { class: 'notice' }, icon('alert'), h('span', {}, sentence(warning))));
}

/** A link that lives is in sync or not; one that does not says why. */
function linkState(peer) {
  if (peer.state !== 'live') return { word: known(`peer.${peer.state}`) ? t(`peer.${peer.state}`) : peer.state, kind: 'away' };
  return lasting(peer);
}

function peers(list) {
  if (list.length === 0) return h('p', { class: 'quiet' }, t('status.nopeers'));
  return h('div', { class: 'table-frame' }, h('table', { class: 'rows' }, h('caption', { class: 'hidden' }, t('status.peers')),
    h('thead', {}, h('tr', {}, ['name', 'state', 'heard', 'address', 'version'].map((word) => h('th', { scope: 'col' }, t(`member.${word}`))))),
    h('tbody', {}, list.map((peer) => {
      const { word, kind, title } = linkState(peer);
      return h('tr', {},
        h('th', { scope: 'row' }, h('bdi', {}, peer.name || shortId(peer.id))),
        h('td', { 'data-label': t('member.state') }, h('span', { title }, h('span', { class: `dot dot-${kind}` }), word)),
        h('td', { 'data-label': t('member.heard') }, whenever(peer.heard)),
        h('td', { 'data-label': t('member.address') }, h('bdi', { dir: 'ltr', class: 'break' }, peer.address)),
        h('td', { 'data-label': t('member.version') }, peer.version ?? ''));
    }))));
}

function refusals(refused) {
  const rows = Object.entries(refused).sort((a, b) => b[1] - a[1]);
  if (rows.length === 0) return h('p', { class: 'quiet' }, t('status.norefusals'));
  return h('dl', { class: 'facts' }, rows.map(([reason, count]) => fact(
    known(`refused.${reason}`) ? t(`refused.${reason}`) : reason, number(count))));
}

const whenever = (text) => (text ? moment(text) : t('status.never'));

function disk(answer) {
  const used = answer.disk.store + answer.disk.catalog + answer.disk.blobs;
  return [h('meter', { min: 0, max: used + answer.disk.free, value: used, 'aria-label': t('status.disk') }),
    h('dl', { class: 'facts' },
      fact(t('status.store'), bytes(answer.disk.store)), fact(t('status.catalog'), bytes(answer.disk.catalog)),
      fact(t('status.free'), bytes(answer.disk.free)))];
}

export async function status(view) {
  const answer = await get('/status');
  const again = later(view.again, 500);
  view.live('state', again);
  const timer = setInterval(view.again, REFRESH_MS);
  view.onLeave(() => clearInterval(timer));
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('h1', { dir: 'auto' }, answer.name), h('p', { class: 'quiet' }, t('status.lead', {
      version: answer.version, since: ago(new Date(Date.now() - answer.uptime_seconds * 1000).toISOString()) })))),
    attention(answer),
    panel('peers', t('status.peers'), peers(answer.peers)),
    h('div', { class: 'thirds' },
      panel('disk', t('status.disk'), disk(answer)),
      panel('copies', t('status.copies'), h('dl', { class: 'facts' },
        fact(t('status.backup'), whenever(answer.copies.backup)), fact(t('status.key'), whenever(answer.copies.key))),
      h('p', { class: 'small quiet' }, sentence(t('status.copies.how')))),
      panel('refused', t('status.refused'), refusals(answer.refused))),
    panel('node', t('status.node'), h('dl', { class: 'facts' },
      fact(t('status.id'), h('code', { class: 'break' }, answer.id)), fact(t('status.listen'), h('code', {}, answer.listen)),
      fact(t('status.http'), h('code', {}, answer.http)), fact(t('status.dir'), h('code', { class: 'break' }, answer.dir))),
    copyButton(answer.id, t('status.copyid')),
    may('manage') && h('details', { class: 'more' }, h('summary', {}, t('name.change')), nameForm(answer.name, view.again))));
}
