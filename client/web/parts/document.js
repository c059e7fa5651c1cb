// SPDX-License-Identifier: MPL-2.0
// The body of a record as a document: its long texts in the order of the kinds table, its short facts.
// Made from that table alone, so a new kind is set as well as the old ones; a draft is, too.
import { h } from '../app/dom.js';
import { isAbout } from '../app/kinds.js';
import { t } from '../app/text.js';
import { chips, isLong, shownValue } from './values.js';

const NAMES = new Set(['title', 'name']);

const told = (record, kind, keep) => (kind?.fields ?? []).filter((field) =>
  record.fields?.[field.name] !== undefined && !NAMES.has(field.name) && !isAbout(field) && keep(field));

/** @view: {network, lang, kinds}. */
export function sections(record, kind, view) {
  return told(record, kind, isLong).map((field, index) => {
    const id = `field-${field.name}`;
    const value = shownValue(record.fields[field.name], field, view);
    // What a kind tells first is how the document begins: it needs no heading of its own.
    if (index === 0 && field.type === 'text') return h('div', { class: 'opening' }, value);
    return h('section', { 'aria-labelledby': id }, h('h2', { id }, field.label), value);
  });
}

/** False where there are none. */
export function factList(record, kind, view) {
  const fields = told(record, kind, (field) => !isLong(field));
  const tags = record.fields?.tags;
  return (fields.length > 0 || tags) && h('dl', { class: 'facts' }, fields.map((field) => [h('dt', {}, field.label),
    h('dd', {}, shownValue(record.fields[field.name], field, view))]),
  tags && [h('dt', {}, t('record.tags')), h('dd', {}, chips(tags))]);
}
