// SPDX-License-Identifier: MPL-2.0
// A list of records as long as it is: pages come as the end nears, what is out of sight is not laid out.
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { problemLine } from './state.js';
import { recordCard } from './record_card.js';

const TOGETHER = 40;

function lists(cards) {
  const made = [];
  for (let at = 0; at < cards.length; at += TOGETHER) made.push(h('ol', { class: 'cards' }, cards.slice(at, at + TOGETHER)));
  return made;
}

/**
 * @load(mark) answers {records, next}; @mark null is the first page. Returns {element, begin, fresh}:
 * begin() shows the first page anew, fresh() puts on top what came since.
 */
export function recordList({ load, all, chosen, empty, onCount }) {
  // Every few cards are a list of their own, which the browser lays out only when it comes into sight.
  const list = h('div', { class: 'pages', role: 'group', 'aria-label': t('find.results') });
  const end = h('div', { class: 'list-end' });
  const element = h('div', { class: 'list' }, list, end);
  const seen = new Set();
  let next = null;
  let busy = false;
  let turn = 0;

  const more = h('button', { type: 'button', class: 'button', onclick: () => page() }, t('find.more'));
  const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && page(),
    { rootMargin: '1200px' });

  function show(records, options = {}) {
    const cards = records.filter((record) => !seen.has(record.id)).map((record) => {
      seen.add(record.id);
      return recordCard(record, all, { chosen: chosen?.(), ...options });
    });
    return cards;
  }

  function close(failure) {
    watch.disconnect();
    fill(end, failure && problemLine(failure), next !== null && more);
    // Observed anew each time: where the end is still in sight, the next page follows.
    if (next !== null && !failure) watch.observe(end);
  }

  async function page(first = false) {
    if (busy && !first) return;
    busy = true;
    const mine = first ? ++turn : turn;
    try {
      const answer = await load(first ? null : next);
      if (mine !== turn) return;
      if (first) {
        seen.clear();
        list.replaceChildren();
      }
      next = answer.next;
      list.append(...lists(show(answer.records)));
      onCount?.(answer, seen.size);
      fill(end);
      close();
      if (seen.size === 0) fill(end, empty());
    } catch (problem) {
      if (mine === turn && problem.name !== 'AbortError') close(problem);
    } finally {
      if (mine === turn) busy = false;
    }
  }

  /** Of those that the first page reaches over, whatever is not in it any more was withdrawn. */
  function leave({ records, next: rest }) {
    const now = new Set(records.map((record) => record.id));
    const last = rest === null ? null : records.at(-1)?.id;
    for (const card of list.querySelectorAll('[data-id]')) {
      if (card.dataset.id === last) return;
      if (!now.has(card.dataset.id)) {
        seen.delete(card.dataset.id);
        card.remove();
      }
    }
  }

  async function fresh() {
    const mine = turn;
    const answer = await load(null);
    if (mine !== turn) return 0;
    // More came than a page holds: there is a gap between it and what is shown.
    if (seen.size > 0 && answer.next !== null && answer.records.every((record) => !seen.has(record.id))) {
      await page(true);
      return seen.size;
    }
    leave(answer);
    const cards = show(answer.records, { fresh: true });
    if (cards.length > 0 && seen.size === cards.length) fill(end);
    list.prepend(...lists(cards));
    onCount?.(answer, seen.size);
    return cards.length;
  }

  return { element, begin: () => page(true), fresh };
}
