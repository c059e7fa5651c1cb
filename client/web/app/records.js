// SPDX-License-Identifier: MPL-2.0
// Records by their ids and references, kept while the page is open: what is signed does not change.
import { get } from './api.js';
import { href } from './router.js';
import { t } from './text.js';

const kept = new Map();
const KEPT_MAX = 400;

/** "NET/AUTHOR/SEQ" of an id, or of a reference seen from a record of @network. */
export function idOf(reference, network) {
  const parts = reference.split('#')[0].split('/');
  return parts.length === 2 ? `${network}/${parts.join('/')}` : parts.join('/');
}

/** Is @record the text that @reference means by its hash, or does another one stand there now? */
export const isMeant = (reference, record) => !reference.includes('#') || !record.vouched || record.vouched.data.startsWith(reference.split('#')[1]);

export const recordPath = (id) => `/records/${id.split('/').map(encodeURIComponent).join('/')}`;
export const recordHref = (id) => href('record', ...id.split('/'));
export const editHref = (...parts) => href('write', ...parts);

/** A record with its signature and its lineage, as of now. */
export async function fetchRecord(id, options) {
  const record = await get(recordPath(id), options);
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value);
  kept.set(id, record);
  return record;
}

/** The same from memory where it was seen already; null where it cannot be had. */
export async function knownRecord(id) {
  if (kept.has(id)) return kept.get(id);
  try {
    return await fetchRecord(id);
  } catch {
    return null;
  }
}

/** A draft may hold anything where text belongs. */
const firstText = (value) => String([value].flat()[0] ?? '');

const firstLine = (text) => {
  const line = text.trim().split('\n')[0];
  return line.length > 90 ? `${line.slice(0, 88)}…` : line;
};

/** What to call a record: its title or name, else how its text begins, else its kind. */
export function titleOf(record, all) {
  const kind = all?.get(record.kind);
  const fields = record.fields ?? {};
  const named = fields.title ?? fields.name ?? fields.district ?? fields.statement;
  if (named) return String(named);
  const text = (kind?.fields ?? []).find((field) => field.type === 'text' && fields[field.name]);
  if (text) return firstLine(firstText(fields[text.name]));
  return kind ? kind.label : t('record.unknown', { kind: record.kind });
}

/** A sentence of it for lists, where a search gave none. */
export function leadOf(record, all) {
  const fields = record.fields ?? {};
  const text = (all.get(record.kind)?.fields ?? []).find((field) => field.type === 'text' && fields[field.name]);
  const value = text ? firstText(fields[text.name]) : '';
  // Where the title is how this text begins, a lead would say it twice.
  if (value.trim() === titleOf(record, all)) return '';
  const flat = value.replace(/[#*_`>|]+/g, '').replace(/\s+/g, ' ').trim();
  return flat.length > 220 ? `${flat.slice(0, flat.lastIndexOf(' ', 218))} …` : flat;
}

export const authorOf = (record) => record.author_name ?? t('record.unnamed');
