// SPDX-License-Identifier: MPL-2.0
// What people do, from one browser to another, over real daemons.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { called, tabTo } from './kit/keys.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, hub, tannery, cedar, network;

before(async () => {
  if (skip) return;
  browser = await launch();
  [hub, tannery, cedar] = [await world.node('State Hub'), await world.node('Tannery Brook'), await world.node('Cedar Valley')];
  network = await world.network('Granite Ridge', hub, tannery);
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** Writes a task by the form and publishes it; resolves with the moment at which the daemon had it. */
async function publish(page, node, title, prompt = 'Build a bridge of paper that carries a book.') {
  await open(page, node, '#/write/task');
  await page.getByLabel(/^Title/).fill(title);
  await page.getByLabel(/^Prompt/).fill(prompt);
  const published = page.waitForResponse((response) => response.url().endsWith('/publish'));
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  const response = await published;
  assert.equal(response.status(), 201, await response.text());
  const at = Date.now();
  await page.waitForURL(/#\/record\//);
  return at;
}

/** When a card with @title stood in the list of @page, by the browser's own clock. */
const watch = (page, title) => page.evaluate((wanted) => new Promise((seen, never) => {
  setTimeout(() => never(new Error(`${wanted} never came`)), 60000);
  const look = () => [...document.querySelectorAll('.card-title')].some((card) => card.textContent === wanted) && (seen(Date.now()), true);
  if (!look()) {
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document.body, { subtree: true, childList: true });
  }
}), title);

test('a district joins by pasting a ticket that another made on its page', { skip }, async () => {
  const manager = await person(browser, hub, await hub.link('manage', 'Ada Ruiz'));
  await open(manager, hub, `#/invite/${network}`);
  await manager.getByRole('textbox', { name: 'For' }).fill('Cedar Valley');
  await manager.locator('summary').click();
  await manager.getByLabel('Address').fill(hub.listen);
  await manager.getByRole('button', { name: 'Make the ticket' }).click();
  const ticket = await manager.locator('.ticket-text').textContent();

  const other = await person(browser, cedar, await cedar.link('manage', 'Joe Park'));
  await open(other, cedar);
  await other.getByRole('heading', { name: 'Welcome, Cedar Valley' }).waitFor();
  await other.getByRole('link', { name: 'Join a network' }).click();
  await other.getByLabel('Ticket').fill(ticket.replace(/(.{40})/g, '$1\n'));
  await other.getByRole('heading', { name: 'Granite Ridge' }).waitFor();
  await other.getByRole('button', { name: 'Join' }).click();
  await other.getByRole('heading', { level: 1, name: 'Granite Ridge' }).waitFor();
  await manager.goto(`${hub.url}/#/network/${network}`);
  await manager.getByRole('rowheader', { name: /Cedar Valley/ }).first().waitFor();
  await leave(manager, other);
});

test('what one district publishes stands on the page of another within a second, without reload', { skip }, async (context) => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  const reader = await person(browser, cedar);
  await open(reader, cedar);
  const times = [];
  // The first opens connections and catalogs; the machine may be busy with other tests: the best of five tells what the page can.
  for (let round = 1; round <= 5; round++) {
    const title = `Paper bridges, round ${round}`;
    const seen = watch(reader, title);
    const at = await publish(writer, tannery, title);
    times.push(await seen - at);
  }
  context.diagnostic(`published to shown elsewhere, ms: ${times.join(' ')}`);
  assert.ok(Math.min(...times) < 1000, `never within a second: ${times}`);
  assert.deepEqual(reader.complaints, []);
  await leave(writer, reader);
});

test('windows that nobody looks at take no connection, and hear what they missed when somebody does', { skip }, async () => {
  const first = await person(browser, tannery);
  const windows = [];
  while (windows.length < 8) {  // a browser has six connections to a site
    const page = await first.context().newPage();
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => !window.looked }));
    await page.goto(`${tannery.url}/#/`);
    await page.waitForSelector('main[data-view] h1', { state: 'attached' });
    windows.push(page);
  }
  await tannery.pln('add', 'task', 'title=Kites for a windless day', 'prompt=Build one.');
  const last = windows.at(-1);
  await last.evaluate(() => {
    window.looked = true;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await last.getByRole('link', { name: 'Kites for a windless day' }).waitFor();
  assert.equal(await windows[0].getByRole('link', { name: 'Kites for a windless day' }).count(), 0);
  await Promise.all(windows.map((page) => page.close()));
  await leave(first);
});

