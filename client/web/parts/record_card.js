// SPDX-License-Identifier: MPL-2.0
// A record in a list: what it is, who made it, and why it is here.
import { h } from '../app/dom.js';
import { wordLabel } from '../app/kinds.js';
import { authorOf, leadOf, recordHref, titleOf } from '../app/records.js';
import { t } from '../app/text.js';
import { moment } from './moment.js';

const SHORT = ['subject', 'grade', 'competency'];
const CHIPS_MAX = 6;

/** Words by which it can be filtered, those that are filtered by now marked. */
function facetChips(record, kind, chosen) {
  const made = [];
  for (const field of kind?.fields ?? []) {
    if (!SHORT.includes(field.facet) || record.fields?.[field.name] === undefined) continue;
    for (const value of [record.fields[field.name]].flat()) {
      const fits = [chosen?.[field.facet] ?? []].flat().includes(value);
      made.push(h('li', { class: fits ? 'chip chip-fits' : 'chip', dir: 'auto' }, wordLabel(field, value)));
    }
  }
  const rest = made.length - CHIPS_MAX;
  if (rest > 0) made.splice(CHIPS_MAX, rest, h('li', { class: 'chip chip-more' }, t('find.more.chips', { count: rest })));
  return made.length > 0 && h('ul', { class: 'chips' }, made);
}

/** The piece of text that fits what was typed, the words in it marked. */
function why(record, all) {
  if (!record.pieces) return leadOf(record, all) !== '' && h('p', { class: 'card-lead', dir: 'auto', lang: record.fields?.lang }, leadOf(record, all));
  return h('p', { class: 'card-lead', dir: 'auto', lang: record.fields?.lang },
    record.pieces.map((piece) => (piece.fits ? h('mark', {}, piece.text) : piece.text)));
}

export function recordCard(record, all, { chosen, fresh = false, level = 'h2' } = {}) {
  const kind = all.get(record.kind);
  return h('li', { class: fresh ? 'card card-fresh' : 'card', 'data-id': record.id },
    h('p', { class: 'card-kind' }, kind?.label ?? record.kind, fresh && h('span', { class: 'badge' }, t('find.new'))),
    h(level, { class: 'card-title', dir: 'auto', lang: record.fields?.lang }, h('a', { href: recordHref(record.id) }, titleOf(record, all))),
    record.unreadable ? h('p', { class: 'quiet' }, t('record.unreadable', { reason: record.unreadable })) : why(record, all),
    facetChips(record, kind, chosen),
    h('p', { class: 'card-foot' },
      h('span', { dir: 'auto' }, authorOf(record)), ' · ',
      moment(record.time)));
}
