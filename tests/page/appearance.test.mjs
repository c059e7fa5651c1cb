// SPDX-License-Identifier: MPL-2.0
// Every view of the page's route table and every state, in both themes, on a phone and on a desk: no
// accessibility violation, nothing wider than the screen, every word in the catalogue, no complaint of
// the browser, no request to anywhere else. The pictures go to build/page-shots.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { violations } from './kit/axe.mjs';
import { launch, leave, missing, open, person, settled } from './kit/browser.mjs';
import { sample, TOP, until, World } from './kit/node.mjs';
import { bare, pagesOf } from './kit/pdf.mjs';

const skip = missing() || false;
const SHOTS = join(TOP, 'build/page-shots');
const SIZES = { phone: { width: 360, height: 760 }, desk: { width: 1280, height: 860 } };
const WIDTHS = [[360, 760], [820, 1180], [1000, 700], [1366, 768], [1920, 1080], [3840, 2160]];
/** Of these, too, PLN_PICTURES=1 makes pictures to look at. */
const PICTURED = new Set([820, 3840]);
/** The pictures of the README, made anew with PLN_PICTURES=1. */
const PICTURES = { 'state-search-desk-light': 'web-find.png', 'record-desk-light': 'web-task.png' };
const THEMES = ['light', 'dark'];
const world = skip ? null : new World();
let browser, hub, tannery, lonely, network, state, given;