test('an adaptation credits its origin, and its origin shows it without reload', { skip }, async () => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await publish(writer, tannery, 'The Year the Mill Closed');
  const address = new URL(writer.url()).hash;
  const adapter = await person(browser, cedar, await cedar.link('publish', 'Mia Cole'));
  await until(async () => (await cedar.json('/api/v1/search?q=mill')).records.length > 0, 'the task is at Cedar Valley');
  await open(adapter, cedar, address);
  await adapter.getByRole('link', { name: 'Adapt for us' }).click();
  await adapter.getByLabel(/^Title/).fill('The Year the Quarry Closed');
  await adapter.getByRole('button', { name: 'Publish', exact: true }).click();
  await adapter.getByRole('heading', { level: 1, name: 'The Year the Quarry Closed' }).waitFor();
  // B names whom it took it from; A, whose page was open all the time, shows what became of it.
  await adapter.locator('.tree').getByText('The Year the Mill Closed').waitFor();
  await adapter.getByText(/Tannery Brook/).first().waitFor();
  assert.match(await adapter.locator('.document-side').textContent(), /Credit.*Tannery Brook/s);
  await writer.locator('.tree').getByRole('link', { name: 'The Year the Quarry Closed' }).waitFor();
  await leave(writer, adapter);
});

test('a draft is published by a second person, in the name of its writer', { skip }, async () => {
  const rosa = await person(browser, tannery, await tannery.link('draft', 'Rosa Lind'));
  const ben = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await open(ben, tannery, '#/drafts');
  await open(rosa, tannery, '#/write/task');
  assert.equal(await rosa.getByRole('button', { name: 'Publish', exact: true }).count(), 0);
  await rosa.getByLabel(/^Title/).fill('Letters to the council');
  await rosa.getByLabel(/^Prompt/).fill('Write a letter that changes one thing in town.');
  await rosa.getByRole('button', { name: 'Ask for approval' }).click();
  await rosa.getByRole('heading', { name: /Waiting for approval/ }).waitFor();
  assert.equal((await tannery.json('/api/v1/search?q=council')).records.length, 0, 'a draft is no record');
  await ben.getByRole('link', { name: 'Letters to the council' }).click();
  await ben.getByText(/Written by Rosa Lind/).waitFor();
  await ben.getByRole('button', { name: 'Publish', exact: true }).click();
  await ben.getByRole('heading', { level: 1, name: 'Letters to the council' }).waitFor();
  await until(async () => {
    const [record] = (await cedar.json('/api/v1/search?q=council')).records;
    return record && assert.deepEqual(record.fields.by, ['Rosa Lind']) === undefined;
  }, 'Cedar Valley has it, by Rosa Lind');
  await leave(rosa, ben);
});

test('a draft that is sent back says why, and comes again', { skip }, async () => {
  const rosa = await person(browser, tannery, await tannery.link('draft', 'Rosa Lind'));
  const ben = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await open(rosa, tannery, '#/write/lesson');
  for (const [label, text] of [['Title', 'Start small'], ['Result', 'It worked'], ['Challenge', 'Time'], ['Lesson', 'Begin with one class']]) {
    await rosa.getByLabel(new RegExp(`^${label}`)).first().fill(text);
  }
  await rosa.getByRole('button', { name: 'Ask for approval' }).click();
  await rosa.getByRole('heading', { name: /Waiting for approval/ }).waitFor();
  await open(ben, tannery, '#/drafts');
  await ben.getByRole('link', { name: 'Start small' }).click();
  await ben.getByText('Send it back instead').click();
  await ben.getByLabel('What should be changed?').fill('Which class was it?');
  await ben.getByRole('button', { name: 'Send back' }).click();
  await rosa.getByRole('heading', { name: /Sent back/ }).waitFor();
  await rosa.getByRole('link', { name: 'Start small' }).click();
  await rosa.getByText('Which class was it?').waitFor();
  await leave(rosa, ben);
});

