// SPDX-License-Identifier: MPL-2.0
// Words of the page come from one catalogue; another language is another file of this shape.
import { strings } from './strings.en.js';

const plurals = new Intl.PluralRules('en');

/**
 * The sentence @key with {name} replaced from @given. Where the catalogue has {one, other}, the
 * number in given.count chooses. A key that is missing shows itself: a test looks for those.
 */
export function t(key, given = {}) {
  let sentence = strings[key];
  if (sentence === undefined) return key;
  if (typeof sentence === 'object') sentence = sentence[plurals.select(given.count)] ?? sentence.other;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (given[name] === undefined ? whole : String(given[name])));
}

/** Is there such a sentence? */
export const known = (key) => strings[key] !== undefined;
