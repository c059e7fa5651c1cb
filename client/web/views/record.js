// SPDX-License-Identifier: MPL-2.0
// One record as a well-set document: what it says in the middle, facts and origin beside it, what
// others said beneath. Made from the kinds table; no kind has a layout of its own.
import { fill, h } from '../app/dom.js';
import { date } from '../app/format.js';
import { kinds } from '../app/kinds.js';
import { authorOf, editHref, fetchRecord, recordHref, recordPath, titleOf } from '../app/records.js';
import { show } from '../app/router.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { get, post, ROOT } from '../app/api.js';
import { ask } from '../parts/ask.js';
import { discussion } from '../parts/discussion.js';
import { factList, sections } from '../parts/document.js';
import { icon } from '../parts/icon.js';
import { lineageTree } from '../parts/lineage_tree.js';
import { provenance } from '../parts/provenance.js';
import { say } from '../parts/toast.js';

const ADAPTABLE = new Set(['task', 'lesson', 'exemplar', 'framework', 'competency', 'instrument', 'plan', 'collection']);
function facts(record, kind, view) {
  const list = factList(record, kind, view);
  return list && h('section', { class: 'panel', 'aria-labelledby': 'facts' }, h('h2', { id: 'facts' }, t('record.facts')), list);
}

async function retract(record) {
  const done = await ask({ title: t('retract.title'), sentence: t('retract.how'), confirm: t('retract.do'), reason: t('retract.reason'), needed: true,
    act: (reason) => post(`${recordPath(record.id)}/retract`, { reason }) });
  if (!done) return;
  say(t('retract.done'));
  show({ quiet: true });
}

function actions(record, all, own) {
  return h('div', { class: 'row no-print' },
    h('button', { type: 'button', class: 'button', onclick: () => print() }, icon('print'), t('action.print')),
    record.fields && h('a', { class: 'button', href: `${ROOT}${recordPath(record.id)}/markdown`, download: `${titleOf(record, all).slice(0, 80)}.md` },
      icon('download'), t('action.download')),
    record.fields && own && may('draft') && h('a', { class: 'button', href: `${editHref(record.kind)}?replaces=${encodeURIComponent(record.id)}` },
      icon('write'), t('action.revise')),
    record.fields && !own && may('draft') && ADAPTABLE.has(record.kind) && h('a', { class: 'button button-main', href: `${editHref(record.kind)}?adapts=${encodeURIComponent(record.id)}` },
      icon('branch'), t('action.adapt')),
    record.fields && own && may('publish') && h('button', { type: 'button', class: 'button button-quiet', onclick: () => retract(record) }, t('action.retract')));
}

const VERSIONS_MAX = 50;

/** The version behind which there is none. */
async function newest(id) {
  let last = id;
  for (let step = 0; step < VERSIONS_MAX; step++) {
    const [next] = (await fetchRecord(last).catch(() => null))?.lineage?.replaced_by ?? [];
    if (!next) break;
    last = next.id;
  }
  return last;
}

/** A later version is what a reader should know of first. */
function later(record) {
  const [next] = record.lineage?.replaced_by ?? [];
  if (!next) return null;
  const link = h('a', { href: recordHref(next.id) }, t('record.replaced.open'));
  newest(next.id).then((id) => link.setAttribute('href', recordHref(id)));
  return h('p', { class: 'notice' }, icon('up'), h('span', {}, t('record.replaced'), ' ', link));
}

/** What stands above and in the middle; what others say of it comes and goes beneath. */
const standing = (record) => JSON.stringify([Boolean(record.fields), record.withdrawn, record.lineage?.replaced_by]);

function withdrawn(record) {
  const gone = record.withdrawn;
  return h('div', { class: 'notice notice-bad' }, icon('alert'), h('div', {},
    h('p', {}, gone ? t('record.withdrawn') : t('record.unreadable', { reason: record.unreadable })),
    gone?.reason && h('p', { dir: 'auto' }, gone.reason)));
}

function heading(record, kind, all) {
  const by = record.fields?.by ?? [];
  return h('header', { class: 'document-head' },
    h('p', { class: 'card-kind' }, kind?.label ?? record.kind),
    h('h1', { dir: 'auto', lang: record.fields?.lang }, titleOf(record, all)),
    h('p', { class: 'byline' }, by.length > 0 && [h('span', { dir: 'auto' }, by.join(', ')), ' · '],
      h('a', { href: `#/?author=${encodeURIComponent(record.author)}`, dir: 'auto' }, authorOf(record)), ' · ',
      h('time', { datetime: record.time }, date(record.time))));
}

export async function record(view) {
  const { net, author, seq } = view.given;
  const [all, found, { id: self }] = await Promise.all([kinds(), fetchRecord([net, author, seq].join('/')), get('/id')]);
  const kind = all.get(found.kind);
  const shown = { network: found.network, lang: found.fields?.lang, kinds: all };
  view.title(titleOf(found, all));

  const tree = h('div', {});
  const below = h('div', {});
  async function related(now) {
    const [drawn, talk] = await Promise.all([lineageTree(now, all), discussion(now, all)]);
    if (!view.shown()) return;
    fill(tree, drawn && h('section', { class: 'panel', 'aria-labelledby': 'lineage' },
      h('h2', { id: 'lineage' }, t('lineage.title')), drawn));
    fill(below, talk);
  }
  related(found);
  let known = JSON.stringify(found.lineage);
  view.live('arrival', async () => {
    const now = await fetchRecord(found.id).catch(() => null);
    if (!now || !view.shown()) return;
    if (standing(now) !== standing(found)) return void view.again();
    if (JSON.stringify(now.lineage) === known) return;
    known = JSON.stringify(now.lineage);
    related(now);
  });

  return h('article', { class: 'document' },
    later(found),
    heading(found, kind, all),
    actions(found, all, found.author === self),
    h('div', { class: 'document-body' },
      h('div', { class: 'document-main' }, found.fields ? sections(found, kind, shown) : withdrawn(found)),
      h('aside', { class: 'document-side' }, facts(found, kind, shown), tree, provenance(found))),
    below);
}
