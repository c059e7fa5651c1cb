// SPDX-License-Identifier: MPL-2.0
// What is typed is what goes out, and two who write in one draft lose nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { strings } from '../../client/web/app/strings.en.js';
import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, node, manager;

before(async () => {
  if (skip) return;
  [browser, node] = await Promise.all([launch(), world.node('Tannery Brook')]);
  await world.network('Granite Ridge', node);
  manager = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** Calls the API as whoever sits at @page. */
const call = (page, path, body, method = 'POST') => page.evaluate(([to, what, how]) => fetch(`/api/v1${to}`, {
  method: how, headers: { 'Content-Type': 'application/json' }, ...(what && { body: JSON.stringify(what) }) }).then((response) => response.json()), [path, body, method]);

const draftOf = (page, fields) => call(page, '/drafts', { kind: 'task', fields });

test('what was typed a moment before is what is published', { skip }, async () => {
  const page = manager;
  const { id } = await draftOf(page, { title: 'Old title', prompt: 'Build a boat.' });
  await open(page, node, `#/draft/${id}`);
  await page.getByLabel(/^Title/).fill('New title');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.locator('main[data-view=record]').getByRole('heading', { name: 'New title' }).waitFor();
});

test('how much room is left is told in letters, however many bytes a letter has', { skip }, async () => {
  await open(manager, node, '#/write/lesson');
  await manager.getByLabel(/^Title/).fill('\u00fc'.repeat(130));
  await manager.getByText('Room for 20 more characters').waitFor();
  await manager.getByLabel(/^Title/).fill('\u00fc'.repeat(151));
  await manager.getByText('1 character too many').waitFor();
  await manager.getByLabel(/^Title/).fill('');
});

test('what was typed a moment before is what waits for approval', { skip }, async () => {
  const writer = await person(browser, node, await node.link('draft', 'Rosa Lind'));
  const { id } = await draftOf(writer, { title: 'Old words', prompt: 'x' });
  await open(writer, node, `#/draft/${id}`);
  await writer.getByLabel(/^Title/).fill('New words');
  await writer.getByRole('button', { name: 'Ask for approval' }).click();
  await writer.locator('main[data-view=drafts]').getByText('New words').waitFor();
  await open(manager, node, `#/draft/${id}`);
  await manager.getByText('Written by Rosa Lind, and waiting').waitFor();
  // What she changes herself waits no more, and says so.
  await open(writer, node, `#/draft/${id}`);
  await writer.getByLabel(/^Title/).fill('Newer words');
  await writer.getByText(strings['draft.saved.unasked']).waitFor();
  await open(manager, node, '#/missing');
  await open(manager, node, `#/draft/${id}`);
  await manager.getByText('Written by Rosa Lind, who still works on it').waitFor();
  assert.equal(await manager.getByRole('button', { name: 'Publish', exact: true }).count(), 0);
  assert.equal(await manager.getByText(strings['draft.return']).count(), 0);
  // She may be gone for good: whoever manages hands it in for her, and then it can be published.
  await manager.getByRole('button', { name: strings['draft.submit.for'] }).click();
  await manager.locator('main[data-view=drafts]').getByText('Newer words').click();
  await manager.getByText('Written by Rosa Lind, and waiting').waitFor();
  await manager.getByRole('button', { name: 'Publish', exact: true }).waitFor();
  await leave(writer);
});

test('of two who write in one draft neither loses a word unasked', { skip }, async () => {
  const other = await person(browser, node, await node.link('manage', 'Mia Cole'));
  const { id } = await draftOf(manager, { title: 'Both of us', prompt: 'x' });
  for (const keeps of ['mine', 'theirs']) {
    await open(manager, node, '#/missing');
    await open(manager, node, `#/draft/${id}`);
    const { revision, network, fields } = await call(other, `/drafts/${id}`, null, 'GET');
    await call(other, `/drafts/${id}`, { revision, network, fields: { ...fields, title: `Theirs, ${keeps}` } }, 'PUT');
    await manager.getByLabel(/^Title/).fill(`Mine, ${keeps}`);
    await manager.getByRole('alert').filter({ hasText: strings['draft.clash'] }).waitFor();
    assert.equal(await manager.getByLabel(/^Title/).inputValue(), `Mine, ${keeps}`);
    await manager.getByRole('button', { name: strings[`draft.clash.${keeps}`] }).click();
    const now = keeps === 'mine' ? 'Mine, mine' : 'Theirs, theirs';
    await manager.getByText(strings['draft.saved']).waitFor();
    assert.equal(await manager.getByLabel(/^Title/).inputValue(), now);
    assert.equal((await call(other, `/drafts/${id}`, null, 'GET')).fields.title, now);
  }
  await leave(other);
});

test('a draft with something else where text belongs stands in the list like any other', { skip }, async () => {
  for (const fields of [{ prompt: 5 }, { title: 7 }, { title: ['a'], rubric: 'none' }]) await draftOf(manager, fields);
  await open(manager, node, '#/missing');
  await open(manager, node, '#/drafts');
  await manager.waitForSelector('main[data-view=drafts] .card-draft');
  assert.equal(await manager.locator('.state-alert').count(), 0);
});
