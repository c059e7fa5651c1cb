// SPDX-License-Identifier: MPL-2.0
// What an IT person and a reviewer do, with keys alone; dialogs hold the keyboard and give it back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { called, tabTo } from './kit/keys.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, tannery, cedar, network;

before(async () => {
  if (skip) return;
  [browser, tannery, cedar] = await Promise.all([launch(), world.node('Tannery Brook'), world.node('Cedar Valley')]);
  network = await tannery.pln('network', 'create', 'Granite Ridge');
});
after(async () => {
  await browser?.close();
  world?.end();
});

const heading = (page, level, text) => page.waitForFunction(([tag, words]) => document.activeElement.tagName === tag && document.activeElement.textContent === words, [level, text]);

test('a district is invited and joins with keys alone', { skip }, async () => {
  const [host, guest] = await Promise.all([
    tannery.link('manage', 'Ada Ruiz').then((link) => person(browser, tannery, link)), cedar.link('manage', 'Ben Ito').then((link) => person(browser, cedar, link))]);
  await open(host, tannery, `#/invite/${network}`);
  await tabTo(host, called('For'), 'whom it is for');
  await host.keyboard.type('Cedar Valley');
  await tabTo(host, called('Make the ticket'), 'making the ticket');
  await host.keyboard.press('Enter');
  await heading(host, 'H2', 'The ticket');
  const ticket = await host.locator('.ticket-text').textContent();
  await tabTo(host, called(/^Copy/), 'copying it', 5);
  await open(guest, cedar, '#/join');
  await tabTo(guest, called('Ticket'), 'the place for the ticket');
  await guest.keyboard.insertText(ticket);
  await guest.getByRole('heading', { name: 'Granite Ridge' }).waitFor();
  await guest.waitForFunction(() => !document.querySelector('main button[type=submit]').disabled);
  await tabTo(guest, called('Join'), 'joining');
  await guest.keyboard.press('Enter');
  await heading(guest, 'H1', 'Granite Ridge');
  await leave(host, guest);
});

test('a record is reviewed with keys alone', { skip }, async () => {
  const task = await tannery.pln('add', 'task', 'title=Inclined planes', 'prompt=Show what you know.');
  await until(async () => (await cedar.json(`/api/v1/records/${task}`)).fields, 'the task is at Cedar Valley');
  const page = await person(browser, cedar, await cedar.link('publish', 'Mia Cole'));
  await open(page, cedar, `#/record/${task}`);
  await page.getByRole('link', { name: 'Review' }).waitFor();
  await tabTo(page, called('Review'), 'reviewing');
  await page.keyboard.press('Enter');
  await heading(page, 'H1', 'Review');
  await tabTo(page, (place) => place.tag === 'SELECT' && /^Decision/.test(place.name), 'the decision');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, called('More details'), 'what may be said besides');
  await page.keyboard.press('Enter');
  await tabTo(page, called(/^Comment/), 'the comment');
  await page.keyboard.type('Level 3 and 4 read alike.');
  await tabTo(page, called('Publish'), 'publishing');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-view=record]');
  await page.getByText('Level 3 and 4 read alike.').first().waitFor();
  await leave(page);
});

test('a dialog holds the keyboard, leaves by Escape and gives the keyboard back', { skip }, async () => {
  const task = await tannery.pln('add', 'task', 'title=A task with a slip', 'prompt=x');
  const page = await person(browser, tannery, await tannery.link('publish', 'Ada Ruiz'));
  await open(page, tannery, `#/record/${task}`);
  for (const leave of ['Escape', 'Cancel']) {
    await tabTo(page, called('Withdraw'), 'withdrawing');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.closest('dialog') !== null);
    for (let press = 0; press < 8; press++) {
      await page.keyboard.press('Tab');
      // Between the last and the first of a dialog a browser offers its own bars.
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null), 'the keyboard is behind the dialog');
    }
    if (leave === 'Cancel') {
      await tabTo(page, called('Cancel'), 'leaving', 8);
      await page.keyboard.press('Enter');
    } else await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Withdraw', `after ${leave}`);
    await page.keyboard.press('Shift+Tab');
  }
  await leave(page);
});
