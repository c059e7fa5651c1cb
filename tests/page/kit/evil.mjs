// SPDX-License-Identifier: MPL-2.0
// Texts that would do something if they were anything but text, and how one sees that they did nothing.
import assert from 'node:assert/strict';

export const EVIL = '<img src=x onerror="window.hit=1"><script>window.hit=1</script><svg onload="window.hit=1"></svg>';
/** For names, which have less room. */
export const EVIL_NAME = '<img src=x onerror=hit=1><script>hit=1</script>';
const EVIL_WORD = '<script>hit=1</script>';
export const EVIL_PROSE = `${EVIL}\n\n**bold** [x](javascript:window.hit=1)`;

const fitting = (field) => [EVIL, EVIL_NAME, EVIL_WORD].find((text) => text.length <= (field.max ?? Infinity)) ?? EVIL_WORD.slice(0, field.max);

/** Of the types that take free text each gets some; the rest what is needed to be published at all. */
const made = {
  line: (field) => fitting(field),
  text: () => EVIL_PROSE,
  choice: (field) => field.required && field.choices[0].word,
  uint: (field) => field.required && (field.min || 1),
  decimal: (field) => field.required && 1,
  time: (field) => field.required && '2026-11-02T00:00:00.000Z',
  code: (field) => field.required && 'x1',
  link: (field, ids) => field.required && ids[(field.leads_to ?? [{ word: 'task' }])[0].word],
  group: (field, ids) => fieldsOf(field.parts, ids),
};
/** What the daemon makes, and codes with a spelling of their own. */
const NEVER = new Set(['refs', 'blobs', 'was', 'replaces', 'salt', 'origin', 'license', 'lang', 'no_student_data']);

function fieldsOf(fields, ids) {
  const values = fields.filter((field) => !NEVER.has(field.name) && made[field.type]).map((field) => {
    const value = made[field.type](field, ids);
    return [field.name, value && field.many ? [value] : value];
  });
  return Object.fromEntries(values.filter(([, value]) => value));
}

/** A record of @kind with script in each of its texts; where it must speak of another, of one of @ids, by kind. */
export const evilRecord = (kind, ids) => ({ kind: kind.name, fields: fieldsOf(kind.fields, ids) });

/** Of links that lead to the daemon there is that by which a record is kept as a document. */
const OURS = /^(#|https?:|mailto:|\/api\/v1\/records\/[0-9a-f]{64}\/z[1-9A-Za-z]+\/[0-9.]+\/markdown$)/;

/** Nothing that came with a record runs, loads, covers or listens. */
export async function harmless(page, where) {
  const { links, ...found } = await page.evaluate(() => ({
    hit: window.hit,
    elements: [...document.querySelectorAll('#page :is(script, iframe, object, embed, base, link, style, math, form[action], main img), dialog script')].map((element) => element.outerHTML),
    listeners: [...document.querySelectorAll('#page *')].filter((element) => element.getAttributeNames().some((name) => name.startsWith('on'))).map((element) => element.outerHTML),
    links: [...document.querySelectorAll('#page a[href]')].map((link) => link.getAttribute('href')),
  }));
  assert.deepEqual(found, { hit: undefined, elements: [], listeners: [] }, where);
  assert.deepEqual(links.filter((target) => !OURS.test(target)), [], where);
  assert.deepEqual(page.foreign, [], where);
  assert.deepEqual(page.complaints, [], where);
}
