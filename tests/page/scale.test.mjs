// SPDX-License-Identifier: MPL-2.0
// Ten thousand records in one list, and everything by keyboard alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, missing, open, person } from './kit/browser.mjs';
import { sample, until, World } from './kit/node.mjs';

const skip = missing() || false;
const COUNT = 10000;
const world = skip ? null : new World();
let browser, node;

before(async () => {
  if (skip) return;
  browser = await launch();
  node = await world.node('Tannery Brook');
  await node.pln('network', 'create', 'Granite Ridge');
});
after(async () => {
  await browser?.close();
  world?.end();
});

test('a search, a record and a draft need no mouse', { skip }, async () => {
  await node.pln('import', sample('tasks.ndjson'));
  const page = await person(browser, node, await node.link('publish', 'Ben Ito'));
  await open(page, node);
  await page.waitForSelector('.card');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, 'solid', 'where the keyboard is can be seen');
  await page.keyboard.type('mill');
  await page.waitForSelector('.card mark');
  for (let press = 0; press < 20 && !await page.evaluate(() => document.activeElement.closest('.card')); press++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#\/record\//);
  await page.waitForFunction(() => document.activeElement.tagName === 'H1');
  await page.goto(`${node.url}/#/write/lesson`);
  await page.getByLabel(/^Title/).first().focus();
  for (const text of ['By keyboard', 'It was published', 'No mouse', 'Tab and type']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.getByRole('button', { name: 'Publish', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'By keyboard' }).waitFor();
  await page.context().close();
});

test('ten thousand records in one list stay smooth', { skip }, async (context) => {
  const file = join(world.root, 'many.ndjson');
  writeFileSync(file, Array.from({ length: COUNT }, (_, index) => JSON.stringify({
    kind: 'lesson',
    fields: { title: `Lesson ${index}: what the ${index % 7}th class taught us`, result: 'Scores agreed more often than before.', challenge: `The rubric had ${index % 5} readings.`, lesson: 'Score three samples together first, then alone, then talk.', subjects: ['Science'], grades: ['07'] },
  })).join('\n'));
  await node.pln('import', file);
  await until(async () => (await node.json('/api/v1/status')).store.catalog_behind === 0, 'the catalog has all of them');
  const page = await person(browser, node);
  await open(page, node, '#/?kind=lesson');
  await page.waitForSelector('.card');
  const told = await page.evaluate(async (count) => {
    const frames = [];
    let last = performance.now();
    let cards = document.getElementsByClassName('card');
    const begun = last;
    while (cards.length < count && last - begun < 100000) {
      scrollTo(0, document.documentElement.scrollHeight);
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    const loading = frames.length;
    // All are there: from the end to the beginning in steps of a screen.
    for (let at = document.documentElement.scrollHeight; at > 0; at -= 20000) {
      scrollTo(0, at);
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    const part = (list, share) => Math.round([...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)]);
    const scrolled = frames.slice(loading);
    return { cards: cards.length, seconds: Math.round((last - begun) / 1000), loading: [part(frames.slice(0, loading), 0.5), part(frames.slice(0, loading), 0.95)], scrolling: [part(scrolled, 0.5), part(scrolled, 0.95), part(scrolled, 1)] };
  }, COUNT);
  context.diagnostic(`${told.cards} records; frame while loading, ms: median ${told.loading[0]}, 95% ${told.loading[1]}; while scrolling: median ${told.scrolling[0]}, 95% ${told.scrolling[1]}, longest ${told.scrolling[2]}; ${told.seconds} s in all`);
  assert.ok(told.cards >= COUNT, `only ${told.cards} were shown`);
  assert.ok(told.scrolling[0] <= 50, `the median frame took ${told.scrolling[0]} ms`);
  await page.context().close();
});
