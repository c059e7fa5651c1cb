// SPDX-License-Identifier: MPL-2.0
// Found a network with this node as its root.
import { get, post } from '../app/api.js';
import { fill, h } from '../app/dom.js';
import { go, href } from '../app/router.js';
import { t } from '../app/text.js';
import { problemLine } from '../parts/state.js';
import { say } from '../parts/toast.js';

export async function found() {
  const refused = h('div', {});
  const { networks } = await get('/networks');
  const hint = h('p', { class: 'help', role: 'status' });
  const warn = () => fill(hint, networks.some((one) => one.name === name.value.trim()) && t('found.namesake'));
  const name = h('input', { id: 'network-name', type: 'text', required: true, maxlength: 100, autocomplete: 'off', dir: 'auto', oninput: warn });
  async function submit(event) {
    event.preventDefault();
    try {
      const made = await post('/networks', { name: name.value.trim() });
      say(t('found.done', { name: made.name }));
      go(href('invite', made.id));
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
  }
  return h('form', { class: 'editor', onsubmit: submit },
    h('header', {}, h('h1', {}, t('title.found')), h('p', { class: 'lead' }, t('found.lead'))),
    h('div', { class: 'field' }, h('label', { for: 'network-name' }, t('found.name')), h('p', { class: 'help' }, t('found.help')), name, hint),
    refused, h('div', { class: 'row' }, h('button', { type: 'submit', class: 'button button-main' }, t('found.do'))));
}
