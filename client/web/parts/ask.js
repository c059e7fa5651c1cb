// SPDX-License-Identifier: MPL-2.0
// A question before something that cannot be taken back. The browser's own dialog keeps the keyboard in it.
import { h } from '../app/dom.js';
import { t } from '../app/text.js';

/** Resolves to {reason}, what stands in the box of that label, when confirmed; to null when not. @needed: not without one. */
export function ask({ title, sentence, confirm, reason, needed = false }) {
  return new Promise((resolve) => {
    const box = reason && h('input', { id: 'ask-reason', type: 'text', maxlength: 300, required: needed, autocomplete: 'off', dir: 'auto' });
    const dialog = h('dialog', { class: 'ask', 'aria-labelledby': 'ask-title' },
      h('form', { method: 'dialog', class: 'stack-small' },
        h('h2', { id: 'ask-title' }, title), h('p', {}, sentence),
        box && h('div', { class: 'field' }, h('label', { for: 'ask-reason' }, reason), box),
        h('div', { class: 'row' },
          h('button', { class: 'button', value: 'no', formnovalidate: true }, t('ask.no')),
          h('button', { class: 'button button-bad', value: 'yes' }, confirm))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes' ? { reason: box?.value.trim() } : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
