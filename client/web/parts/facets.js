// SPDX-License-Identifier: MPL-2.0
// Filters beside a list: what the kinds table has words for is chosen, what it has not is typed.
import { h, later, newId } from '../app/dom.js';
import { facetField } from '../app/kinds.js';
import { t } from '../app/text.js';

function labelled(label, control) {
  control.id ||= newId('filter');
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control);
}

function choice(name, options, value, change) {
  return h('select', { name, onchange: (event) => change(name, event.target.value), value: value ?? '' },
    h('option', { value: '' }, t('filter.any')),
    options.map(([word, label]) => h('option', { value: word }, label)));
}

function typed(name, value, change, words) {
  const listId = newId('words');
  const changed = later((event) => change(name, event.target.value.trim()), 250);
  return [h('input', { type: 'text', name, value: value ?? '', list: listId, autocomplete: 'off', oninput: changed }),
    h('datalist', { id: listId }, words.map((word) => h('option', { value: word })))];
}

/** Words that records shown so far have in @facet, the most frequent first. */
export function wordsOf(records, all, facet) {
  const counts = new Map();
  for (const record of records) {
    for (const field of all.get(record.kind)?.fields ?? []) {
      if (field.facet !== facet) continue;
      for (const value of [record.fields?.[field.name] ?? []].flat()) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
}

/** @chosen: {kind, subject, …} now; @change(name, value) hears every choice. */
export function facets({ all, chosen, districts, networks, sample, change }) {
  const grade = facetField(all, 'grade');
  const [subject, subjects] = typed('subject', chosen.subject, change, wordsOf(sample, all, 'subject'));
  const [competency, competencies] = typed('competency', chosen.competency, change, wordsOf(sample, all, 'competency'));
  return h('fieldset', { class: 'facets' },
    h('legend', { class: 'hidden' }, t('filter.title')),
    labelled(t('filter.kind'), choice('kind', [...all.values()].map((kind) => [kind.name, kind.label]), chosen.kind, change)),
    labelled(t('filter.subject'), subject), subjects,
    labelled(t('filter.grade'), choice('grade', (grade?.choices ?? []).map((one) => [one.word, one.label]), chosen.grade, change)),
    labelled(t('filter.competency'), competency), competencies,
    districts.length > 0 && labelled(t('filter.district'), choice('author', districts, chosen.author, change)),
    networks.length > 1 && labelled(t('filter.network'), choice('network', networks, chosen.network, change)));
}
