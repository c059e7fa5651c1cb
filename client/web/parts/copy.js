// SPDX-License-Identifier: MPL-2.0
// A button that puts a text where it can be pasted from, and says that it did.
import { h } from '../app/dom.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';
import { say } from './toast.js';

/** Addresses that are not secure contexts have no clipboard: there the text is selected instead. */
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h('textarea', { class: 'hidden', readonly: true, value: text });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copy');
  return undefined;
}

export function copyButton(text, label = t('action.copy')) {
  return h('button', {
    type: 'button', class: 'button button-small',
    onclick: () => put(text).then(() => say(t('copy.done')), () => say(t('copy.failed'))),
  }, icon('copy'), label);
}
