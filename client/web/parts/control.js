// SPDX-License-Identifier: MPL-2.0
// One value of one field, by its type in the kinds table: what is typed, chosen or ticked.
// Each gets (field, value, change) and calls change(value) with undefined for nothing.
import { h } from '../app/dom.js';
import { t } from '../app/text.js';

const text = (value) => (value.trim() === '' ? undefined : value);

function line(field, value, change, id) {
  return h('input', { id, type: 'text', value: value ?? '', dir: 'auto', autocomplete: 'off',
    oninput: (event) => change(text(event.target.value)) });
}

function area(field, value, change, id) {
  return h('textarea', { id, rows: 4, value: value ?? '', dir: 'auto', oninput: (event) => change(text(event.target.value)) });
}

/** Numbers stay texts while they are none, so that the daemon can say what is wrong with them. */
function numeric(field, value, change, id) {
  return h('input', { id, type: 'text', inputmode: 'decimal', class: 'narrow', value: value ?? '', autocomplete: 'off',
    oninput: (event) => {
      const typed = text(event.target.value);
      change(typed !== undefined && /^\d+([.]\d+)?$/.test(typed) ? Number(typed) : typed);
    } });
}

function bool(field, value, change, id) {
  return h('input', { id, type: 'checkbox', checked: value === true, onchange: (event) => change(event.target.checked ? true : undefined) });
}

function select(field, value, change, id) {
  return h('select', { id, value: value ?? '', onchange: (event) => change(event.target.value || undefined) },
    h('option', { value: '' }, t('form.choose')),
    (field.choices ?? []).map((choice) => h('option', { value: choice.word }, choice.label)));
}

const two = (number) => String(number).padStart(2, '0');

/** The clock of who writes stays in the time: its offset is part of what was said. */
function withOffset(local) {
  const date = new Date(local);
  if (local === '' || Number.isNaN(date.getTime())) return undefined;
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  return `${local.length === 16 ? `${local}:00` : local}.000${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

function time(field, value, change, id) {
  return h('input', { id, type: 'datetime-local', class: 'narrow', value: value ? value.slice(0, 16) : '',
    onchange: (event) => change(withOffset(event.target.value)) });
}

const controls = { line, code: line, text: area, uint: numeric, decimal: numeric, bool, choice: select, time };

export const control = (field, value, change, id) => (controls[field.type] ?? line)(field, value, change, id);

/** Several words of a list, as boxes to tick. */
export function choices(field, values, change) {
  const chosen = new Set(values ?? []);
  const toggle = (word, on) => {
    if (on) chosen.add(word);
    else chosen.delete(word);
    const sorted = field.choices.map((choice) => choice.word).filter((one) => chosen.has(one));
    change(sorted.length > 0 ? sorted : undefined);
  };
  return h('div', { class: 'ticks' }, field.choices.map((choice) => h('label', { class: 'tick' },
    h('input', { type: 'checkbox', checked: chosen.has(choice.word), onchange: (event) => toggle(choice.word, event.target.checked) }),
    h('span', {}, choice.label))));
}
