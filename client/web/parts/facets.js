// SPDX-License-Identifier: MPL-2.0
// Filters beside a list: what the records that fit could be narrowed by, and how many of them each leaves.
import { fill, h } from '../app/dom.js';
import { number } from '../app/format.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';

/** In this order; each is a parameter of a search. */
export const FACETS = ['kind', 'subject', 'grade', 'competency', 'author', 'network'];
/** Where there is but one of these, choosing it says nothing. */
const SAY_NOTHING_ALONE = new Set(['network']);

const labelOf = (value) => value.label ?? value.value;

function field(name, change) {
  const select = h('select', { id: `filter-${name}`, name, onchange: (event) => change(name, event.target.value) });
  const element = h('div', { class: 'field', hidden: true }, h('label', { for: select.id }, t(`filter.${name}`)), select);
  let shown = '';

  /** @values: [{value, label, count}]; @chosen one of them, or one that nothing fits any more. */
  function draw(values, chosen, known) {
    const listed = !chosen || values.some((one) => one.value === chosen) ? values : [{ value: chosen, label: known, count: 0 }, ...values];
    element.hidden = listed.length === 0 || (!chosen && SAY_NOTHING_ALONE.has(name) && listed.length < 2);
    const now = JSON.stringify([listed, chosen]);
    if (now === shown) return;
    shown = now;
    fill(select, h('option', { value: '' }, t('filter.any')),
      listed.map((one) => h('option', { value: one.value }, t('filter.value', { label: labelOf(one), number: number(one.count) }))));
    select.value = chosen ?? '';
  }
  return { element, draw };
}

/** What is chosen, as words that can be taken away. */
function chosenRow(chosen, labels, change, reset) {
  const names = FACETS.filter((name) => chosen[name]);
  return names.length > 0 && h('ul', { class: 'chosen-filters', 'aria-label': t('filter.chosen') }, names.map((name) => h('li', {},
    h('button', { type: 'button', class: 'chip chip-button', onclick: () => change(name, '') },
      h('span', {}, t('filter.is', { name: t(`filter.${name}`), value: labels.get(name) ?? chosen[name] })), icon('close'), h('span', { class: 'hidden' }, t('filter.remove'))))),
  h('li', {}, h('button', { type: 'button', class: 'button button-small button-quiet', onclick: reset }, t('filter.clear'))));
}

/**
 * @change(name, value) hears every choice. Returns {element, row, draw}: draw(answers, chosen) shows the
 * counts, @answers by name as GET /facets gives them; row is what is chosen now.
 */
export function facets({ change, reset }) {
  const fields = new Map(FACETS.map((name) => [name, field(name, change)]));
  const labels = new Map();
  const row = h('div', { class: 'chosen-row' });
  function draw(answers, chosen) {
    for (const [name, { draw: show }] of fields) {
      const values = answers.get(name) ?? [];
      const now = values.find((one) => one.value === chosen[name]);
      if (now) labels.set(name, labelOf(now));
      show(values, chosen[name], labels.get(name));
    }
    const held = row.contains(document.activeElement);
    fill(row, chosenRow(chosen, labels, change, reset));
    if (held && !row.contains(document.activeElement)) document.getElementById('search')?.focus();
  }
  return { row, draw, element: h('fieldset', { class: 'facets' }, h('legend', { class: 'hidden' }, t('filter.title')),
    [...fields.values()].map((one) => one.element)) };
}