before(async () => {
  if (skip) return;
  mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
  hub = await world.node('State Hub');
  tannery = await world.node('Tannery Brook District');
  lonely = await world.node('Quiet Lake Schools');
  const cedar = await world.node('Regional School Unit No. 5 of Freeport, Durham and Pownal');
  network = await world.network('Granite Ridge Collaborative', hub, tannery, cedar);
  await tannery.pln('import', ...['tasks', 'lessons', 'network', 'profile'].map((name) => sample(`${name}.ndjson`)));
  const task = await tannery.pln('add', 'task', '-f', sample('cardboard-boat.md'), 'subjects=Science', 'subjects=Mathematics', 'grades=06-08', 'license=CC-BY-4.0', 'minutes=500', 'by=Rosa Lind');
  await until(async () => (await cedar.json('/api/v1/search?q=regatta')).records.length > 0, 'the task is at the other district');
  await cedar.pln('adapt', task, 'title=The Cardboard Regatta on a river');
  await cedar.pln('add', 'lesson', 'title=Weigh the captain in private', 'result=Nobody was teased', 'challenge=One scale for four crews', 'lesson=Put the scale behind a screen', `about=${task}`, 'by=Mia Cole');
  await cedar.pln('add', 'comment', 'text=We borrowed life jackets from the fire department.', `about=${task}`, 'by=Mia Cole');
  await cedar.pln('add', 'task', 'title=سباق القوارب الكرتونية في النهر', 'prompt=ابنِ قارباً من الورق المقوى يحمل شخصاً واحداً.', 'lang=ar');
  await cedar.pln('add', 'task', `title=${'Donaudampfschifffahrtsgesellschaft'.repeat(5)}`, `prompt=${'a'.repeat(300)}`, 'by=Maximiliane Freifrau von und zu Hohenstauffen-Waldburg-Zeil');
  await until(async () => ((await hub.json(`/api/v1/records/${task}`)).lineage?.spoken_of_by ?? []).length > 1 && ((await tannery.json(`/api/v1/records/${task}`)).lineage?.spoken_of_by ?? []).length > 1, 'all have what was said');
  const page = await person(browser, tannery, await tannery.link('manage', 'Maximiliane von und zu Hohenstauffen'));
  state = await page.context().storageState();
  const draft = await page.evaluate(async () => {
    const send = (path, body) => fetch(`/api/v1${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((response) => response.json());
    const made = await send('/drafts', { kind: 'task', fields: { title: 'Letters to the council', prompt: 'Write a letter that changes one thing in town.' } });
    await send(`/drafts/${made.id}/submit`, {});
    await send('/drafts', { kind: 'lesson', fields: { title: 'Begin with one class' } });
    return made.id;
  });
  await leave(page);
  const [net, author, seq] = task.split('/');
  given = { net, author, seq, kind: 'task', draft, token: 'abc' };
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** The page's own table: a view that is added is looked at without a word here. */
async function routes(page) {
  return page.evaluate(async () => {
    const main = document.querySelector('script[type=module]').src;
    const table = await import(new URL('app/routes.js', main).href);
    return table.routes.map((route) => ({ name: route.name, path: route.path }));
  });
}

const addressOf = (route) => `#/${route.path.map((part) => (part.startsWith('{') ? given[part.slice(1, -1)] : part)).map(encodeURIComponent).join('/')}`;

const wide = (page) => page.evaluate(() => {
  const room = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')].filter((element) => !element.closest('.table-frame, .hidden, thead, pre') && element.getBoundingClientRect().right > room + 1)
    .map((element) => `${element.tagName}.${element.className}`).slice(0, 3);
});
const unknownWords = (page) => page.evaluate(() => document.body.innerText.match(/(?<![\w/.-])[a-z]+\.[a-z]+(?:\.[a-z]+)*(?=\s|$)/gm)?.filter((word) => !/\.(md|org|com|conf|key)$/.test(word)) ?? []);

/** Looks at what is shown in both themes, and goes on in the first. */
async function look(page, name) {
  await settled(page);
  for (const colorScheme of THEMES.toReversed()) {
    const shot = `${name}-${colorScheme}`;
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.effect?.getTiming().iterations === 1 ? one.finished : null)));
    await page.screenshot({ path: join(SHOTS, `${shot}.png`) });
    if (process.env.PLN_PICTURES && PICTURES[shot]) await page.screenshot({ path: join(TOP, 'client', PICTURES[shot]) });
    for (const slip of await violations(page)) page.slips.push(`${shot}: ${slip}`);
  }
  for (const slip of await wide(page)) page.slips.push(`${name}: wider than the screen: ${slip}`);
  for (const slip of await unknownWords(page)) page.slips.push(`${name}: not in the catalogue: ${slip}`);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`every view is accessible in both themes, and fits: ${size}`, { skip }, async () => {
    const page = await person(browser, tannery, null, { viewport, storageState: state });
    await open(page, tannery);
    for (const route of await routes(page)) {
      await page.goto(`${tannery.url}/${addressOf(route)}`);
      await page.waitForSelector(`main[data-view="${route.name}"]`);
      if (route.name === 'find') await page.waitForSelector('.card');
      if (route.name === 'record') await page.waitForSelector('.tree, .said');
      await look(page, `${route.name}-${size}`);
    }
    assert.deepEqual(page.slips, []);
    assert.deepEqual(page.complaints, []);
    assert.deepEqual(page.foreign, []);
    await leave(page);
  });

  test(`every state is accessible in both themes, and fits: ${size}`, { skip }, async () => {
    const page = await person(browser, lonely, null, { viewport });
    await open(page, lonely);
    await look(page, `state-first-run-${size}`);
    await page.goto(`${lonely.url}/#/write`);
    await page.getByRole('heading', { name: 'Please sign in' }).waitFor();
    await look(page, `state-signed-out-${size}`);
    await page.goto(`${lonely.url}/#/record/a/b/1`);
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
    await look(page, `state-missing-${size}`);
    assert.deepEqual(page.slips, []);
    await leave(page);

    const searching = await person(browser, tannery, null, { viewport, storageState: state });
    await open(searching, tannery, '#/?q=students');
    await searching.waitForSelector('.card mark');
    await look(searching, `state-search-${size}`);
    await searching.fill('#search', 'zyxwv');
    await searching.getByText('Nothing fits').waitFor();
    await look(searching, `state-nothing-${size}`);
    await searching.route('**/api/v1/networks', () => null); // no answer, until it is left
    await searching.goto(`${tannery.url}/#/networks`);
    await searching.waitForSelector('.skeleton');
    for (const colorScheme of THEMES) {
      await searching.emulateMedia({ colorScheme });
      assert.deepEqual([...searching.slips, ...await violations(searching)], []);
      await searching.screenshot({ path: join(SHOTS, `state-loading-${size}-${colorScheme}.png`) });
    }
    await leave(searching);
  });
}

test('a daemon that goes away is told, and the page goes on by itself when it is back', { skip }, async () => {
  const page = await person(browser, lonely, null);
  await open(page, lonely);
  lonely.settings.http = lonely.http;
  lonely.kill();
  await page.getByText('The daemon on this machine does not answer').waitFor();
  await page.goto(`${lonely.url}/#/status`).catch(() => null);
  await page.getByRole('heading', { name: 'The daemon is not there' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: join(SHOTS, 'state-offline-desk-light.png') });
  await lonely.start();
  await page.getByRole('heading', { level: 1, name: 'Quiet Lake Schools' }).waitFor();
  assert.equal(await page.locator('.offline p').count(), 0);
  await leave(page);
});

/** What is beyond the edges of the screen, or lies over something else in the bar above. */
const slipsOf = (page) => page.evaluate(() => {
  const room = document.documentElement.clientWidth;
  const off = [...document.querySelectorAll('body *')].filter((one) => !one.closest('.table-frame, .hidden, .skip, thead, pre, svg')).filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (right > room + 1 || left < -1);
  }).map((one) => `beyond the edge: ${one.tagName}.${one.className}`);
  const bar = [...document.querySelectorAll('.brand, .nav-link, .person > *, .top-end > .button')].map((one) => [one.className, one.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
  const over = bar.flatMap(([name, box], index) => bar.slice(index + 1).filter(([, other]) => Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 1)
    .map(([other]) => `${name} lies over ${other}`));
  return [...off.slice(0, 3), ...over.slice(0, 3)];
});

test('from a phone to 4K, from left to right and from right to left, nothing leaves the screen', { skip }, async () => {
  const page = await person(browser, tannery, null, { storageState: state });
  await open(page, tannery);
  const slips = [];
  for (const route of await routes(page)) {
    await page.goto(`${tannery.url}/${addressOf(route)}`);
    await page.waitForSelector(`main[data-view="${route.name}"]`);
    if (route.name === 'find') await page.waitForSelector('.card');
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height });
      for (const dir of ['ltr', 'rtl']) {
        await page.evaluate((now) => document.documentElement.setAttribute('dir', now), dir);
        for (const slip of await slipsOf(page)) slips.push(`${route.name}, ${width}, ${dir}: ${slip}`);
      }
      if (process.env.PLN_PICTURES && PICTURED.has(width)) {
        await page.evaluate(() => document.documentElement.setAttribute('dir', 'ltr'));
        await page.screenshot({ path: join(SHOTS, `${route.name}-${width}.png`) });
      }
    }
  }
  assert.deepEqual(slips, []);
  await leave(page);
});

