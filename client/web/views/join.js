// SPDX-License-Identifier: MPL-2.0
// Join a network: paste the ticket, see what it joins, say yes, watch it happen.
import { post, Problem, stream } from '../app/api.js';
import { fill, h, later } from '../app/dom.js';
import { dateTime, shortId } from '../app/format.js';
import { go, href } from '../app/router.js';
import { t } from '../app/text.js';
import { icon } from '../parts/icon.js';
import { problemLine } from '../parts/state.js';
import { say } from '../parts/toast.js';

function told(ticket) {
  const fact = (word, ...value) => [h('dt', {}, word), h('dd', {}, value)];
  return h('section', { class: 'panel', 'aria-labelledby': 'ticket' }, h('h2', { id: 'ticket', dir: 'auto' }, ticket.name),
    h('dl', { class: 'facts' },
      fact(t('join.role'), t(`network.role.${ticket.role}`)),
      ticket.label && fact(t('join.label'), h('span', { dir: 'auto' }, ticket.label)),
      fact(t('join.inviter'), h('code', {}, shortId(ticket.inviter))),
      ticket.expires && fact(t('join.expires'), dateTime(ticket.expires)),
      fact(t('join.addresses'), h('span', { dir: 'ltr' }, ticket.addresses.join(', ')))),
    h('p', { class: 'small quiet' }, t('join.trust')));
}

export async function join() {
  const about = h('div', {});
  const refused = h('div', {});
  const steps = h('ol', { class: 'progress', 'aria-label': t('join.progress') });
  const button = h('button', { type: 'submit', class: 'button button-main', disabled: true }, t('join.do'));
  const box = h('textarea', { id: 'ticket-text', rows: 5, spellcheck: 'false', autocomplete: 'off', dir: 'ltr', 'aria-describedby': 'ticket-help' });

  const read = later(async () => {
    fill(refused);
    button.disabled = true;
    if (box.value.trim() === '') return fill(about);
    try {
      fill(about, told(await post('/tickets/read', { ticket: box.value })));
      button.disabled = false;
    } catch (problem) {
      fill(about);
      fill(refused, problemLine(problem));
    }
    return undefined;
  }, 250);
  box.addEventListener('input', read);

  function step(line) {
    if (line.progress) steps.append(h('li', {}, icon('check'), h('span', { dir: 'auto' }, line.progress)));
    else if (line.error) fill(refused, problemLine(new Problem(line.error.status, line.error)));
    else if (line.done) {
      say(t('join.done', { name: line.name }));
      go(href('network', line.network));
    }
  }
  async function submit(event) {
    event.preventDefault();
    fill(steps);
    fill(refused);
    button.disabled = true;
    box.readOnly = true;
    try {
      await stream('/join', { ticket: box.value }, step);
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
    button.disabled = false;
    box.readOnly = false;
  }
  return h('form', { class: 'editor', onsubmit: submit },
    h('header', {}, h('h1', {}, t('title.join')), h('p', { class: 'lead' }, t('join.lead'))),
    h('div', { class: 'field' }, h('label', { for: 'ticket-text' }, t('join.ticket')), h('p', { class: 'help', id: 'ticket-help' }, t('join.help')), box),
    about, h('div', { role: 'status' }, steps), refused, h('div', { class: 'row' }, button));
}
