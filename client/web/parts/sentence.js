// SPDX-License-Identifier: MPL-2.0
// Sentences of the daemon and of the catalogue: what stands between backticks is typed as it stands.
import { h } from '../app/dom.js';

/** @text as children of an element; commands, names of files and settings are set as code. */
export const sentence = (text) => String(text).split(/`([^`]+)`/).map((part, index) =>
  (index % 2 === 1 ? h('code', { class: 'command', dir: 'ltr' }, part) : part));
