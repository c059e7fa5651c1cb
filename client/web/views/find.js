// SPDX-License-Identifier: MPL-2.0
// Find: search as you type, filters, what fits and why, and what arrives while you look.
import { get, query } from '../app/api.js';
import { fill, h, later } from '../app/dom.js';
import { number } from '../app/format.js';
import { kinds } from '../app/kinds.js';
import { note } from '../app/router.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { FACETS, facets } from '../parts/facets.js';
import { icon } from '../parts/icon.js';
import { recordList } from '../parts/record_list.js';
import { emptyState } from '../parts/state.js';
import { welcome } from './welcome.js';

const FIRST_PAGE = 60;
const NEXT_PAGE = 200;
const VALUES = 100;
const TYPED_MS = 140;

/** What the hits could be narrowed by, by name. Of what is chosen already the others are told, too. */
async function countsOf(words, chosen, signal) {
  const ask = (filters) => get(`/facets${query({ ...asked(filters), q: words, open: words === '' ? undefined : 1, limit: VALUES })}`, { signal });
  const without = Object.keys(chosen).map(async (name) => [name, await ask({ ...chosen, [name]: undefined })]);
  const [whole, ...others] = await Promise.all([ask(chosen), ...without]);
  const counts = new Map(whole.facets.map((facet) => [facet.name, facet.values]));
  others.forEach(([name, answer]) => counts.set(name, answer.facets.find((facet) => facet.name === name)?.values ?? []));
  return counts;
}

/** What is chosen, as the API takes it: there a comma begins another value. */
const asked = (chosen) => Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, value?.replace(/[\\,]/g, '\\$&')]));

function readAddress(params) {
  const chosen = {};
  FACETS.forEach((name) => {
    if (params.get(name)) chosen[name] = params.get(name);
  });
  return { words: params.get('q') ?? '', chosen };
}

/** Nothing where nothing is there: the list says that, and what to do. */
function countText(answer, shown, words) {
  if ((answer.total ?? shown) === 0) return '';
  if (answer.total === undefined) return t('find.count', { count: shown, number: number(shown) });
  const given = { count: answer.total, number: number(answer.total) };
  if (answer.more_than_total) return t('find.count.over', given);
  return t(words === '' ? 'find.count' : 'find.count.fit', given);
}

function nothing(words, chosen, reset) {
  if (words === '' && Object.keys(chosen).length === 0) {
    return emptyState('write', t('find.empty'), t('find.empty.how'),
      may('draft') && h('a', { class: 'button button-main', href: '#/write' }, t('action.write')));
  }
  return emptyState('find', t('find.none'), t(words === '' ? 'find.none.filters' : 'find.none.how'),
    h('button', { type: 'button', class: 'button', onclick: reset }, t('find.reset')));
}

export async function find(view) {
  const [all, { networks }] = await Promise.all([kinds(), get('/networks')]);
  if (networks.filter((network) => !network.left).length === 0) return welcome(view);
  let { words, chosen } = readAddress(view.params);

  const count = h('p', { class: 'count', role: 'status' });
  const control = { abort: null };
  function load(mark) {
    control.abort?.abort();
    control.abort = new AbortController();
    const sort = words === '' ? 'newest' : 'best';
    return get(`/search${query({ ...asked(chosen), q: words, open: words === '' ? undefined : 1, sort, limit: mark === null ? FIRST_PAGE : NEXT_PAGE, after: mark })}`, { signal: control.abort.signal });
  }
  const list = recordList({
    load, all, chosen: () => chosen,
    empty: () => nothing(words, chosen, reset),
    onCount: (answer, shown) => fill(count, countText(answer, shown, words), answer.behind > 0 && ` ${t('find.behind')}`),
  });

  async function narrow() {
    control.counts?.abort();
    control.counts = new AbortController();
    const counts = await countsOf(words, chosen, control.counts.signal).catch(() => null);
    if (counts && view.shown()) filters.draw(counts, chosen);
  }
  function search() {
    note(new URLSearchParams(Object.entries({ q: words, ...chosen }).filter(([, value]) => value)));
    list.begin();
    narrow();
  }
  function reset() {
    words = '';
    chosen = {};
    note(new URLSearchParams());
    view.again();
  }
  const typed = later((event) => {
    words = event.target.value.trim();
    search();
  }, TYPED_MS);
  function change(name, value) {
    if (value === '') delete chosen[name];
    else chosen[name] = value;
    search();
  }

  let looking = false;
  async function arrived() {
    // One look at a time; what comes meanwhile is in the next.
    if (looking) return void (looking = 'again');
    looking = true;
    await Promise.all([list.fresh().catch(() => 0), narrow()]);
    const again = looking === 'again';
    looking = false;
    if (again) arrived();
  }
  view.live('arrival', arrived);

  const box = h('input', {
    id: 'search', type: 'search', name: 'q', value: words, autocomplete: 'off', spellcheck: 'false',
    placeholder: t('find.placeholder'), oninput: typed, 'aria-describedby': 'search-help',
  });
  const filters = facets({ change, reset });
  list.begin();
  narrow();
  return h('div', { class: 'find' },
    h('h1', { class: 'hidden' }, t('title.find')),
    h('form', { role: 'search', class: 'search', onsubmit: (event) => event.preventDefault() },
      h('div', { class: 'search-box' }, icon('find'),
        h('label', { for: 'search', class: 'hidden' }, t('find.label')), box,
        h('p', { id: 'search-help', class: 'hidden' }, t('find.help'))),
      h('details', { class: 'filters', open: matchMedia('(min-width: 60rem)').matches },
        h('summary', {}, t('filter.title')), filters.element)),
    h('div', { class: 'results' }, filters.row, count, list.element));
}
