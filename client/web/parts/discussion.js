// SPDX-License-Identifier: MPL-2.0
// What others said about a record: lessons, reviews, who uses it, comments, each whole beneath it.
import { h } from '../app/dom.js';
import { isAbout, wordLabel, fieldOf } from '../app/kinds.js';
import { authorOf, editHref, fetchRecord, recordHref, titleOf } from '../app/records.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';
import { moment } from './moment.js';
import { shownValue } from './values.js';

/** In this order; every other kind that speaks of it comes after them as links. */
const WHOLE = ['lesson', 'review', 'adoption', 'comment'];

const AT_ONCE = 25; // whole, until more is asked for
const shown = new Map(); // kind and record -> how many are

const STATE = { review: 'decision', adoption: 'stage', comment: 'type' };

function head(record, kind, all) {
  const state = STATE[record.kind];
  const word = state && record.fields?.[state];
  const title = record.fields?.title;
  return h('header', { class: 'said-head' },
    title ? h('h3', { dir: 'auto' }, h('a', { href: recordHref(record.id) }, titleOf(record, all)))
      : h('h3', {}, word ? wordLabel(fieldOf(kind, state), word) : kind.label),
    h('p', { class: 'card-foot' }, h('span', { dir: 'auto' }, (record.fields?.by ?? []).join(', ') || authorOf(record)),
      record.fields?.by && [' · ', h('span', { dir: 'auto' }, authorOf(record))], ' · ',
      h('a', { class: 'quiet', href: recordHref(record.id) }, moment(record.time))));
}

/** All its fields but what the heading shows and what is about the record itself. */
function body(record, kind, all) {
  const view = { network: record.network, lang: record.fields?.lang, kinds: all };
  const told = (kind.fields ?? []).filter((field) => !isAbout(field) && record.fields?.[field.name] !== undefined &&
    !['title', 'about', 'answers', STATE[record.kind]].includes(field.name));
  if (told.length === 1 && told[0].type === 'text') return shownValue(record.fields[told[0].name], told[0], view);
  return h('dl', { class: 'said-fields' }, told.map((field) => [
    h('dt', {}, field.label), h('dd', {}, shownValue(record.fields[field.name], field, view))]));
}

const said = (record, kind, all) => h('article', { class: 'said' }, head(record, kind, all), body(record, kind, all));

const fetched = async (rows) => (await Promise.all(rows.map((row) => fetchRecord(row.id).catch(() => null)))).filter((one) => one?.fields);

/** The newest of @rows whole, and a button for those before them. What was asked for once stays when the view is drawn anew. */
async function section(name, rows, lineage, all) {
  const kind = all.get(name);
  const key = `${name} ${lineage.of}`;
  const part = h('section', { class: 'discussion-part', 'aria-labelledby': `said-${name}` },
    h('h2', { id: `said-${name}` }, t(`said.${name}`), ' ', h('span', { class: 'badge' }, rows.length, lineage.more && '+')));
  const older = h('button', { type: 'button', class: 'button no-print', onclick: () => next() }, t('said.older'));
  let count = 0;
  async function next(most = AT_ONCE) {
    older.disabled = true;
    const records = await fetched(rows.slice(count, count + most));
    count = Math.min(count + most, rows.length);
    shown.set(key, count);
    older.before(...records.map((record) => said(record, kind, all)));
    older.disabled = false;
    if (count === rows.length) older.remove();
  }
  part.append(older);
  await next(shown.get(key));
  return part;
}

function others(rows, all) {
  return rows.length > 0 && h('section', { class: 'discussion-part', 'aria-labelledby': 'said-others' },
    h('h2', { id: 'said-others' }, t('said.others')),
    h('ul', { class: 'plain' }, rows.map((row) => h('li', {}, h('a', { href: recordHref(row.id) },
      all.get(row.kind)?.label ?? row.kind), ' · ', h('span', { dir: 'auto' }, authorOf(row)), ' · ', moment(row.time)))));
}

/** What a reader may add to @record: each leads to a form that knows what it is about. */
function invitations(record) {
  if (!may('draft')) return null;
  const about = record.id;
  return h('div', { class: 'row no-print' }, [['lesson', 'lesson'], ['comment', 'comment'], ['review', 'check'], ['adoption', 'plus']].map(
    ([kind, picture]) => h('a', { class: 'button', href: `${editHref(kind)}?about=${encodeURIComponent(about)}` },
      icon(picture), t(`said.add.${kind}`))));
}

export async function discussion(record, all) {
  const rows = record.lineage?.spoken_of_by ?? [];
  const lineage = { of: record.id, more: record.lineage?.more };
  const parts = await Promise.all(WHOLE.map((name) => [name, rows.filter((row) => row.kind === name)])
    .filter(([, those]) => those.length > 0).map(([name, those]) => section(name, those, lineage, all)));
  return h('div', { class: 'discussion' },
    parts.length === 0 && h('p', { class: 'quiet no-print' }, t('said.none')),
    parts, others(rows.filter((row) => !WHOLE.includes(row.kind)), all),
    lineage.more && h('p', { class: 'quiet' }, t('said.more')), invitations(record));
}
