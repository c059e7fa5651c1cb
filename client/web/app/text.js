// SPDX-License-Identifier: MPL-2.0
// Words of the page come from one catalogue; another language is another file of this shape.
import { strings } from './strings.en.js';

/** Letters and marks that turn the direction of what stands around them. */
const TURNS = /[\u0590-\u08FF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const MARKS = /[\u202A-\u202E\u2066-\u2069]/g;

/** @text, which somebody wrote: it turns no word of a sentence or a list that it is put into. */
export const isolated = (text) => (TURNS.test(text) ? `\u2068${text.replace(MARKS, '')}\u2069` : text);

const plurals = new Intl.PluralRules('en');

/**
 * The sentence @key with {name} replaced from @given. Where the catalogue has {one, other}, the
 * number in given.count chooses. A key that is missing shows itself: a test looks for those.
 */
export function t(key, given = {}) {
  let sentence = strings[key];
  if (sentence === undefined) return key;
  if (typeof sentence === 'object') sentence = sentence[plurals.select(given.count)] ?? sentence.other;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (given[name] === undefined ? whole : isolated(String(given[name]))));
}

/** Is there such a sentence? */
export const known = (key) => strings[key] !== undefined;
