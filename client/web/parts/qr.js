// SPDX-License-Identifier: MPL-2.0
// A code to scan, where the library for it was built in; else nothing: the text beside it says the same.
import { svg } from '../app/dom.js';

let library = null;

/** Lets libs.js, which needs the libraries, hand over what makes codes. */
export function useQr(make) {
  library = make;
}

const QUIET = 4;

/** false where there is none. */
export function qrCode(text, label) {
  if (!library) return false;
  const { size, dark } = library(text);
  const path = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (dark(x, y)) path.push(`M${x + QUIET} ${y + QUIET}h1v1h-1z`);
  }
  const full = size + 2 * QUIET;
  return svg('svg', { class: 'qr', viewBox: `0 0 ${full} ${full}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' },
    svg('rect', { width: full, height: full, class: 'qr-ground' }), svg('path', { d: path.join(''), class: 'qr-ink' }));
}