test('a comment and a lesson of two other districts stand beneath a task, without reload', { skip }, async () => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await publish(writer, tannery, 'Rain gardens');
  const address = new URL(writer.url()).hash;
  for (const [node, kind, fields] of [
    [cedar, 'Comment', { 'Text': 'We did it with clay soil.' }],
    [hub, 'Record a lesson', { 'Title': 'Test the soil first', 'Result': 'Half of them drained', 'Challenge': 'Clay', 'Lesson': 'Dig one hole and wait a day' }],
  ]) {
    await until(async () => (await node.json('/api/v1/search?q=rain+gardens')).records.length > 0, `the task is at ${node.name}`);
    const page = await person(browser, node, await node.link('publish', 'Somebody'));
    await open(page, node, address);
    await page.getByRole('link', { name: kind, exact: true }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(new RegExp(`^${label}`)).first().fill(text);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.waitForURL(/#\/record\//);
    await leave(page);
  }
  await writer.locator('.said').getByText('We did it with clay soil.').waitFor();
  await writer.getByRole('heading', { name: /Lessons learned/ }).waitFor();
  await writer.locator('.said').getByText('Dig one hole and wait a day').waitFor();
  await leave(writer);
});

test('a revision takes the place of what it revises, and says so on the old address', { skip }, async () => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await publish(writer, tannery, 'Solar ovens');
  const address = new URL(writer.url()).hash;
  await writer.getByRole('link', { name: 'Revise' }).click();
  await writer.getByLabel(/^Title/).fill('Solar ovens, second edition');
  await writer.getByRole('button', { name: 'Publish', exact: true }).click();
  await writer.getByRole('heading', { level: 1, name: 'Solar ovens, second edition' }).waitFor();
  await open(writer, tannery, address);
  await writer.getByText('There is a later version of this record.').waitFor();
  await leave(writer);
});

test('what looks like student data is shown as it is typed and must be vouched for', { skip }, async () => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await open(writer, tannery, '#/write/task');
  await writer.getByLabel(/^Title/).fill('Interviews');
  await writer.getByLabel(/^Prompt/).fill('Ask sam.reed@example.org, born 2011-02-03, about the mill.');
  await writer.getByText('This may be about students.').waitFor();
  await writer.getByRole('button', { name: 'Publish', exact: true }).click();
  await writer.getByText('Change these places, or confirm').waitFor();
  await writer.getByLabel('No student can be recognised from this').check();
  await writer.getByRole('button', { name: 'Publish', exact: true }).click();
  await writer.waitForURL(/#\/record\//);
  await leave(writer);
});

test('find, read, adapt and publish with keys alone, and always to be seen where one is', { skip }, async () => {
  await tannery.pln('add', 'task', 'title=Watershed walk', 'prompt=Follow the water from your roof to the river.', 'license=CC-BY-4.0');
  await until(async () => (await cedar.json('/api/v1/search?q=watershed')).records.length > 0, 'the task is at Cedar Valley');
  const page = await person(browser, cedar, await cedar.link('publish', 'Mia Cole'));
  await page.goto(`${cedar.url}/#/`);
  await page.reload();
  await page.waitForSelector('.card');
  await tabTo(page, called('Skip to the content'), 'the link over the navigation', 1);
  await page.keyboard.press('Enter');
  await tabTo(page, (place) => place.id === 'search', 'the search', 1);
  await page.keyboard.type('your roof');
  await page.waitForSelector('.card mark');
  await tabTo(page, (place) => place.card, 'a result', 20);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Watershed walk');
  await tabTo(page, called('Adapt for us'), 'adapting', 20);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Performance task');
  await tabTo(page, called(/^Title/), 'the title', 10);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Watershed walk in winter');
  await tabTo(page, called('Publish'), 'publishing');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Watershed walk in winter');
  assert.match(await page.locator('.document-side').textContent(), /Watershed walk/, 'its lineage stands beside it');
  await leave(page);
});

