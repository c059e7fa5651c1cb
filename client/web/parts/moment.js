// SPDX-License-Identifier: MPL-2.0
// "3 minutes ago", which goes on counting while the page is open; on paper the moment itself.
import { h } from '../app/dom.js';
import { ago, dateTime } from '../app/format.js';

const TICK_MS = 30000;

setInterval(() => document.querySelectorAll('time.ago').forEach((one) => {
  one.textContent = ago(one.dateTime);
}), TICK_MS);

export const moment = (text) => h('time', { class: 'ago', datetime: text, title: dateTime(text) }, ago(text));
