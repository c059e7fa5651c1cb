// SPDX-License-Identifier: MPL-2.0
// A question before something that cannot be taken back. The browser's own dialog keeps the keyboard in it.
// It stays until the deed is done: what was typed outlives a call that failed, and can be sent again.
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { problemLine } from './state.js';

function reasonField(label, needed) {
  return h('div', { class: 'field' }, h('label', { for: 'ask-reason' }, label),
    h('input', { id: 'ask-reason', name: 'reason', type: 'text', maxlength: 300, required: needed, autocomplete: 'off', dir: 'auto' }));
}

/**
 * @act(text in the box labelled @reason) is what was asked for; @needed: not without such a text.
 * Resolves to true when it is done, to false when it was left.
 */
export function ask({ title, sentence, confirm, reason, needed = false, act }) {
  return new Promise((resolve) => {
    const refused = h('div', {});
    const yes = h('button', { type: 'submit', class: 'button button-bad' }, confirm);
    const dialog = h('dialog', { class: 'ask', 'aria-labelledby': 'ask-title' },
      h('form', { class: 'stack-small', onsubmit: submit },
        h('h2', { id: 'ask-title' }, title), h('p', {}, sentence), reason && reasonField(reason, needed), refused,
        h('div', { class: 'row' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('ask.no')), yes)));
    async function submit(event) {
      event.preventDefault();
      yes.disabled = true;
      fill(refused);
      try {
        await act(new FormData(event.target).get('reason')?.trim() ?? '');
        dialog.close('done');
      } catch (problem) {
        fill(refused, problemLine(problem));
      }
      yes.disabled = false;
    }
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'done');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
