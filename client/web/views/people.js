// SPDX-License-Identifier: MPL-2.0
// People of this district: a link for each, what it allows, since when it is used, and its end.
import { get, post } from '../app/api.js';
import { fill, h } from '../app/dom.js';
import { date } from '../app/format.js';
import { t, known } from '../app/text.js';
import { copyButton } from '../parts/copy.js';
import { moment } from '../parts/moment.js';
import { emptyState, problemLine, sentenceOf } from '../parts/state.js';
import { say } from '../parts/toast.js';

const ROLES = ['read', 'draft', 'publish', 'manage'];
const DAYS = [1, 30, 90, 365];
const DAY_MS = 86400000;

function linkPanel(made) {
  return h('section', { class: 'panel ticket', 'aria-labelledby': 'link-made' }, h('h2', { id: 'link-made', tabindex: '-1' }, t('people.made', { name: made.for ?? '' })),
    h('p', {}, t('people.made.how')), h('pre', { class: 'ticket-text', tabindex: '0', dir: 'ltr', 'aria-label': t('people.link') }, made.url),
    h('div', { class: 'row' }, copyButton(made.url, t('people.copy'))));
}

function form(made) {
  const refused = h('div', {});
  const name = h('input', { id: 'person-name', type: 'text', required: true, maxlength: 100, autocomplete: 'off', dir: 'auto' });
  const may = h('p', { class: 'help', id: 'person-may' }, t('role.may.draft'));
  const role = h('select', { id: 'person-role', value: 'draft', 'aria-describedby': 'person-may', onchange: (event) => fill(may, t(`role.may.${event.target.value}`)) },
    ROLES.map((word) => h('option', { value: word }, t(`role.${word}`))));
  const days = h('select', { id: 'person-days', value: '90' }, DAYS.map((count) => h('option', { value: String(count) }, t('invite.days', { count }))));
  async function submit(event) {
    event.preventDefault();
    try {
      const answer = await post('/sign-ins', { for: name.value.trim(), role: role.value, expires: Date.now() + Number(days.value) * DAY_MS });
      fill(refused);
      name.value = '';
      event.target.removeAttribute('data-dirty');
      made(answer);
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
  }
  return h('form', { class: 'panel', onsubmit: submit }, h('h2', {}, t('people.new')),
    h('div', { class: 'thirds' },
      h('div', { class: 'field' }, h('label', { for: 'person-name' }, t('people.name')), name),
      h('div', { class: 'field' }, h('label', { for: 'person-role' }, t('people.role')), role, may),
      h('div', { class: 'field' }, h('label', { for: 'person-days' }, t('people.days')), days)),
    refused, h('div', { class: 'row' }, h('button', { type: 'submit', class: 'button button-main' }, t('people.make'))));
}

const ended = (row) => ['withdrawn', 'expired'].includes(row.state);

function personRow(row, again) {
  const withdraw = () => post(`/sign-ins/${encodeURIComponent(row.key)}/cancel`).then(() => say(t('people.withdrawn')), (problem) => say(sentenceOf(problem))).then(again);
  return h('tr', {}, h('th', { scope: 'row' }, h('bdi', {}, row.for || t('people.nameless'))),
    h('td', { 'data-label': t('people.role') }, t(`role.${row.role}`)),
    h('td', { 'data-label': t('member.state') }, h('span', {}, known(`people.state.${row.state}`) ? t(`people.state.${row.state}`) : row.state,
      row.state === 'used' && row.last_used && [' ', moment(row.last_used)])),
    h('td', { 'data-label': t('people.until') }, row.expires ? date(row.expires) : ''),
    h('td', { class: 'cell-actions' }, !ended(row) && h('button', { type: 'button', class: 'button button-small button-bad', onclick: withdraw,
      'aria-label': t('people.withdraw.of', { name: row.for || t('people.nameless') }) }, t('people.withdraw'))));
}

export async function people(view) {
  const answer = await get('/sign-ins');
  const list = answer.sign_ins;
  const made = h('div', {});
  const table = h('div', {});
  async function draw() {
    const now = await get('/sign-ins');
    if (view.shown()) show(now.sign_ins);
  }
  const show = (rows) => fill(table, rows.length === 0 ? emptyState('people', t('people.none'), t('people.none.how'))
    : h('div', { class: 'table-frame' }, h('table', { class: 'rows' }, h('caption', { class: 'hidden' }, t('title.people')),
      h('thead', {}, h('tr', {}, ['people.name', 'people.role', 'member.state', 'people.until'].map((word) => h('th', { scope: 'col' }, t(word))), h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('member.actions'))))),
      h('tbody', {}, rows.map((row) => personRow(row, draw))))));
  show(list);
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('h1', {}, t('title.people')), h('p', { class: 'lead' }, t('people.lead')))),
    form((link) => {
      fill(made, linkPanel(link));
      made.querySelector('h2').focus();
      draw();
    }), made, h('section', { 'aria-label': t('people.list') }, table));
}
