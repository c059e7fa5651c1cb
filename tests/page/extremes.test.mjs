// SPDX-License-Identifier: MPL-2.0
// What a peer may write, at its worst: without blanks, against the direction, invisible, or very much of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
const WORDS = {
  'without a blank': 'W'.repeat(300), 'turned around': '\u202Egnp.exe \u2066apart\u2067 \u202D', 'from right to left': '\u05E9\u05DC\u05D5\u05DD (abc) 123 \u202E\u05E2',
  invisible: 'a\u200B\u200D\uFEFFb\u200E\u200F\u2060c', 'of pictures': '\u{1F469}\u{1F3FD}\u200D\u{1F680}'.repeat(8),
};
const LEVELS = Array.from({ length: 6 }, (_, level) => ({ name: `Level ${6 - level}`, points: 6 - level, description: 'Shows what one could see in this criterion, and says why' }));
const RUBRIC = { title: 'All', criteria: Array.from({ length: 30 }, (_, index) => ({ name: `Criterion ${index + 1} that is about something`, levels: LEVELS })) };
const world = skip ? null : new World();
let browser, node, ids;

before(async () => {
  if (skip) return;
  browser = await launch();
  node = await world.node('Tannery Brook');
  await node.pln('network', 'create', 'Granite Ridge');
  // Names and subjects have 100 bytes.
  const cut = (text, most) => [...text].reduce((kept, letter) => (Buffer.byteLength(kept + letter) <= most ? kept + letter : kept), '');
  const records = Object.values(WORDS).map((text) => ({ kind: 'task', fields: { title: text, prompt: `${text}\n\n${'Q'.repeat(9000)}`, materials: text, by: [cut(text, 100)], tags: [cut(text, 40)], subjects: [cut(text, 100)], credit: [text], source: text } }));
  records.push({ kind: 'task', fields: { title: 'A large rubric', prompt: 'x', rubric: [RUBRIC] } });
  const file = join(world.root, 'extremes.ndjson');
  writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
  await node.pln('import', '--confirm-no-student-data', file);
  ids = (await node.json('/api/v1/records?kind=task')).records.map((record) => [record.fields.title, record.id]);
});
after(async () => {
  await browser?.close();
  world?.end();
});

const beyond = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const [size, viewport] of Object.entries({ phone: { width: 360, height: 760 }, desk: { width: 1280, height: 860 } })) {
  test(`whatever a peer writes stays within the page: ${size}`, { skip }, async () => {
    assert.equal(ids.length, Object.keys(WORDS).length + 1);
    const page = await person(browser, node, null, { viewport });
    await open(page, node);
    await page.waitForSelector('.card');
    assert.equal(await beyond(page), 0, 'the list');
    for (const [title, id] of ids) {
      await open(page, node, `#/record/${id}`);
      await page.waitForSelector('.document-main');
      assert.equal(await beyond(page), 0, title);
    }
    assert.deepEqual(page.complaints, []);
    await leave(page);
  });
}

test('on a phone each level of a rubric says its name and its points, as wide as its criterion', { skip }, async () => {
  const page = await person(browser, node, null, { viewport: { width: 360, height: 760 } });
  await open(page, node, `#/record/${ids.find(([title]) => title === 'A large rubric')[1]}`);
  await page.waitForSelector('.rubric');
  const rows = await page.locator('.rubric tbody tr').evaluateAll((all) => all.map((row) => ({
    widths: new Set([...row.cells].map((cell) => Math.round(cell.getBoundingClientRect().width))).size,
    words: [...row.cells].slice(1).map((cell) => getComputedStyle(cell, '::before').content.replaceAll('"', '')),
  })));
  assert.equal(rows.length, RUBRIC.criteria.length);
  for (const { widths, words } of rows) {
    assert.equal(widths, 1);
    assert.deepEqual(words, LEVELS.map(({ name, points }) => `${name} \u00B7 ${points} ${points === 1 ? 'point' : 'points'}`));
  }
  await leave(page);
});

test('of very much that was said the newest is shown, the rest when asked for, and that there is more', { skip }, async () => {
  const about = ids.find(([title]) => title === 'A large rubric')[1];
  const file = join(world.root, 'comments.ndjson');
  writeFileSync(file, Array.from({ length: 210 }, (_, at) => JSON.stringify({ kind: 'comment', fields: { about, text: `Comment number ${at + 1}.` } })).join('\n'));
  await node.pln('import', '--confirm-no-student-data', file);
  await until(async () => ((await node.json(`/api/v1/records/${about}`)).lineage?.spoken_of_by ?? []).length === 200, 'two hundred of them are listed');
  const page = await person(browser, node);
  await open(page, node, `#/record/${about}`);
  const said = page.locator('.said');
  await said.first().waitFor();
  assert.equal(await said.count(), 25);
  assert.equal(await page.locator('#said-comment .badge').innerText(), '200+');
  await page.getByText('Only the newest are listed').waitFor();
  await page.getByRole('button', { name: 'Show older' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.said').length === 50);
  writeFileSync(file, JSON.stringify({ kind: 'comment', fields: { about, text: 'And one more.' } }));
  await node.pln('import', '--confirm-no-student-data', file);
  await said.getByText('And one more.').waitFor();
  assert.equal(await said.count(), 50, 'what was asked for stays');
  // On to the first of all, over the end of what came with the record, and each once.
  await page.getByRole('button', { name: 'List earlier ones, too' }).click();
  const older = page.getByRole('button', { name: 'Show older' });
  while (await older.count() > 0) {
    const before = await said.count();
    await older.click();
    await page.waitForFunction((count) => document.querySelectorAll('.said').length > count, before);
  }
  const texts = await said.allInnerTexts();
  const numbers = texts.map((text) => /Comment number (\d+)\./.exec(text)?.[1]).filter(Boolean).map(Number);
  assert.deepEqual(numbers, Array.from({ length: 210 }, (_, at) => 210 - at));
  assert.equal(await page.locator('#said-comment .badge').innerText(), '211');
  assert.equal(await page.getByText('Only the newest are listed').count(), 0);
  assert.deepEqual(page.complaints, []);
  await leave(page);
});

test('an address that cannot be decoded is one at which nothing is', { skip }, async () => {
  const page = await person(browser, node);
  await open(page, node, '#/%E0%A4%A');
  await page.waitForSelector('main[data-view=missing]');
  assert.deepEqual(page.complaints, []);
  await leave(page);
});
