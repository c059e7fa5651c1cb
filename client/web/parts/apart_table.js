// SPDX-License-Identifier: MPL-2.0
// Records that are here and do not count, and why: of chains that two copies of a key have written,
// and those that came after the end of their author's membership.
import { h } from '../app/dom.js';
import { bytes, date, number, shortId } from '../app/format.js';
import { t } from '../app/text.js';
import { sentence } from './sentence.js';

/** Why a fork still keeps records back, or null: lane 0 counts on all branches, and what is healed lacks nothing. */
function whyForked(fork) {
  if (fork.lane === 0) return null;
  if (fork.beyond) return t('apart.beyond');
  if (!fork.settled) return t(fork.own ? 'apart.fork.own' : 'apart.fork');
  if (!fork.own || fork.healed) return null;
  return fork.lacking > 0 ? t('apart.lacking', { count: fork.lacking, number: number(fork.lacking) }) : t('apart.unhealed');
}

const named = (one) => h('bdi', {}, one.author_name || shortId(one.author));
const sameChain = (aside) => (fork) => fork.lane === 1 && fork.author === aside.author && fork.epoch === aside.epoch;

function kept(aside) {
  if (aside.kept) return t('apart.kept');
  return aside.until ? date(aside.until) : t('apart.unknown');
}

const row = (name, what, why, until) => h('tr', {},
  h('th', { scope: 'row' }, name),
  h('td', { 'data-label': t('apart.what') }, what),
  h('td', { 'data-label': t('apart.why') }, h('span', {}, sentence(why))),
  h('td', { 'data-label': t('apart.until') }, until));

function rows(net) {
  const forked = net.forks.map((fork) => ({ fork, why: whyForked(fork) })).filter(({ why }) => why !== null);
  return [
    ...forked.map(({ fork, why }) => row(named(fork), t('apart.behind', { number: number(fork.at) }), why, t('apart.kept'))),
    ...net.aside.map((aside) => row(named(aside),
      t('apart.sum', { records: t('network.records', { count: aside.entries, number: number(aside.entries) }), bytes: bytes(aside.bytes) }),
      t(net.forks.some(sameChain(aside)) ? 'apart.branch' : 'apart.cut'), kept(aside))),
  ];
}

/** Is there anything here that does not count? */
export const keepsApart = (net) => net.aside_chains > 0 || net.forks.some((fork) => whyForked(fork) !== null);

/** A section of its own, or null where everything that is here counts. */
export function apartTable(net) {
  const all = rows(net);
  const more = net.aside_chains - net.aside.length;
  if (all.length === 0) return null;
  return h('section', { class: 'stack-small', 'aria-labelledby': 'apart' }, h('h2', { id: 'apart' }, t('apart.title')),
    h('div', { class: 'table-frame' }, h('table', { class: 'rows' }, h('caption', { class: 'hidden' }, t('apart.title')),
      h('thead', {}, h('tr', {}, ['apart.who', 'apart.what', 'apart.why', 'apart.until'].map((word) => h('th', { scope: 'col' }, t(word))))),
      h('tbody', {}, all))),
    more > 0 && h('p', { class: 'small quiet' }, t('apart.more', { count: more, number: number(more) })));
}
