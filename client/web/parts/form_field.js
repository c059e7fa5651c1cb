// SPDX-License-Identifier: MPL-2.0
// A field of a form: label, help, what it takes, what is wrong with it.
import { fill, h, newId } from '../app/dom.js';
import { number } from '../app/format.js';
import { t } from '../app/text.js';
import { choices, control } from './control.js';
import { groupForm } from './form_group.js';
import { linkPicker } from './form_link.js';
import { valueList } from './form_list.js';
import { readTable, rubricForm } from './form_rubric.js';

const isLink = (field) => field.type === 'link' || field.type === 'reference';
const isRubric = (field) => field.type === 'group' && field.parts.some((part) => part.name === 'criteria');

/** The control; whole: it has no one input that a label could belong to. */
function body(field, value, change, view, id) {
  if (isRubric(field)) {
    const table = readTable(value);
    return table ? { whole: true, control: rubricForm(table, change) } : { whole: true, control: groupForm(field, value, change, view) };
  }
  if (field.type === 'group') return { whole: true, control: groupForm(field, value, change, view) };
  if (isLink(field)) return { control: linkPicker(field, value, change, id, view) };
  if (field.type === 'choice' && field.many) return { whole: true, control: choices(field, value, change) };
  if (field.many) return { control: valueList(field, value, change, id) };
  return { control: control(field, value, change, id) };
}

const size = (value) => new TextEncoder().encode(String(value ?? '')).length;

/** The daemon counts bytes; somebody who writes counts letters, and those of @value are as long as theirs will be. */
const inLetters = (room, value) => Math.floor(room * [...value].length / size(value));

/** Says how much room is left, once that is little. */
function roomLine(field, value) {
  if (!['text', 'line'].includes(field.type) || field.many || !field.max || size(value) < field.max * 0.8) return null;
  const letters = inLetters(field.max - size(value), String(value));
  return letters >= 0 ? t('form.room', { count: letters, number: number(letters) }) : t('form.over', { count: -letters, number: number(-letters) });
}

/**
 * The element has data-field with the field's name; its wrong(sentence) shows what the daemon says
 * about it, and wrong(null) takes that back.
 */
export function formField(field, value, change, view) {
  const id = newId('field');
  const room = h('p', { class: 'small quiet' }, roomLine(field, value));
  const { whole, control: made } = body(field, value, (next) => {
    fill(room, roomLine(field, next));
    change(next);
  }, view, id);
  const help = h('p', { class: 'help', id: `${id}-help` }, field.help);
  const problem = h('p', { class: 'wrong', id: `${id}-wrong` });
  const label = [field.label, field.required && h('span', { class: 'required' }, t('form.required'))];
  const element = whole
    ? h('fieldset', { class: 'field', 'data-field': field.name, 'aria-describedby': `${id}-help ${id}-wrong` }, h('legend', { class: 'label' }, label), help, made, problem)
    : h('div', { class: field.type === 'bool' ? 'field field-tick' : 'field', 'data-field': field.name }, h('label', { for: id }, label), help, made, room, problem);
  const input = whole ? null : element.querySelector(`#${id}`);
  input?.setAttribute('aria-describedby', `${id}-help ${id}-wrong`);
  element.wrong = (sentence) => {
    fill(problem, sentence);
    if (sentence) input?.setAttribute('aria-invalid', 'true');
    else input?.removeAttribute('aria-invalid');
  };
  return element;
}
