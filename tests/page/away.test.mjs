// SPDX-License-Identifier: MPL-2.0
// A daemon that goes away under every view of the route table: it is said, nothing typed is lost, and
// all goes on by itself when it is back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { until, World } from './kit/node.mjs';

const skip = missing() || false;
/** Views that are looked at with one death of the daemon. */
const AT_ONCE = 5;
const TYPED = 'What somebody has typed';
const GONE = 'The daemon on this machine does not answer';
const world = skip ? null : new World();
let browser, node, state, given, routes;

before(async () => {
  if (skip) return;
  browser = await launch();
  node = await world.node('Tannery Brook');
  node.settings = { ...node.settings, http: node.http, listen: node.listen };
  await node.pln('network', 'create', 'Granite Ridge');
  const [net, author, seq] = (await node.pln('add', 'task', 'title=Bridge', 'prompt=Build one.')).split('/');
  const page = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  state = await page.context().storageState();
  const draft = await page.evaluate(() => fetch('/api/v1/drafts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"kind":"lesson","fields":{"title":"Begin"}}' }).then((answer) => answer.json()));
  given = { net, author, seq, kind: 'task', draft: draft.id, token: 'abc' };
  routes = await page.evaluate(async () => {
    const main = document.querySelector('script[type=module]').src;
    const table = await import(new URL('app/routes.js', main).href);
    return table.routes.map((route) => ({ name: route.name, path: route.path }));
  });
  await leave(page);
});
after(async () => {
  await browser?.close();
  world?.end();
});

const addressOf = (route) => `#/${route.path.map((part) => (part.startsWith('{') ? given[part.slice(1, -1)] : part)).map(encodeURIComponent).join('/')}`;
const FIELDS = 'main :is(form, .editor) :is(input[type=text], textarea)';
const signedIn = () => person(browser, node, null, { storageState: state });

/** Types into every field there is; what all hold then: some forms grow while they are filled. */
async function typeAll(page) {
  await page.evaluate(() => document.querySelectorAll('main details').forEach((fold) => fold.setAttribute('open', '')));
  const fields = await page.locator(FIELDS).all();
  for (const field of fields) await field.fill(TYPED);
  const held = await typedIn(page);
  assert.ok(fields.length === 0 || held.includes(TYPED));
  return held;
}

const typedIn = (page) => page.locator(FIELDS).evaluateAll((all) => all.map((one) => one.value));

async function openView(route) {
  const page = await signedIn();
  await open(page, node, addressOf(route));
  await page.waitForSelector(`main[data-view="${route.name}"]`);
  return { route, page, typed: await typeAll(page) };
}

for (let group = 0; group < 3; group++) {
  test(`views say that the daemon is away, keep what is typed, and go on when it is back: part ${group + 1} of 3`, { skip }, async () => {
    assert.ok(routes.length <= 3 * AT_ONCE, 'every view is in a part');
    const views = [];
    for (const route of routes.slice(group * AT_ONCE, (group + 1) * AT_ONCE)) views.push(await openView(route));
    node.kill();
    for (const { route, page, typed } of views) {
      await page.locator('.offline').getByText(GONE).waitFor();
      assert.deepEqual(await typedIn(page), typed, `${route.name}, away`);
      assert.equal(await page.locator('main h1').count(), 1, `${route.name} still shows what it showed`);
    }
    await node.start();
    for (const { route, page, typed } of views) {
      await page.waitForFunction(() => document.querySelector('.offline p') === null);
      await page.waitForSelector(`main[data-view="${route.name}"] h1`, { state: 'attached' });
      assert.equal(await page.locator('main .state-offline').count(), 0, `${route.name} has come back`);
      assert.deepEqual(await typedIn(page), typed, `${route.name}, back`);
      await leave(page);
    }
  });
}

test('a view that is opened while the daemon is away says so and comes by itself', { skip }, async () => {
  const page = await signedIn();
  await open(page, node);
  node.kill();
  await page.locator('.offline').getByText(GONE).waitFor();
  for (const route of routes.filter(({ name }) => !['signin', 'missing', 'found', 'join'].includes(name))) {
    await page.evaluate((hash) => { location.hash = hash; }, addressOf(route));
    await page.waitForSelector(`main[data-view="${route.name}"] h1`, { state: 'attached' });
    const shown = await page.locator('main .state-offline').count() + await page.locator('.offline p').count();
    assert.ok(shown > 0, `${route.name} says that the daemon is away`);
  }
  await page.evaluate(() => { location.hash = '#/status'; });
  await page.getByRole('heading', { name: 'The daemon is not there' }).waitFor();
  await node.start();
  await page.getByRole('heading', { level: 1, name: 'Tannery Brook' }).waitFor();
  await leave(page);
});

test('what is written while the daemon is away is in the drafts when it is back, even if the form was left', { skip }, async () => {
  const page = await signedIn();
  await open(page, node, '#/write/lesson');
  await page.getByLabel('Title').waitFor();
  node.kill();
  await page.locator('.offline').getByText(GONE).waitFor();
  await page.getByLabel('Title').fill('Written in the dark');
  await page.locator('.editor-foot').getByText('saved when it is back').waitFor();
  await page.evaluate(() => { location.hash = '#/'; });
  await page.waitForSelector('main[data-view=find]');
  await node.start();
  await until(async () => page.evaluate(() => fetch('/api/v1/drafts').then((answer) => answer.json()).then(({ drafts }) => drafts.some((draft) => draft.fields.title === 'Written in the dark'), () => false)), 'the draft is kept');
  await page.waitForSelector('main[data-view=find]');
  assert.equal(new URL(page.url()).hash, '#/', 'nobody is taken away from where they are');
  await leave(page);
});
