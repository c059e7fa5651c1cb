// SPDX-License-Identifier: MPL-2.0
// A group: entries with parts of their own, to any depth the kinds table goes.
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';
import { formField } from './form_field.js';

const empty = (entry) => Object.values(entry).every((value) => value === undefined);

export function groupForm(field, values, change, view) {
  const held = (values ?? []).map((value) => ({ ...value }));
  const list = h('ol', { class: 'plain entries' });
  const tell = () => {
    const left = held.filter((entry) => !empty(entry));
    change(left.length > 0 ? left : undefined);
  };

  function move(index, by) {
    const [entry] = held.splice(index, 1);
    held.splice(index + by, 0, entry);
    tell();
    draw();
  }

  function tools(index) {
    const name = t('form.entry', { label: field.label, number: index + 1 });
    const tool = (picture, word, work, off) => h('button', { type: 'button', class: 'button button-quiet', disabled: off,
      'aria-label': `${t(word)}: ${name}`, onclick: work }, icon(picture));
    return h('div', { class: 'row entry-tools' },
      tool('up', 'form.up', () => move(index, -1), index === 0),
      tool('down', 'form.down', () => move(index, 1), index === held.length - 1),
      tool('close', 'form.remove', () => {
        held.splice(index, 1);
        tell();
        draw();
      }));
  }

  function draw() {
    fill(list, held.map((entry, index) => h('li', {}, h('fieldset', { class: 'group-entry' },
      h('legend', {}, t('form.entry', { label: field.label, number: index + 1 })), tools(index),
      field.parts.map((part) => formField(part, entry[part.name], (value) => {
        entry[part.name] = value;
        tell();
      }, view))))));
  }

  draw();
  return h('div', { class: 'group-form' }, list, h('button', {
    type: 'button', class: 'button button-small',
    onclick: () => {
      held.push({});
      draw();
      list.lastElementChild.querySelector('input, textarea, select')?.focus();
    },
  }, icon('plus'), t('form.add', { label: field.label })));
}
