// SPDX-License-Identifier: MPL-2.0
// Find: search as you type, filters, what fits and why, and what arrives while you look.
import { get, query } from '../app/api.js';
import { fill, h, later } from '../app/dom.js';
import { number, shortId } from '../app/format.js';
import { kinds } from '../app/kinds.js';
import { note } from '../app/router.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { facets } from '../parts/facets.js';
import { icon } from '../parts/icon.js';
import { recordList } from '../parts/record_list.js';
import { emptyState } from '../parts/state.js';
import { welcome } from './welcome.js';

const FILTERS = ['kind', 'subject', 'grade', 'competency', 'author', 'network'];
const FIRST_PAGE = 60;
const NEXT_PAGE = 200;
const TYPED_MS = 140;

/** Names of members of all networks, for the filter by district. */
async function districtsOf(networks) {
  const lists = await Promise.all(networks.map((network) =>
    get(`/networks/${network.id}/members`).catch(() => ({ members: [] }))));
  const names = new Map();
  lists.forEach((list) => list.members.forEach((member) => names.set(member.id, member.name ?? shortId(member.id))));
  return [...names].sort((a, b) => a[1].localeCompare(b[1]));
}

function readAddress(params) {
  const chosen = {};
  FILTERS.forEach((name) => {
    if (params.get(name)) chosen[name] = params.get(name);
  });
  return { words: params.get('q') ?? '', chosen };
}

function countText(answer, shown, words) {
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
  return emptyState('find', t('find.none'), t('find.none.how'),
    h('button', { type: 'button', class: 'button', onclick: reset }, t('find.reset')));
}

export async function find(view) {
  const [all, { networks }] = await Promise.all([kinds(), get('/networks')]);
  if (networks.filter((network) => !network.left).length === 0) return welcome(view);
  let { words, chosen } = readAddress(view.params);
  const [districts, sample] = await Promise.all([districtsOf(networks), get('/search?limit=200').catch(() => ({ records: [] }))]);

  const count = h('p', { class: 'count', role: 'status' });
  const control = { abort: null };
  function load(mark) {
    control.abort?.abort();
    control.abort = new AbortController();
    const sort = words === '' ? 'newest' : 'best';
    return get(`/search${query({ ...chosen, q: words, sort, limit: mark === null ? FIRST_PAGE : NEXT_PAGE, after: mark })}`, { signal: control.abort.signal });
  }
  const list = recordList({
    load, all, chosen: () => chosen,
    empty: () => nothing(words, chosen, reset),
    onCount: (answer, shown) => fill(count, countText(answer, shown, words), answer.behind > 0 && ` ${t('find.behind')}`),
  });

  function search() {
    note(new URLSearchParams(Object.entries({ q: words, ...chosen }).filter(([, value]) => value)));
    list.begin();
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
    await list.fresh().catch(() => 0);
    const again = looking === 'again';
    looking = false;
    if (again) arrived();
  }
  view.live('arrival', arrived);

  const box = h('input', {
    id: 'search', type: 'search', name: 'q', value: words, autocomplete: 'off', spellcheck: 'false',
    placeholder: t('find.placeholder'), oninput: typed, 'aria-describedby': 'search-help',
  });
  const filters = facets({
    all, chosen, change, districts, sample: sample.records,
    networks: networks.map((network) => [network.id, network.name]),
  });
  list.begin();
  return h('div', { class: 'find' },
    h('h1', { class: 'hidden' }, t('title.find')),
    h('form', { role: 'search', class: 'search', onsubmit: (event) => event.preventDefault() },
      h('div', { class: 'search-box' }, icon('find'),
        h('label', { for: 'search', class: 'hidden' }, t('find.label')), box,
        h('p', { id: 'search-help', class: 'hidden' }, t('find.help'))),
      h('details', { class: 'filters', open: matchMedia('(min-width: 60rem)').matches || Object.keys(chosen).length > 0 },
        h('summary', {}, t('filter.title')), filters)),
    h('div', { class: 'results' }, count, list.element));
}
