// SPDX-License-Identifier: MPL-2.0
// A rubric as a table: criteria down, levels across. Where criteria have levels of their own names,
// each criterion is a table of its own, so that no cell stands under a wrong heading.
import { h } from '../app/dom.js';
import { number } from '../app/format.js';
import { t } from '../app/text.js';

const pointsText = (value) => t('rubric.points', { count: value, number: number(value) });
const points = (value) => (value === undefined ? null : h('span', { class: 'points' }, pointsText(value)));

/** What stands over a level where there are no columns, on a phone: there is no heading to look up to. */
const levelText = (level, withPoints) => [level.name ?? t('rubric.level'), withPoints && level.points !== undefined && pointsText(level.points)].filter(Boolean).join(' \u00B7 ');

const key = (criterion) => (criterion.levels ?? []).map((level) => level.name ?? '').join('\u0000');

/** Criteria that have the same levels in the same order stand in one table. */
function groups(criteria) {
  const made = [];
  for (const criterion of criteria) {
    const last = made[made.length - 1];
    if (last && last.key === key(criterion)) last.rows.push(criterion);
    else made.push({ key: key(criterion), rows: [criterion] });
  }
  return made;
}

function head(criterion) {
  return h('thead', {}, h('tr', {},
    h('th', { scope: 'col' }, t('rubric.criterion')),
    (criterion.levels ?? []).map((level) => h('th', { scope: 'col' }, level.name ?? t('rubric.level')))));
}

function row(criterion, samePoints) {
  return h('tr', {},
    h('th', { scope: 'row', dir: 'auto' }, criterion.name ?? '', points(criterion.points),
      criterion.description && h('p', { class: 'small' }, criterion.description)),
    (criterion.levels ?? []).map((level) => h('td', { 'data-level': levelText(level, samePoints), dir: 'auto' },
      !samePoints && points(level.points), level.description ?? '')));
}

/** The points of each level where all criteria agree about them: then they stand in the heading once. */
function sharedPoints(rows) {
  const text = (criterion) => JSON.stringify((criterion.levels ?? []).map((level) => level.points ?? null));
  return rows.every((criterion) => text(criterion) === text(rows[0]));
}

function table(group, caption) {
  const shared = sharedPoints(group.rows);
  const made = head(group.rows[0]);
  if (shared) {
    [...made.querySelectorAll('th')].slice(1).forEach((cell, index) => {
      const given = points(group.rows[0].levels[index].points);
      if (given) cell.append(' ', given);
    });
  }
  return h('div', { class: 'table-frame', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', { class: 'rubric' }, h('caption', { class: 'hidden' }, caption), made,
      h('tbody', {}, group.rows.map((criterion) => row(criterion, shared)))));
}

/** One part: its heading, how to use it, its tables. */
function part(rubric, prose) {
  const criteria = rubric.criteria ?? [];
  const listed = criteria.filter((criterion) => (criterion.levels ?? []).length === 0);
  const levelled = criteria.filter((criterion) => (criterion.levels ?? []).length > 0);
  return h('div', { class: 'rubric-part' },
    rubric.title && h('h3', { dir: 'auto' }, rubric.title),
    rubric.description && prose(rubric.description),
    groups(levelled).map((group) => table(group, rubric.title ?? t('rubric.title'))),
    listed.length > 0 && h('dl', { class: 'criteria' }, listed.map((criterion) => [
      h('dt', { dir: 'auto' }, criterion.name ?? '', points(criterion.points)),
      h('dd', { dir: 'auto' }, criterion.description ?? '')])));
}

export const rubricTable = (rubrics, prose) => h('div', { class: 'rubrics' }, rubrics.map((rubric) => part(rubric, prose)));
