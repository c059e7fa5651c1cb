// SPDX-License-Identifier: MPL-2.0
// The first minutes: who this is, which network, the first task.
import { get } from '../app/api.js';
import { h } from '../app/dom.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { nameForm } from '../parts/name_form.js';

function step(count, title, sentence, ...offered) {
  const actions = offered.filter(Boolean);
  return h('li', { class: 'step' }, h('span', { class: 'step-number', 'aria-hidden': 'true' }, count),
    h('div', {}, h('h2', {}, title), h('p', {}, sentence), actions.length > 0 && h('div', { class: 'row' }, actions)));
}

export async function welcome() {
  const { name } = await get('/id');
  const manage = may('manage');
  const heading = h('h1', { dir: 'auto' }, t('welcome.title', { name }));
  return h('div', { class: 'welcome' },
    heading,
    h('p', { class: 'lead' }, t('welcome.lead')),
    h('ol', { class: 'steps' },
      step(1, t('welcome.name'), t(manage ? 'welcome.name.how' : 'welcome.name.now', { name }),
        manage && nameForm(name, (next) => {
          heading.textContent = t('welcome.title', { name: next });
        })),
      step(2, t('welcome.network'), t('welcome.network.how'),
        manage && h('a', { class: 'button button-main', href: '#/join' }, t('action.join')),
        manage && h('a', { class: 'button', href: '#/found' }, t('action.found'))),
      step(3, t('welcome.task'), t('welcome.task.how'))),
    !manage && h('p', { class: 'quiet' }, t('welcome.ask')));
}
