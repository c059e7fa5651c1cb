// SPDX-License-Identifier: MPL-2.0
// A reference to another record: found by its words, shown by its title, never typed as an id.
import { get, query } from '../app/api.js';
import { fill, h, later } from '../app/dom.js';
import { authorOf, idOf, knownRecord, titleOf } from '../app/records.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';

const SHOWN = 6;

export function linkPicker(field, values, change, id, view) {
  const many = field.many > 0;
  let held = [values ?? []].flat();
  const chosen = h('ul', { class: 'plain chosen' });
  const found = h('div', { class: 'found', role: 'status' });
  const box = h('input', { id, type: 'search', autocomplete: 'off', placeholder: t('form.link.find'), dir: 'auto' });
  const tell = () => change(held.length === 0 ? undefined : many ? held : held[0]);

  function drawChosen() {
    fill(chosen, held.map((reference) => {
      const name = h('span', { dir: 'auto' }, t('record.open'));
      knownRecord(idOf(reference, view.network)).then((record) => {
        name.textContent = record ? titleOf(record, view.kinds) : t('record.elsewhere');
      });
      return h('li', {}, icon('check'), name, h('button', {
        type: 'button', class: 'button button-quiet', 'aria-label': t('form.link.remove'),
        onclick: () => {
          held = held.filter((one) => one !== reference);
          tell();
          drawChosen();
          box.focus();
        },
      }, icon('close')));
    }));
    box.hidden = !many && held.length > 0;
  }

  function choose(record) {
    held = many ? [...held.filter((one) => one !== record.id), record.id] : [record.id];
    box.value = '';
    fill(found);
    tell();
    drawChosen();
  }

  const search = later(async () => {
    const words = box.value.trim();
    if (words === '') return fill(found);
    const kinds = (field.leads_to ?? []).map((choice) => choice.word);
    const answer = await get(`/search${query({ q: words, open: 1, kind: kinds.length === 1 ? kinds[0] : undefined, limit: 100 })}`).catch(() => ({ records: [] }));
    const fitting = answer.records.filter((record) => kinds.length === 0 || kinds.includes(record.kind)).slice(0, SHOWN);
    return fill(found, fitting.length === 0 ? h('p', { class: 'quiet' }, t('find.none'))
      : h('ul', { class: 'plain' }, fitting.map((record) => h('li', {}, h('button', {
        type: 'button', class: 'found-row', onclick: () => choose(record),
      }, h('span', { dir: 'auto' }, titleOf(record, view.kinds)),
      h('span', { class: 'quiet small', dir: 'auto' }, `${view.kinds.get(record.kind)?.label ?? record.kind} · ${authorOf(record)}`))))));
  }, 200);
  box.addEventListener('input', search);
  drawChosen();
  return h('div', { class: 'picker' }, chosen, box, found);
}
