// SPDX-License-Identifier: MPL-2.0
// Whatever stands in a record, a name, a label or a draft: on the page it is text.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person, settled } from './kit/browser.mjs';
import { EVIL_NAME, EVIL_PROSE, evilRecord, harmless } from './kit/evil.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, node, other, network, manager;

before(async () => {
  if (skip) return;
  browser = await launch();
  [node, other] = [await world.node(EVIL_NAME), await world.node(`${EVIL_NAME} 2`)];
  network = await world.network(EVIL_NAME, node, other);
  manager = await person(browser, node, await node.link('manage', EVIL_NAME));
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** Publishes @records and says what was refused. */
async function publishAll(records) {
  const file = join(world.root, 'records.ndjson');
  writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
  return node.pln('import', file, '--confirm-no-student-data').catch((error) => assert.fail(error.stderr));
}

/** @hash shows something evil, and it is harmless. */
async function look(page, hash, where) {
  await open(page, node, hash);
  await settled(page);
  await page.getByText('hit=1').first().waitFor();
  await harmless(page, where);
}

test('script in every text field of every kind stays text, in the record, in its form and in its preview', { skip }, async () => {
  const { kinds } = await node.json('/api/v1/kinds');
  const named = new Map(kinds.map((kind) => [kind.name, kind]));
  // What others must speak of comes first.
  const ids = {};
  for (const name of ['task', 'need', 'instrument']) {
    await publishAll([evilRecord(named.get(name), ids)]);
    ids[name] = (await node.json(`/api/v1/search?kind=${name}`)).records[0].id;
  }
  await publishAll(kinds.filter((kind) => !ids[kind.name]).map((kind) => evilRecord(kind, ids)));
  const { records } = await node.json('/api/v1/search?limit=100');
  const missed = kinds.map((kind) => kind.name).filter((name) => !records.some((record) => record.kind === name));
  assert.deepEqual(missed, [], 'kinds that could not be published');
  const page = manager;
  for (const record of records) {
    await look(page, `#/record/${record.id}`, record.kind);
    await look(page, `#/write/${record.kind}?replaces=${encodeURIComponent(record.id)}`, `form of ${record.kind}`);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.locator('.preview').getByText('hit=1').first().waitFor();
    await harmless(page, `preview of ${record.kind}`);
  }
  // What is said about a record stands whole beneath it.
  await open(page, node, `#/record/${ids.task}`);
  await page.locator('.said').getByText('hit=1').first().waitFor();
  await harmless(page, 'discussion');
  await open(page, node, `#/?q=${encodeURIComponent('bold')}`);
  await page.waitForSelector('.card mark');
  await harmless(page, 'search');
});

test('script in the names of nodes, networks, people and invitations stays text', { skip }, async () => {
  const ticket = await node.pln('invite', network, '--address', node.listen, '--label', EVIL_NAME);
  await until(async () => (await node.json(`/api/v1/networks/${network}/members`)).members.some((member) => member.name?.endsWith('2')), 'the other has a name');
  for (const hash of ['#/networks', `#/network/${network}`, `#/invite/${network}`, '#/people', '#/status', '#/']) await look(manager, hash, hash);
  await open(manager, node, '#/people');
  await manager.getByLabel('Name').fill(EVIL_NAME);
  await manager.getByRole('button', { name: 'Make the link' }).click();
  await manager.getByRole('heading', { name: /The link for/ }).waitFor();
  await harmless(manager, 'a link that was made');
  await open(manager, node, `#/network/${network}`);
  await manager.getByRole('button', { name: /End the membership of/ }).click();
  await manager.getByRole('dialog').getByText('hit=1').first().waitFor();
  await harmless(manager, 'a question');
  await manager.getByRole('button', { name: 'Cancel' }).click();

  const third = await world.node('Third');
  const page = await person(browser, third, await third.link('manage', 'Ada Ruiz'));
  await open(page, third, '#/join');
  await page.getByLabel('Ticket').fill(ticket);
  await page.getByRole('heading', { name: /hit=1/ }).waitFor();
  await harmless(page, 'a ticket');
  await page.getByLabel('Ticket').fill(EVIL_NAME);
  await page.locator('main').getByRole('alert').waitFor();
  await leave(page);
});

test('script in a draft, and in the words it is sent back with, stays text', { skip }, async () => {
  const writer = await person(browser, node, await node.link('draft', `Rosa ${EVIL_NAME}`));
  await open(writer, node, '#/write/task');
  await writer.getByLabel(/^Title/).fill(EVIL_NAME);
  await writer.getByLabel(/^Prompt/).fill(EVIL_PROSE);
  await writer.getByRole('button', { name: 'Ask for approval' }).click();
  await writer.getByRole('heading', { name: /Waiting for approval/ }).waitFor();
  await look(manager, '#/drafts', 'drafts');
  await manager.locator('.card-draft').first().getByRole('link').click();
  await manager.getByText('Send it back instead').click();
  await harmless(manager, 'a draft');
  await manager.getByLabel('What should be changed?').fill(EVIL_PROSE);
  await manager.getByRole('button', { name: 'Send back' }).click();
  await manager.waitForURL(/#\/drafts/);
  await look(writer, '#/drafts', 'a draft that came back');
  await writer.locator('.card-draft').first().getByRole('link').click();
  await writer.getByText('Sent back:').waitFor();
  await harmless(writer, 'the words it came back with');
  await leave(writer);
});

const MARKDOWN = [
  '[a](javascript:window.hit=1)', '[b](  JaVaScRiPt:window.hit=1)', '[c](data:text/html,<script>window.hit=1</script>)',
  '![d](http://evil.test/x.png)', '<a href="javascript:window.hit=1">e</a>', '<iframe src="http://evil.test/"></iframe>',
  '<style>body{display:none}</style>', '<form action="http://evil.test/"><input name=q></form>', '<math><mtext></mtext><a xlink:href="javascript:hit=1">f</a></math>',
  '<div style="position:fixed;inset:0">g</div>', '<b id="page" name="body" class="state">h</b>', '<object data="http://evil.test/x"></object>', '<base href="http://evil.test/">',
  '<link rel=stylesheet href="http://evil.test/x.css">', '<svg><script>window.hit=1</script></svg>', '<details open ontoggle="window.hit=1">i</details>',
];

test('hostile Markdown runs nothing, loads nothing and covers nothing', { skip }, async () => {
  await publishAll([{ kind: 'task', fields: { title: 'Hostile', prompt: MARKDOWN.join('\n\n') } }]);
  const [record] = (await node.json('/api/v1/search?q=hostile')).records;
  const page = manager;
  await open(page, node, `#/record/${record.id}`);
  await page.waitForSelector('.document .prose');
  for (const link of await page.locator('.prose a').all()) {
    const target = await link.getAttribute('href');
    assert.ok(target === null || /^(https?|mailto):/.test(target), `a link leads to ${target}`);
  }
  assert.equal(await page.locator('.prose :is(script, style, iframe, img, form, input, object, base, link, svg, math, [style], [id], [class], [name])').count(), 0);
  // What could have done something is there to be read.
  await page.locator('.prose').getByText('<base href="http://evil.test/">').waitFor();
  await harmless(page, 'Markdown');
});
