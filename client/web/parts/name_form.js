// SPDX-License-Identifier: MPL-2.0
// The district's name, and a new one: every member of its networks sees it at once.
import { post } from '../app/api.js';
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { problemLine } from './state.js';
import { say } from './toast.js';

/** @named(name) hears that it was taken. */
export function nameForm(name, named) {
  const refused = h('div', {});
  const box = h('input', { id: 'district-name', type: 'text', required: true, maxlength: 100, autocomplete: 'organization', dir: 'auto', value: name });
  async function submit(event) {
    event.preventDefault();
    fill(refused);
    try {
      const answer = await post('/name', { name: box.value.trim() });
      delete form.dataset.dirty;
      say(t('name.done', { name: answer.name }));
      named?.(answer.name);
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
  }
  const form = h('form', { class: 'stack-small', onsubmit: submit },
    h('div', { class: 'field' }, h('label', { for: 'district-name' }, t('name.label')), h('p', { class: 'help' }, t('name.help')),
      h('div', { class: 'row' }, box, h('button', { type: 'submit', class: 'button' }, t('name.do')))), refused);
  return form;
}
