// SPDX-License-Identifier: MPL-2.0
// Several short values of one field: one input each, and one more as soon as the last is used.
import { h } from '../app/dom.js';
import { t } from '../app/text.js';
import { control } from './control.js';
import { icon } from './icon.js';

export function valueList(field, values, change, id) {
  const held = [...(values ?? [])];
  const list = h('ul', { class: 'plain entries' });
  const tell = () => {
    const left = held.filter((value) => value !== undefined);
    change(left.length > 0 ? left : undefined);
  };

  function row(index) {
    const item = h('li', { class: 'entry' });
    const input = control(field, held[index], (value) => {
      held[index] = value;
      tell();
      if (value !== undefined && item === list.lastElementChild) list.append(row(held.length));
    }, index === 0 ? id : undefined);
    if (index > 0) input.setAttribute('aria-label', t('form.another.of', { label: field.label, number: index + 1 }));
    item.append(input, h('button', {
      type: 'button', class: 'button button-quiet', 'aria-label': t('form.remove.of', { label: field.label, number: index + 1 }),
      onclick: () => {
        held[index] = undefined;
        tell();
        if (list.children.length > 1) item.remove();
        else input.value = '';
        list.querySelector('input, textarea')?.focus();
      },
    }, icon('close')));
    return item;
  }

  for (let index = 0; index <= held.length; index++) list.append(row(index));
  return list;
}
