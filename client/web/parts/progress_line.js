// SPDX-License-Identifier: MPL-2.0
// What is on its way here, while it moves: a first sync of thousands, or the catalog reading after it.
import { fill, h } from '../app/dom.js';
import { number } from '../app/format.js';
import { on } from '../app/live.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';

/** A handful is there before one has read of it. */
const FEW = 25;
/** What has not moved for so long is told on the page of this node, with its reason. */
const STILL_MS = 10000;

const counted = (key, count) => t(key, { count, number: number(count) });

function words({ behind = 0, catalog_behind: unread = 0 }) {
  if (behind >= FEW) return counted('progress.coming', behind);
  return unread >= FEW ? counted('progress.reading', unread) : null;
}

/** Stands below the bar and says nothing most of the time. The daemon tells of each change, so silence is standstill. */
export function progressLine() {
  const line = h('div', { class: 'on-its-way' });
  let still = 0;
  on('progress', (progress) => {
    const text = words(progress);
    clearTimeout(still);
    fill(line, text && h('p', {}, icon('download'), h('span', {}, text)));
    still = setTimeout(() => fill(line), STILL_MS);
  });
  return line;
}