const PAPERS = { A4: [595, 842], Letter: [612, 792] };
/** Points that printers leave free at each side, by our own style sheet. */
const MARGIN = 44;

test('a record prints on A4 and on Letter: its words, its rubric whole, its addresses, and no screen', { skip }, async () => {
  const page = await person(browser, tannery, null, { storageState: state });
  await open(page, tannery, `#/record/${given.net}/${given.author}/${given.seq}`);
  await page.waitForSelector('.said');
  const rows = await page.locator('.rubric tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const screen = await page.locator('.nav, .no-print, .person, .technical').allTextContents();
  for (const [format, size] of Object.entries(PAPERS)) {
    const pages = pagesOf(await page.pdf({ format }));
    pages.forEach((one) => assert.deepEqual([one.width, one.height].map(Math.floor), size, format));
    const text = pages.map((one) => one.text).join('');
    for (const words of ['The Cardboard Regatta', 'Build a boat from cardboard', 'We borrowed life jackets', 'Written by', 'Rosa Lind', 'CC-BY-4.0', 'https://creativecommons.org/licenses/by/4.0/']) {
      assert.ok(text.includes(bare(words)), `${format} lacks: ${words}`);
    }
    assert.ok(!/minutesago|justnow/.test(text), `${format}: paper knows no "just now"`);
    screen.filter((words) => words !== '').forEach((words) => assert.ok(!text.includes(bare(words)), `${format} shows: ${words}`));
    // A row stands on one page, from its criterion to its last level.
    assert.ok(rows.length > 2);
    for (const row of rows) {
      const whole = pages.filter((one) => one.text.includes(bare(row.join(''))));
      assert.equal(whole.length, 1, `${format} cuts the row ${row[0]}`);
    }
    for (const { pieces, width, height } of pages) {
      const off = pieces.filter((piece) => piece.x < MARGIN || piece.x > width - MARGIN || piece.y < MARGIN || piece.y > height - MARGIN);
      assert.deepEqual(off.slice(0, 3), [], `${format}: beyond the margins`);
    }
    assert.ok(pages.flatMap((one) => one.links).includes('https://creativecommons.org/licenses/by/4.0/'), 'the address is a link in the file');
  }
  await leave(page);
});
