// SPDX-License-Identifier: MPL-2.0
// Invite a district: a one-time ticket to copy, or to scan.
import { get, post } from '../app/api.js';
import { fill, h } from '../app/dom.js';
import { dateTime } from '../app/format.js';
import { href } from '../app/router.js';
import { t } from '../app/text.js';
import { copyButton } from '../parts/copy.js';
import { icon } from '../parts/icon.js';
import { qrCode } from '../parts/qr.js';
import { sentence } from '../parts/sentence.js';
import { problemLine } from '../parts/state.js';

const DAYS = [1, 7, 30, 90];
const DAY_MS = 86400000;

function ticketPanel(made) {
  return h('section', { class: 'panel ticket', 'aria-labelledby': 'made' }, h('h2', { id: 'made', tabindex: '-1' }, t('invite.made')),
    h('p', {}, t('invite.made.how')),
    h('div', { class: 'ticket-body' },
      h('div', { class: 'stack-small' }, h('pre', { class: 'ticket-text', tabindex: '0', dir: 'ltr', 'aria-label': t('join.ticket') }, made.ticket),
        h('div', { class: 'row' }, copyButton(made.ticket, t('invite.copy')))),
      qrCode(made.ticket, t('invite.qr'))),
    h('p', { class: 'small quiet' }, t('invite.valid', { when: dateTime(made.expires), addresses: made.addresses.join(', ') })),
    made.warnings.map((warning) => h('p', { class: 'notice' }, icon('alert'), h('span', {}, sentence(warning)))));
}

const option = (value, label, chosen) => h('option', { value, selected: chosen }, label);

export async function invite(view) {
  const network = await get(`/networks/${view.given.net}`);
  const result = h('div', {});
  const label = h('input', { id: 'invite-label', type: 'text', maxlength: 100, autocomplete: 'off', dir: 'auto' });
  const role = h('select', { id: 'invite-role' }, ['contributor', 'reader', ...(network.role === 'root' ? ['coordinator'] : [])].map(
    (word) => option(word, t(`invite.role.${word}`), word === 'contributor')));
  const days = h('select', { id: 'invite-days' }, DAYS.map((count) => option(count, t('invite.days', { count }), count === 7)));
  const address = h('input', { id: 'invite-address', type: 'text', placeholder: 'hub.example.org:7420', autocomplete: 'off', dir: 'ltr' });
  const field = (input, word) => h('div', { class: 'field' }, h('label', { for: input.id }, t(`invite.${word}`)), h('p', { class: 'help' }, t(`invite.${word}.help`)), input);

  async function submit(event) {
    event.preventDefault();
    try {
      const made = await post(`/networks/${network.id}/invitations`, {
        role: role.value, expires_ms: Date.now() + Number(days.value) * DAY_MS,
        ...(label.value.trim() && { label: label.value.trim() }),
        ...(address.value.trim() && { addresses: [address.value.trim()] }),
      });
      fill(result, ticketPanel(made));
      result.querySelector('h2').focus();
    } catch (problem) {
      fill(result, problemLine(problem));
    }
  }
  return h('form', { class: 'editor', onsubmit: submit },
    h('header', {}, h('p', { class: 'card-kind' }, h('a', { href: href('network', network.id), dir: 'auto' }, network.name)), h('h1', {}, t('title.invite')), h('p', { class: 'lead' }, t('invite.lead'))),
    field(label, 'label'), field(role, 'role'), field(days, 'expiry'),
    h('details', { class: 'more' }, h('summary', {}, t('form.more')), field(address, 'address')),
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'button button-main' }, t('invite.do'))), result);
}
