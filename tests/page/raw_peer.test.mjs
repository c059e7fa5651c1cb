// SPDX-License-Identifier: MPL-2.0
// A member that no daemon of ours speaks for: its records and its name are whatever bytes it likes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person, settled } from './kit/browser.mjs';
import { TOP, until, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
/** Bells, colours and line ends of a terminal, C1, and an override that never ends. */
const NAME = '\u0007\u001B[31mMorse\u0085 Valley\r\n\u202Eegdir\u0000'.replace('\u0000', '');
const LONG = 'T'.repeat(10000);
const LESSON = 0x0102;
const [TITLE, RESULT, CHALLENGE, LEARNT] = [16, 17, 18, 19];
let browser, node, network, peer;

/** Fields of a lesson by number, with @title. */
const lesson = (title) => ({ kind: LESSON, fields: { [TITLE]: title, [RESULT]: 'r', [CHALLENGE]: 'c', [LEARNT]: 'l' } });

before(async () => {
  if (skip) return;
  browser = await launch();
  node = await world.node('Tannery Brook');
  network = await world.network('Granite Ridge', node);
  peer = spawn('/usr/bin/python3', [join(TOP, 'tests/page/kit/raw_peer.py'), node.listen, node.id, await node.pln('invite', network, '--address', node.listen)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const told = new Promise((done, fail) => {
    createInterface({ input: peer.stdout }).once('line', done);
    peer.once('exit', () => fail(new Error('the raw peer has ended')));
  });
  peer.stdin.write(`${JSON.stringify({ name: NAME, records: [lesson('As it should be'), lesson(LONG), lesson('Rung \u0007 \u001B[2J twice'), lesson(''), { kind: LESSON, fields: { [TITLE]: 7 } }, { kind: 0x7fff, fields: {} }] })}\n`);
  await told;
  await until(async () => (await node.json('/api/v1/records')).records.length === 6, 'all six are here');
});
after(async () => {
  peer?.stdin.end();
  await browser?.close();
  world?.end();
});

/** What somebody sees on @page: every control is a sign, nothing reaches beyond it, and nothing complains. */
async function calm(page, where) {
  const [text, beyond] = await page.evaluate(() => [document.body.innerText, document.documentElement.scrollWidth - document.documentElement.clientWidth]);
  assert.equal(beyond, 0, where);
  assert.equal(text.match(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g), null, where);
  assert.ok(text.length < 4000, `${where}: what is too long stays out`);
  assert.deepEqual(page.complaints, [], where);
}

test('a record that breaks a rule of its kind says which, and shows nothing of itself', { skip }, async () => {
  const { records } = await node.json('/api/v1/records');
  assert.deepEqual(records.map((one) => one.unreadable ?? one.fields.title), [
    'the record is of a kind this version cannot read', 'title has another type than its kind says', 'title is required',
    'title must be one line without control characters', 'title is longer than allowed: at most 300 bytes', 'As it should be',
  ]);
  const page = await person(browser, node, null, { viewport: { width: 360, height: 760 } });
  for (const one of records) {
    await open(page, node, `#/record/${one.id}`);
    await settled(page);
    if (one.unreadable) await page.locator('main').getByText(one.unreadable).first().waitFor();
    await calm(page, one.unreadable ?? 'a good one');
  }
  await open(page, node);
  await page.waitForSelector('.card');
  await calm(page, 'the list');
  const { records: found } = await node.json(`/api/v1/search?q=${LONG.slice(0, 200)}`);
  assert.deepEqual(found, [], 'what cannot be read is not found');
  await leave(page);
});

test('controls in a name are signs, and an override in it turns nothing else', { skip }, async () => {
  const page = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  for (const hash of ['#/', `#/network/${network}`, '#/networks', '#/status', '#/drafts', '#/people']) {
    await open(page, node, hash);
    await settled(page);
    await calm(page, hash);
  }
  await open(page, node, `#/network/${network}`);
  await page.getByRole('button', { name: /End the membership of/ }).click();
  const title = await page.getByRole('dialog').getByRole('heading').innerText();
  assert.equal(title, 'End the membership of \u2068\u2407\u241B[31mMorse\uFFFD Valley egdir\u2069?');
  await leave(page);
});
