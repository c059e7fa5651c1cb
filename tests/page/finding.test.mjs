// SPDX-License-Identifier: MPL-2.0
// Finding while one types and while others publish: what is there is shown, what is gone is not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { strings } from '../../client/web/app/strings.en.js';
import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, node, page, first;

before(async () => {
  if (skip) return;
  [browser, node] = await Promise.all([launch(), world.node('Tannery Brook')]);
  await world.network('Granite Ridge', node);
  const file = join(world.root, 'first.ndjson');
  writeFileSync(file, JSON.stringify({ kind: 'task', fields: { title: 'Community gardens', prompt: 'x', subjects: ['Science, Technology', 'Art'] } }));
  await node.pln('import', file);
  first = (await node.json('/api/v1/search')).records[0].id;
  await node.pln('add', 'task', 'title=Rain barrels', 'prompt=x', 'subjects=Science');
  page = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
});
after(async () => {
  await browser?.close();
  world?.end();
});

const titles = async () => page.locator('.card-title').allInnerTexts();
const shows = (wanted) => until(async () => JSON.stringify(await titles()) === JSON.stringify(wanted), `the list shows ${wanted}`);

test('a word that is typed half finds already', { skip }, async () => {
  await open(page, node);
  await page.waitForSelector('.card');
  await page.getByRole('searchbox').pressSequentially('comm');
  await shows(['Community gardens']);
  await page.getByRole('searchbox').fill('');
  await shows(['Rain barrels', 'Community gardens']);
});

test('a filter whose words have a comma finds what has it, and leaves the keyboard near when it goes', { skip }, async () => {
  await open(page, node, '#/missing');
  await open(page, node);
  await page.getByLabel('Subject').selectOption('Science, Technology');
  await shows(['Community gardens']);
  const chip = page.locator('.chosen-filters button').first();
  await chip.focus();
  await page.keyboard.press('Enter');
  await shows(['Rain barrels', 'Community gardens']);
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY');
  const { records } = await node.json('/api/v1/search?subject=Science%5C%2C+Technology,Art');
  assert.deepEqual(records.map((one) => one.id), [first]);
  assert.equal(JSON.parse(await node.pln('list', '--subject', 'Science, Technology', '--json')).id, first);
});

test('however much arrives at once, nothing is left out of the list', { skip }, async () => {
  await open(page, node, '#/missing');
  await open(page, node);
  await page.waitForSelector('.card');
  const file = join(world.root, 'many.ndjson');
  writeFileSync(file, Array.from({ length: 150 }, (_, at) => JSON.stringify({ kind: 'lesson', fields: { title: `Lesson ${at + 1}`, result: 'r', challenge: 'c', lesson: 'l' } })).join('\n'));
  await node.pln('import', file);
  await page.getByText('152 records').waitFor();
  await until(async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    return (await titles()).length === 152;
  }, 'all are in the list');
});

test('from a record that was opened far down one comes back to where one was', { skip }, async () => {
  await page.evaluate(() => void scrollTo(0, 5000));
  await until(async () => page.evaluate(() => scrollY === 5000 && history.state?.top === 5000), 'it is scrolled, and kept');
  const card = page.locator('.card-title a').nth(40);
  await card.evaluate((link) => link.click());
  await page.waitForSelector('main[data-view=record]');
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.goBack();
  await page.waitForSelector('main[data-view=find]');
  await until(async () => Math.abs(await page.evaluate(() => scrollY) - 5000) < 20, 'it is where it was');
});

test('who follows a link while the page still glides comes back there, too', { skip }, async () => {
  await page.evaluate(() => {
    scrollTo(0, 3000);
    document.querySelectorAll('.card-title a')[20].click();
  });
  await page.waitForSelector('main[data-view=record]');
  await page.goBack();
  await page.waitForSelector('main[data-view=find]');
  await until(async () => Math.abs(await page.evaluate(() => scrollY) - 3000) < 20, 'it is where it was');
});

/** The daemon tells @told of what happens, and nothing else, from now on. */
const tells = (told) => page.route('**/api/v1/events*', (route) => route.fulfill({ contentType: 'text/event-stream',
  body: told.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join('') }));

test('what comes by the thousand is told while it moves, and no longer', { skip }, async () => {
  const progress = { behind: 2340, catalog_behind: 90, catalog_rebuilt: 0 };
  await tells([['progress', progress]]);
  await open(page, node, '#/missing');
  await page.reload();
  await page.getByText('2,340 records are on their way here').waitFor();
  await page.unrouteAll();
  await tells([['progress', { ...progress, behind: 3 }]]);
  await page.reload();
  await page.getByText('90 records are here and will be found in a moment').waitFor();
  await page.unrouteAll();
  await page.getByText('90 records are here').waitFor({ state: 'detached' });
});

test('where the node holds another life of its store, what is shown is read anew', { skip }, async () => {
  let asked = 0;
  await page.route('**/api/v1/networks', (route) => ++asked && route.continue());
  await tells([['reset', { arrival: 1 }]]);
  await page.reload();
  await page.waitForSelector('.card, main[data-view=missing]');
  await open(page, node, '#/networks');
  await until(() => asked > 2, 'the list is read again');
  await page.unrouteAll();
  await page.reload();
});

test('what is withdrawn leaves an open list and an open page, and a reader is led to the newest version', { skip }, async () => {
  const one = await node.pln('add', 'task', 'title=First version', 'prompt=x');
  const two = await node.pln('add', 'task', 'title=Second version', 'prompt=x', `replaces=${one}`);
  const reader = await person(browser, node, await node.link('read', 'Rosa Lind'));
  await open(page, node, '#/missing');
  await open(page, node);
  await page.getByText('Second version').waitFor();
  await open(reader, node, `#/record/${one}`);
  await reader.getByText(strings['record.replaced']).waitFor();
  const three = await node.pln('add', 'task', 'title=Third version', 'prompt=x', `replaces=${two}`);
  await open(reader, node, '#/missing');
  await open(reader, node, `#/record/${one}`);
  await until(async () => (await reader.getByRole('link', { name: strings['record.replaced.open'] }).getAttribute('href')) === `#/record/${three}`, 'it leads to the third');
  await open(reader, node, `#/record/${three}`);
  await page.getByText('Third version').waitFor();
  await node.pln('retract', three, '--reason', 'A slip');
  await reader.getByText(strings['record.withdrawn']).waitFor();
  await until(async () => !(await titles()).includes('Third version'), 'it leaves the list');
  await leave(reader);
});

test('whose link has ended is told so by the page that is open', { skip }, async () => {
  const guest = await person(browser, node, await node.link('manage', 'Mia Cole'));
  await open(guest, node, '#/people');
  const links = (await node.pln('web', '--list', '--json')).split('\n').map((line) => JSON.parse(line));
  const { key } = links.find((one) => one.for === 'Mia Cole');
  await node.pln('web', '--cancel', key);
  await guest.getByText(strings['state.signedout']).waitFor();
  await leave(guest);
});
