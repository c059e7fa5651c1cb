// SPDX-License-Identifier: MPL-2.0
// A rubric is written as it is read: criteria down, levels across. A rubric of another shape (several
// parts, criteria with levels of their own) is written as the groups it consists of.
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';

const START = [4, 3, 2, 1];

/** {levels: [{name, points}], rows: [{name, description, cells}]}; null where it is no plain table. */
export function readTable(rubrics) {
  if (!rubrics || rubrics.length === 0) {
    return { levels: START.map((points) => ({ name: t(`rubric.level.${points}`), points })), rows: [{ name: '', cells: [] }], title: undefined };
  }
  const [rubric] = rubrics;
  const criteria = rubric.criteria ?? [];
  const shape = (criterion) => JSON.stringify((criterion.levels ?? []).map((level) => [level.name, level.points]));
  const plain = rubrics.length === 1 && criteria.length > 0 && (criteria[0].levels ?? []).length > 0 && !rubric.description &&
    criteria.every((criterion) => shape(criterion) === shape(criteria[0]) && criterion.points === undefined && criterion.description === undefined);
  return plain ? {
    title: rubric.title,
    levels: criteria[0].levels.map(({ name, points }) => ({ name: name ?? '', points })),
    rows: criteria.map((criterion) => ({ name: criterion.name ?? '', cells: criterion.levels.map((level) => level.description ?? '') })),
  } : null;
}

const said = (text) => (text === undefined || String(text).trim() === '' ? undefined : text);

/** Back to the groups of the kinds table; nothing where no criterion says anything. */
export function writeTable(table) {
  const rows = table.rows.filter((row) => said(row.name) || row.cells.some(said));
  if (rows.length === 0) return undefined;
  const criteria = rows.map((row) => ({
    ...(said(row.name) && { name: row.name }),
    levels: table.levels.map((level, index) => ({
      ...(said(level.name) && { name: level.name }),
      ...(said(level.points) !== undefined && { points: level.points }),
      ...(said(row.cells[index]) && { description: row.cells[index] }),
    })),
  }));
  return [{ ...(table.title && { title: table.title }), criteria }];
}

const points = (typed) => (/^\d+([.]\d+)?$/.test(typed) ? Number(typed) : typed === '' ? undefined : typed);

export function rubricForm(table, change) {
  const place = h('div', {});
  const tell = () => change(writeTable(table));
  const again = (work) => () => {
    work();
    tell();
    draw();
  };
  const small = (picture, label, work, off = false) => h('button', { type: 'button', class: 'button button-quiet', 'aria-label': label, disabled: off, onclick: again(work) }, icon(picture));

  const head = (level, index) => h('th', { scope: 'col' },
    h('input', { type: 'text', dir: 'auto', value: level.name, 'aria-label': t('rubric.level.name', { number: index + 1 }), oninput: (event) => {
      level.name = event.target.value;
      tell();
    } }),
    h('div', { class: 'row rubric-points' },
      h('input', { type: 'text', inputmode: 'decimal', value: level.points ?? '', 'aria-label': t('rubric.level.points', { number: index + 1 }), oninput: (event) => {
        level.points = points(event.target.value.trim());
        tell();
      } }), h('span', { class: 'small quiet', 'aria-hidden': 'true' }, t('rubric.points.word')),
      small('close', t('rubric.level.remove', { number: index + 1 }), () => {
        table.levels.splice(index, 1);
        table.rows.forEach((row) => row.cells.splice(index, 1));
      }, table.levels.length < 2)));

  const line = (row, at) => h('tr', {},
    h('th', { scope: 'row', 'data-level': t('rubric.criterion') }, h('textarea', { rows: 2, dir: 'auto', value: row.name, 'aria-label': t('rubric.criterion.name', { number: at + 1 }), oninput: (event) => {
      row.name = event.target.value.replace(/\n/g, ' ');
      tell();
    } }), small('close', t('rubric.criterion.remove', { number: at + 1 }), () => table.rows.splice(at, 1), table.rows.length < 2)),
    table.levels.map((level, index) => h('td', { 'data-level': level.name }, h('textarea', { rows: 3, value: row.cells[index] ?? '', dir: 'auto',
      'aria-label': t('rubric.cell', { criterion: at + 1, level: level.name || index + 1 }), oninput: (event) => {
        row.cells[index] = event.target.value;
        tell();
      } }))));

  function draw() {
    fill(place, h('div', { class: 'table-frame' }, h('table', { class: 'rubric rubric-form' },
      h('caption', { class: 'hidden' }, t('rubric.title')),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('rubric.criterion')), table.levels.map(head))),
      h('tbody', {}, table.rows.map(line)))),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'button button-small', onclick: again(() => table.rows.push({ name: '', cells: [] })) }, icon('plus'), t('rubric.criterion.add')),
      h('button', { type: 'button', class: 'button button-small', onclick: again(() => table.levels.push({ name: '', points: undefined })) }, icon('plus'), t('rubric.level.add'))));
  }
  draw();
  return place;
}
