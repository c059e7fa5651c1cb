// SPDX-License-Identifier: MPL-2.0
// Begin something: choose what, or start from a record that is revised, adapted or spoken of.
import { h } from '../app/dom.js';
import { isMade, kinds } from '../app/kinds.js';
import { fetchRecord } from '../app/records.js';
import { href } from '../app/router.js';
import { t } from '../app/text.js';
import { draftEditor, writable } from '../parts/draft_editor.js';
import { emptyState, state } from '../parts/state.js';

/** What teachers write most stands first; the table's order after it. */
const FIRST = ['task', 'lesson', 'exemplar', 'need'];

function tile(kind, big) {
  return h('li', { class: big ? 'tile tile-big' : 'tile' }, h('h2', {}, h('a', { href: href('write', kind.name) }, kind.label)), h('p', { class: 'quiet' }, kind.help));
}

export async function write() {
  const [all, networks] = await Promise.all([kinds(), writable()]);
  if (networks.length === 0) return emptyStart();
  const first = FIRST.filter((name) => all.has(name)).map((name) => all.get(name));
  const rest = [...all.values()].filter((kind) => !FIRST.includes(kind.name));
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('h1', {}, t('title.write')), h('p', { class: 'lead' }, t('write.lead')))),
    h('ul', { class: 'tiles' }, first.map((kind) => tile(kind, true))),
    h('details', { class: 'more' }, h('summary', {}, t('write.more')), h('ul', { class: 'tiles' }, rest.map((kind) => tile(kind, false)))));
}

const emptyStart = () => h('div', {}, h('h1', { class: 'hidden' }, t('title.write')),
  emptyState('networks', t('write.nonetwork'), t('write.nonetwork.how'), h('a', { class: 'button', href: '#/' }, t('action.home'))));

const copied = (fields, left) => Object.fromEntries(Object.entries(structuredClone(fields)).filter(([name]) => !left(name)));

/** The fields that a revision or an adaptation begins with: all but what was true of the original only. */
function fieldsFrom(record, kind, adapting) {
  const made = new Set(kind.fields.filter(isMade).map((field) => field.name));
  if (!adapting) ['origin', 'refs', 'blobs'].forEach((name) => made.delete(name));
  const personal = new Set(adapting ? ['by', 'state', 'credit', 'license'] : []);
  return copied(record.fields, (name) => made.has(name) || personal.has(name));
}

/** Where a kind has a link for what it is about, that is filled. */
function fieldsAbout(id, kind) {
  const link = kind.fields.find((field) => field.name === 'about' && field.type === 'link');
  return link ? { about: link.many ? [id] : id } : {};
}

export async function writeKind(view) {
  const [all, networks] = await Promise.all([kinds(), writable()]);
  const kind = all.get(view.given.kind);
  if (!kind) return state('find', t('missing.title'), t('missing.how'), h('a', { class: 'button', href: '#/write' }, t('title.write')));
  if (networks.length === 0) return emptyStart();
  const [adapts, replaces, about] = ['adapts', 'replaces', 'about'].map((name) => view.params.get(name));
  const origin = adapts ?? replaces ?? about;
  const home = origin?.split('/')[0];
  const draft = { network: networks.some((network) => network.id === home) ? home : networks[0].id, fields: {} };
  if (adapts || replaces) {
    const record = await fetchRecord(origin);
    if (!record.fields) return state('find', t('missing.title'), t('write.gone'), h('a', { class: 'button', href: '#/' }, t('action.home')));
    draft.fields = fieldsFrom(record, kind, Boolean(adapts));
    draft[adapts ? 'adapts' : 'replaces'] = origin;
  } else if (about) draft.fields = fieldsAbout(about, kind);
  view.title(kind.label);
  return draftEditor({ draft, kind, all, networks, view });
}