test('the first minutes: a district names itself, founds a network and publishes its first task', { skip }, async () => {
  const fresh = await world.node('unnamed');
  const page = await person(browser, fresh, await fresh.link('manage', 'Ada Ruiz'));
  await open(page, fresh);
  await page.getByLabel('Name of the district').fill('Quiet Lake Schools');
  await page.getByRole('button', { name: 'Save the name' }).click();
  await page.getByRole('heading', { level: 1, name: 'Welcome, Quiet Lake Schools' }).waitFor();
  await page.locator('.brand-name').getByText('Quiet Lake Schools').waitFor();
  await page.getByRole('link', { name: 'Found a network' }).click();
  await page.getByLabel('Name of the network').fill('Lakes');
  await page.getByRole('button', { name: 'Found the network' }).click();
  await page.getByRole('heading', { level: 1, name: 'Invite a district' }).waitFor();
  await publish(page, fresh, 'Ice in, ice out');
  await page.locator('.byline').getByText('Quiet Lake Schools').waitFor();
  assert.equal((await fresh.json('/api/v1/id')).name, 'Quiet Lake Schools');
  await leave(page);
});

test('filters say how many records each leaves, and what is chosen can be taken away', { skip }, async () => {
  for (const [title, subject] of [['Levers', 'Science'], ['Pulleys', 'Science'], ['Sonnets', 'English']]) {
    await tannery.pln('add', 'task', `title=${title}`, 'prompt=Show what you know.', `subjects=${subject}`, 'grades=07');
  }
  const page = await person(browser, tannery);
  await open(page, tannery, '#/?q=know');
  const subject = page.getByLabel('Subject', { exact: true });
  await page.waitForFunction(() => document.getElementById('filter-subject').options.length === 3);
  assert.deepEqual(await subject.locator('option').allTextContents(), ['Any', 'Science (2)', 'English (1)']);
  await subject.selectOption('Science');
  await page.getByText('2 records fit').waitFor();
  // Another choice of the same filter stays one step away.
  assert.deepEqual(await subject.locator('option').allTextContents(), ['Any', 'Science (2)', 'English (1)']);
  await page.getByRole('button', { name: /Subject: Science/ }).click();
  await page.getByText('3 records fit').waitFor();
  assert.equal(await page.locator('.chosen-filters').count(), 0);
  // What arrives is counted, too.
  await tannery.pln('add', 'task', 'title=Inclined planes', 'prompt=Show what you know.', 'subjects=Science');
  await page.waitForFunction(() => document.getElementById('filter-subject').options[1].textContent === 'Science (3)');
  assert.deepEqual(page.complaints, []);
  await leave(page);
});

test('a record is withdrawn by its district, with a reason that others read', { skip }, async () => {
  const writer = await person(browser, tannery, await tannery.link('publish', 'Ben Ito'));
  await publish(writer, tannery, 'A task with a slip');
  const address = new URL(writer.url()).hash;
  await writer.getByRole('button', { name: 'Withdraw' }).click();
  await writer.getByRole('button', { name: 'Withdraw it' }).click();
  assert.equal(await writer.getByRole('dialog').count(), 1, 'not without a reason');
  await writer.getByLabel('Reason').fill('The numbers were wrong');
  await writer.getByRole('button', { name: 'Withdraw it' }).click();
  await writer.getByText('This record was withdrawn.').waitFor();
  const reader = await person(browser, cedar);
  await until(async () => (await cedar.json(`/api/v1/records/${decodeURIComponent(address.slice('#/record/'.length))}`)).withdrawn, 'Cedar Valley knows');
  await open(reader, cedar, address);
  await reader.getByText('The numbers were wrong').waitFor();
  await leave(writer, reader);
});
