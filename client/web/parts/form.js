// SPDX-License-Identifier: MPL-2.0
// A form for a record of any kind, made from the kinds table: what is needed first, the rest folded.
import { h } from '../app/dom.js';
import { isAbout, isMade } from '../app/kinds.js';
import { t } from '../app/text.js';
import { formField } from './form_field.js';

const FACETS = new Set(['subject', 'grade', 'competency', 'theme']);
const isRubric = (field) => field.type === 'group' && field.parts.some((part) => part.name === 'criteria');

/** Shown at once: what is required and what stands before it, the rubric, what it is found by, what is filled. */
function isFirst(field, index, fields, values) {
  const lastRequired = fields.findLastIndex((one) => one.required);
  return index <= lastRequired || FACETS.has(field.facet) || isRubric(field) || values[field.name] !== undefined;
}

function folded(title, fields, open) {
  return fields.length > 0 && h('details', { class: 'more', open }, h('summary', {}, title), h('div', { class: 'form-fields' }, fields));
}

/** The sentence begins with the field's label, not with its name. */
function sentenceFor(field, problem) {
  const text = problem.sentence ?? problem.detail ?? '';
  return text.startsWith(problem.field) ? field.label + text.slice(problem.field.length) : text;
}

/**
 * @values is changed in place; @changed(name) hears of it. show(problems, {touched}) marks fields:
 * with a set of names only those, and returns what belongs to no field.
 */
export function recordForm({ kind, values, view, changed }) {
  const fields = kind.fields.filter((field) => !isMade(field));
  const own = fields.filter((field) => !isAbout(field));
  const about = fields.filter(isAbout);
  const shown = new Map();
  const make = (field) => {
    const element = formField(field, values[field.name], (value) => {
      if (value === undefined) delete values[field.name];
      else values[field.name] = value;
      changed(field.name);
    }, view);
    shown.set(field.name, { field, element });
    return element;
  };
  const first = own.filter((field, index) => isFirst(field, index, own, values));
  const rest = own.filter((field) => !first.includes(field));
  const element = h('div', { class: 'form-fields' }, first.map(make), folded(t('form.more'), rest.map(make), false),
    folded(t('form.about'), about.map(make), about.some((field) => values[field.name] !== undefined)));

  function show(problems, { touched } = {}) {
    const others = [];
    shown.forEach(({ element: one }) => one.wrong(null));
    for (const problem of problems) {
      const name = problem.field.split('.')[0];
      const at = shown.get(name);
      if (!at) others.push(problem);
      else if (!touched || touched.has(name)) at.element.wrong(sentenceFor(at.field, problem));
    }
    return others;
  }

  /** The first field that something is wrong with gets the keyboard. */
  function focusWrong() {
    const wrong = [...shown.values()].find(({ element: one }) => one.querySelector('.wrong')?.textContent);
    const fold = wrong?.element.closest('details');
    if (fold) fold.open = true;
    wrong?.element.querySelector('input, textarea, select, button')?.focus();
  }
  return { element, show, focusWrong, labelOf: (name) => shown.get(name.split('.')[0])?.field.label ?? name };
}
