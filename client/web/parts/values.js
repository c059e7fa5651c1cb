// SPDX-License-Identifier: MPL-2.0
// A value of a record's field, shown by the type that the kinds table gives it.
import { h } from '../app/dom.js';
import { date, dateTime, number } from '../app/format.js';
import { wordLabel } from '../app/kinds.js';
import { idOf, isMeant, knownRecord, recordHref, titleOf } from '../app/records.js';
import { t } from '../app/text.js';
import { prose } from './prose.js';
import { rubricTable } from './rubric_table.js';

const isRubric = (field) => field.type === 'group' && (field.parts ?? []).some((part) => part.name === 'criteria');
const web = /^https?:\/\/[^\s]+$/;

/** A link whose words are the record's title, once it is known. */
export function recordLink(reference, view) {
  const id = idOf(reference, view.network);
  const link = h('a', { href: recordHref(id), class: 'record-link', dir: 'auto' }, t('record.open'));
  knownRecord(id).then((record) => {
    if (!record) link.textContent = t('record.elsewhere');
    else link.textContent = isMeant(reference, record) ? titleOf(record, view.kinds) : t('record.changed');
  });
  return link;
}

/** Addresses of the web lead out; only those that begin with http. */
function line(value) {
  return web.test(value) ? h('a', { href: value, rel: 'noopener noreferrer', dir: 'ltr' }, value) : h('span', { dir: 'auto' }, value);
}

const midnight = (value) => /T00:00:00/.test(value);

const shown = {
  line: (value) => line(value),
  code: (value) => h('span', { dir: 'auto' }, value),
  text: (value, field, view) => prose(value, view.lang),
  choice: (value, field) => wordLabel(field, value),
  uint: (value) => number(value),
  decimal: (value) => number(value),
  bool: (value) => t(value ? 'value.yes' : 'value.no'),
  time: (value) => h('time', { datetime: value }, midnight(value) ? date(value) : dateTime(value)),
  link: (value, field, view) => recordLink(value, view),
  reference: (value, field, view) => recordLink(value, view),
  blob: (value) => h('code', {}, `${value.slice(0, 12)}…`),
};

function group(values, field, view) {
  return h('ol', { class: 'groups' }, values.map((value) => h('li', {},
    h('dl', { class: 'group' }, (field.parts ?? []).filter((part) => value[part.name] !== undefined).map((part) => [
      h('dt', {}, part.label), h('dd', {}, shownValue(value[part.name], part, view))])))));
}

/** @view: {network, lang, kinds} of the record that the value stands in. */
export function shownValue(value, field, view) {
  if (isRubric(field)) return rubricTable([value].flat(), (text) => prose(text, view.lang));
  if (field.type === 'group') return group([value].flat(), field, view);
  const show = shown[field.type] ?? ((one) => String(one));
  if (!Array.isArray(value)) return show(value, field, view);
  if (field.type === 'text') return value.map((one) => show(one, field, view));
  if (field.type === 'choice' || field.name === 'tags') return chips(value.map((one) => show(one, field, view)));
  return value.length === 1 ? show(value[0], field, view) : h('ul', { class: 'plain' }, value.map((one) => h('li', {}, show(one, field, view))));
}

export const chips = (values) => h('ul', { class: 'chips' }, values.map((value) => h('li', { class: 'chip', dir: 'auto' }, value)));

/** Long ones are sections of the document; short ones stand beside it. */
export const isLong = (field) => field.type === 'text' || field.type === 'group';
