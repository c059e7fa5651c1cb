// SPDX-License-Identifier: MPL-2.0
// Ten thousand records in one list.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { until, World } from './kit/node.mjs';

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
    const cards = document.getElementsByClassName('card');
    const frame = () => new Promise(requestAnimationFrame);
    const middle = (list) => Math.round([...list].sort((one, other) => one - other)[Math.floor(list.length / 2)]);
    /** How long each of @steps frames takes while the page moves by a screen a frame, down and up again. */
    async function scroll(from, steps) {
      const times = [];
      scrollTo(0, from);
      let last = await frame();
      for (let step = 0; step < steps; step++) {
        scrollBy(0, step < steps / 2 ? innerHeight : -innerHeight);
        const now = await frame();
        times.push(now - last);
        last = now;
      }
      return times;
    }
    const few = middle(await scroll(0, 16));
    const begun = performance.now();
    while (cards.length < count && performance.now() - begun < 200000) {
      scrollTo(0, document.documentElement.scrollHeight);
      await frame();
    }
    const end = document.documentElement.scrollHeight;
    const times = [...await scroll(end / 2, 60), ...await scroll(end * 0.9, 60), ...await scroll(0, 60)];
    return { cards: cards.length, seconds: Math.round((performance.now() - begun) / 1000), few, many: middle(times), longest: Math.round(Math.max(...times)) };
  }, COUNT);
  context.diagnostic(`a frame while scrolling, ms: median ${told.few} with the first page, ${told.many} with ${told.cards} records (longest ${told.longest}); all were there after ${told.seconds} s`);
  assert.ok(told.cards >= COUNT, `only ${told.cards} were shown`);
  // Beside other work frames are slow however long the list is: what counts is that its length does not matter.
  assert.ok(told.many <= 2 * Math.max(told.few, 17) + 17, `a frame took ${told.many} ms, ${told.few} with the first page only`);
  await leave(page);
});
