// SPDX-License-Identifier: MPL-2.0
// A short word at the foot of the page, said aloud as well; it goes by itself.
import { h } from '../app/dom.js';
import { sentence } from './sentence.js';

const STAY_MS = 6000;
let place = null;

export function toasts() {
  place = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });
  return place;
}

/** @text: a sentence; @link: {href, text} of where to look. */
export function say(text, link) {
  const toast = h('p', { class: 'toast' }, h('span', { dir: 'auto' }, sentence(text)),
    link && h('a', { href: link.href }, link.text));
  place?.append(toast);
  setTimeout(() => toast.remove(), STAY_MS);
}
