// SPDX-License-Identifier: MPL-2.0
// Where a record comes from and what became of it, as a tree that reads well aloud, too.
import { h } from '../app/dom.js';
import { authorOf, fetchRecord, idOf, isMeant, knownRecord, recordHref, titleOf } from '../app/records.js';
import { t } from '../app/text.js';
import { moment } from './moment.js';

const DEPTH = 5;
const BREADTH = 12;

/** The records that @record was made from: its earlier version, else what it was adapted from. */
function parentsOf(record) {
  const fields = record.fields ?? {};
  const parent = (reference, how) => ({ id: idOf(reference, record.network), reference, how });
  if (fields.replaces) return [parent(fields.replaces, 'version')];
  return (fields.origin ?? []).map((reference) => parent(reference, 'adapted'));
}

/** From the oldest ancestor that is here down to @record; of several origins the first. */
async function ancestry(record) {
  const chain = [{ record, how: null }];
  for (let depth = 0; depth < DEPTH; depth++) {
    const [parent] = parentsOf(chain[0].record);
    if (!parent || chain.some((one) => one.record.id === parent.id)) break;
    chain[0].how = parent.how;
    const found = await knownRecord(parent.id);
    if (!found || !isMeant(parent.reference, found)) {
      chain.unshift({ record: { id: parent.id, absent: found ? 'record.changed' : 'lineage.absent', fields: {} }, how: null });
      break;
    }
    chain.unshift({ record: found, how: null });
  }
  return chain;
}

/** Versions and adaptations of @record, each with its own, as far as @depth goes. */
async function children(record, depth, seen) {
  const lineage = record.lineage ?? {};
  const listed = [
    ...(lineage.replaced_by ?? []).map((row) => ({ ...row, how: 'version' })),
    ...(lineage.adapted_by ?? []).map((row) => ({ ...row, how: 'adapted' })),
  ].filter((row) => !seen.has(row.id)).slice(0, BREADTH);
  listed.forEach((row) => seen.add(row.id));
  return Promise.all(listed.map(async (row) => {
    const found = await fetchRecord(row.id).catch(() => null);
    return { row, found, below: found && depth > 1 ? await children(found, depth - 1, seen) : [] };
  }));
}

function label(record, how, all, here) {
  const text = record.absent ? t(record.absent) : titleOf(record, all);
  return h('div', { class: here ? 'tree-node tree-here' : 'tree-node' },
    how && h('span', { class: 'tree-how' }, t(`lineage.${how}`)),
    here || record.absent ? h('span', { class: 'tree-title', dir: 'auto', 'aria-current': here ? 'true' : undefined }, text)
      : h('a', { class: 'tree-title', href: recordHref(record.id), dir: 'auto' }, text),
    !record.absent && h('span', { class: 'tree-who' }, h('span', { dir: 'auto' }, authorOf(record)), ' · ',
      moment(record.time)));
}

const branch = (node, all) => h('li', {}, label(node.found ?? { ...node.row, fields: {} }, node.row.how, all, false),
  node.below.length > 0 && h('ul', {}, node.below.map((below) => branch(below, all))));

/** null where there is nothing but the record itself. */
export async function lineageTree(record, all) {
  const seen = new Set([record.id]);
  const [chain, below] = await Promise.all([ancestry(record), children(record, DEPTH, seen)]);
  if (chain.length === 1 && below.length === 0) return null;
  let inner = below.length > 0 && h('ul', {}, below.map((node) => branch(node, all)));
  for (const one of [...chain].reverse()) {
    const item = h('li', {}, label(one.record, one.how, all, one.record.id === record.id), inner);
    inner = h('ul', {}, item);
  }
  inner.classList.add('tree');
  return inner;
}
