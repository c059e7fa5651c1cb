// SPDX-License-Identifier: MPL-2.0
// Who answers for a record: signature, credit, license, and under which id it is found.
import { h } from '../app/dom.js';
import { dateTime, list, shortId } from '../app/format.js';
import { authorOf } from '../app/records.js';
import { known, t } from '../app/text.js';
import { copyButton } from './copy.js';
import { icon } from './icon.js';

const row = (word, ...value) => [h('dt', {}, word), h('dd', {}, value)];

/** The license by its full name where the catalogue knows it; its deed is on the web. */
function license(id) {
  const url = { 'CC-BY-4.0': 'by/4.0', 'CC-BY-SA-4.0': 'by-sa/4.0', 'CC-BY-NC-4.0': 'by-nc/4.0',
    'CC-BY-NC-SA-4.0': 'by-nc-sa/4.0', 'CC-BY-ND-4.0': 'by-nd/4.0' }[id];
  const name = known(`license.${id}`) ? t(`license.${id}`) : id;
  const deed = `https://creativecommons.org/licenses/${url}/`;
  return url ? h('a', { href: deed, rel: 'noopener noreferrer', 'data-address': deed }, name) : name;
}

function signature(record) {
  const vouched = record.vouched ?? {};
  const good = vouched.verified === true;
  return h('p', { class: good ? 'seal seal-good' : 'seal' }, icon(good ? 'seal' : 'alert'),
    h('span', {}, t(good ? 'signed.good' : 'signed.bad', { name: authorOf(record), id: shortId(record.author) })));
}

export function provenance(record) {
  const fields = record.fields ?? {};
  return h('section', { class: 'panel', 'aria-labelledby': 'provenance' },
    h('h2', { id: 'provenance' }, t('signed.title')),
    signature(record),
    h('dl', { class: 'facts' },
      fields.by && row(t('signed.by'), h('span', { dir: 'auto' }, list(fields.by))),
      row(t('signed.district'), h('span', { dir: 'auto' }, authorOf(record))),
      row(t('signed.time'), h('time', { datetime: record.time }, dateTime(record.time))),
      row(t('signed.license'), fields.license ? license(fields.license) : t('signed.nolicense')),
      (fields.credit ?? []).length > 0 && row(t('signed.credit'), fields.credit.map((line) => h('p', { dir: 'auto' }, line))),
      fields.source && row(t('signed.source'), h('span', { dir: 'auto', class: 'break' }, fields.source))),
    h('details', { class: 'technical' }, h('summary', {}, t('signed.details')),
      h('p', { class: 'break' }, h('code', {}, record.id)), copyButton(record.id, t('signed.copy')),
      h('p', { class: 'break quiet' }, h('code', {}, record.author))));
}
