// SPDX-License-Identifier: MPL-2.0
// The kinds table as the daemon tells it: labels, fields, words of choices. Nothing here names a field.
import { get } from './api.js';

let table = null;

/** All kinds, asked for once. */
export async function kinds() {
  table ??= get('/kinds').then((answer) => new Map(answer.kinds.map((kind) => [kind.name, kind])));
  try {
    return await table;
  } catch (problem) {
    table = null;
    throw problem;
  }
}

export const fieldOf = (kind, name) => kind?.fields.find((field) => field.name === name);

/** The label of a choice's word; the word itself where the table has none. */
export function wordLabel(field, word) {
  const choice = (field?.choices ?? []).find((one) => one.word === word);
  return choice ? choice.label : String(word);
}

/** Fields about the record as such, the same in every kind, shown beside what it says. */
const ABOUT = new Set(['refs', 'blobs', 'was', 'replaces', 'salt', 'by', 'lang', 'source', 'no_student_data', 'license',
  'origin', 'credit', 'tags']);
export const isAbout = (field) => ABOUT.has(field.name);
/** Those that nobody writes by hand. */
const MADE = new Set(['refs', 'blobs', 'was', 'replaces', 'salt', 'no_student_data', 'origin']);
export const isMade = (field) => MADE.has(field.name);
