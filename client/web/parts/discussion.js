// SPDX-License-Identifier: MPL-2.0
// What others said about a record: lessons, reviews, who uses it, comments, each whole beneath it.
import { get, query } from '../app/api.js';
import { fill, h } from '../app/dom.js';
import { isAbout, wordLabel, fieldOf } from '../app/kinds.js';
import { authorOf, editHref, fetchRecord, recordHref, recordPath, titleOf } from '../app/records.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';
import { moment } from './moment.js';
import { problemLine } from './state.js';
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

/** All that speak of @record, newest first, as far as they were asked for: those with the record, then a page at a time. */
function feedOf(record) {
  const rows = [...record.lineage?.spoken_of_by ?? []];
  let after = record.lineage?.more && rows.length > 0 ? rows.at(-1).id : null;
  let coming = null;
  const listeners = new Set();
  async function load() {
    const page = await get(`${recordPath(record.id)}/lineage${query({ relation: 'spoken_of_by', limit: 200, after })}`);
    rows.push(...page.records);
    after = page.next;
    listeners.forEach((listener) => listener());
  }
  return {
    rows,
    more: () => after !== null,
    /** Hears that there are more rows, or no more to come. */
    onMore: (listener) => listeners.add(listener),
    next: () => {
      coming ??= load().finally(() => {
        coming = null;
      });
      return coming;
    },
  };
}

/** The newest of a kind whole, and a button for those before them. What was asked for once stays when the view is drawn anew. */
async function section(name, feed, record, all) {
  const kind = all.get(name);
  const key = `${name} ${record.id}`;
  const badge = h('span', { class: 'badge' });
  const refused = h('div', {});
  const older = h('button', { type: 'button', class: 'button no-print', onclick: () => next() }, t('said.older'));
  const part = h('section', { class: 'discussion-part', 'aria-labelledby': `said-${name}` },
    h('h2', { id: `said-${name}` }, t(`said.${name}`), ' ', badge), refused, older);
  const mine = () => feed.rows.filter((row) => row.kind === name && !row.changed);
  let count = 0;
  function note() {
    fill(badge, mine().length, feed.more() && '+');
    older.hidden = count >= mine().length && !feed.more();
  }
  async function next(most = AT_ONCE) {
    older.disabled = true;
    fill(refused);
    try {
      while (mine().length < count + most && feed.more()) await feed.next();
      const records = await fetched(mine().slice(count, count + most));
      count = Math.min(count + most, mine().length);
      shown.set(key, count);
      refused.before(...records.map((one) => said(one, kind, all)));
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
    older.disabled = false;
    note();
  }
  feed.onMore(note);
  await next(shown.get(key));
  return part;
}

function others(rows, all) {
  return rows.length > 0 && h('section', { class: 'discussion-part', 'aria-labelledby': 'said-others' },
    h('h2', { id: 'said-others' }, t('said.others')),
    h('ul', { class: 'plain' }, rows.map((row) => h('li', {}, h('a', { href: recordHref(row.id) },
      all.get(row.kind)?.label ?? row.kind), ' · ', h('span', { dir: 'auto' }, authorOf(row)), ' · ', moment(row.time),
      row.changed && [' · ', t('said.changed')]))));
}

/** What a reader may add to @record: each leads to a form that knows what it is about. */
function invitations(record) {
  if (!may('draft')) return null;
  const about = record.id;
  return h('div', { class: 'row no-print' }, [['lesson', 'lesson'], ['comment', 'comment'], ['review', 'check'], ['adoption', 'plus']].map(
    ([kind, picture]) => h('a', { class: 'button', href: `${editHref(kind)}?about=${encodeURIComponent(about)}` },
      icon(picture), t(`said.add.${kind}`))));
}

/** Asks for a page of earlier ones, of whatever kind they are. */
function earlier(feed) {
  const refused = h('div', {});
  const button = h('button', { type: 'button', class: 'button', onclick: () => {
    button.disabled = true;
    feed.next().then(() => fill(refused), (problem) => fill(refused, problemLine(problem))).finally(() => {
      button.disabled = false;
    });
  } }, t('said.earlier'));
  const part = h('div', { class: 'stack-small no-print' }, h('p', { class: 'quiet' }, t('said.more')), refused, h('div', {}, button));
  feed.onMore(() => feed.more() || part.remove());
  return part;
}

export async function discussion(record, all) {
  const feed = feedOf(record);
  const parts = new Map();
  const talk = h('div', { class: 'discussion' });
  const rest = h('div', { class: 'discussion' });
  async function draw() {
    const named = WHOLE.filter((name) => !parts.has(name) && feed.rows.some((row) => row.kind === name && !row.changed));
    named.forEach((name) => parts.set(name, null));
    const made = await Promise.all(named.map((name) => section(name, feed, record, all)));
    named.forEach((name, index) => parts.set(name, made[index]));
    fill(talk, WHOLE.map((name) => parts.get(name)));
    fill(rest, others(feed.rows.filter((row) => row.changed || !WHOLE.includes(row.kind)), all));
  }
  await draw();
  feed.onMore(draw);
  return h('div', { class: 'discussion' }, parts.size === 0 && h('p', { class: 'quiet no-print' }, t('said.none')),
    talk, rest, feed.more() && earlier(feed), invitations(record));
}
