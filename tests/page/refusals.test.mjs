// SPDX-License-Identifier: MPL-2.0
// What the page's door refuses, and what hostile records cannot do to who reads them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, missing, open, person } from './kit/browser.mjs';
import { World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, node;

before(async () => {
  if (skip) return;
  browser = await launch('--host-resolver-rules=MAP evil.test 127.0.0.1');
  node = await world.node('Tannery Brook');
  await node.pln('network', 'create', 'Granite Ridge');
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** Status of a bare request with @headers. */
function ask(method, path, headers, body) {
  const [host, port] = node.http.split(':');
  return new Promise((done, fail) => {
    const sent = request({ host, port, method, path, headers }, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

const cookieOf = async (page) => (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

test('a name that is not the daemon\u2019s own is not answered: DNS that was turned shows nothing', { skip }, async () => {
  const port = node.http.split(':')[1];
  for (const host of ['evil.test', `evil.test:${port}`, `127.0.0.1.evil.test:${port}`, `${node.http}.evil.test`]) {
    assert.ok([400, 403, 421].includes(await ask('GET', '/', { Host: host })), host);
    assert.ok([400, 403, 421].includes(await ask('GET', '/api/v1/status', { Host: host })), host);
  }
  const page = await (await browser.newContext()).newPage();
  const answer = await page.goto(`http://evil.test:${port}/`);
  assert.ok([400, 403, 421].includes(answer.status()));
  assert.equal(await page.locator('#page').count(), 0);
  await page.context().close();
});

test('a page of another origin changes nothing, even in a browser that is signed in', { skip }, async () => {
  const page = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  const cookie = await cookieOf(page);
  const json = { Host: node.http, Cookie: cookie, 'Content-Type': 'application/json' };
  for (const origin of ['http://evil.test', 'null', `http://${node.http}.evil.test`]) {
    assert.equal(await ask('POST', '/api/v1/networks', { ...json, Origin: origin }, '{"name":"x"}'), 403, origin);
  }
  const other = await world.node('Evil');
  await page.goto(`${other.url}/healthz`);
  const status = await page.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"name":"x"}' }).then(() => 'sent', () => 'refused'), `${node.url}/api/v1/networks`);
  assert.ok(['sent', 'refused'].includes(status));
  assert.equal((await node.json('/api/v1/networks')).networks.length, 1);
  await page.context().close();
});

test('the cookie is out of reach of scripts and of other sites', { skip }, async () => {
  const page = await person(browser, node, await node.link('read', 'Lee Wong'));
  const [cookie] = await page.context().cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.doesNotMatch(page.url(), /sign-in/, 'the token is gone from the address');
  await page.context().close();
});

test('a link works once, and a wrong one says so', { skip }, async () => {
  const link = await node.link('draft', 'Rosa Lind');
  const first = await person(browser, node, link);
  for (const [address, words] of [[link, /used already/], [`${node.url}/#/sign-in/nonsense`, /not known here|no sign-in/]]) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(address);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText(words).waitFor();
    await page.context().close();
  }
  await first.context().close();
});

test('without a link there is nothing to read where reading needs one', { skip }, async () => {
  const closed = await world.node('Closed', { read: 'link' });
  const page = await person(browser, closed);
  await page.goto(`${closed.url}/`);
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor();
  assert.equal((await fetch(`${closed.url}/api/v1/search`)).status, 401);
  await page.context().close();
});

test('a role that is too small is told so by the page, and refused by the daemon', { skip }, async () => {
  for (const [role, view, heading] of [['read', '#/write', 'Your link does not allow this'], ['draft', '#/people', 'Your link does not allow this'], ['publish', '#/join', 'Your link does not allow this']]) {
    const page = await person(browser, node, await node.link(role, `A ${role}`));
    await open(page, node, view);
    await page.getByRole('heading', { name: heading }).waitFor();
    const answer = await page.evaluate(() => fetch('/api/v1/sign-ins', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"role":"manage"}' }).then((response) => response.status));
    assert.equal(answer, 403, role);
    await page.context().close();
  }
  const reader = await person(browser, node, await node.link('read', 'Reader'));
  const refused = await reader.evaluate(() => fetch('/api/v1/drafts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"kind":"task","fields":{}}' }).then((response) => response.status));
  assert.equal(refused, 403);
  await reader.context().close();
});

const EVIL = '<img src=x onerror="window.hit=1"><script>window.hit=1</script><svg onload="window.hit=1"></svg>';

/** A value for every field of the kinds table that takes text, script in each. */
function hostile(field) {
  const text = field.max && field.max < EVIL.length ? '<script>hit=1</script>'.slice(0, field.max) : EVIL;
  const one = { line: text, text: `${EVIL}\n\n**bold** [x](javascript:window.hit=1)` };
  if (field.type === 'group') {
    const entry = Object.fromEntries(field.parts.map((part) => [part.name, hostile(part)]).filter(([, value]) => value !== undefined));
    return Object.keys(entry).length > 0 ? [entry] : undefined;
  }
  const made = field.type === 'choice' ? field.choices[0].word : field.type === 'uint' ? field.min ?? 1 : field.type === 'decimal' ? 1 : one[field.type];
  const free = ['choice', 'uint', 'decimal'].includes(field.type);
  if (made === undefined || (free && !field.required)) return undefined;
  return field.many ? [made] : made;
}

async function publishAll(records) {
  const file = join(world.root, 'records.ndjson');
  writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
  await node.pln('import', file, '--confirm-no-student-data').catch((error) => error);
}

test('script in every text field of every kind stays text', { skip }, async () => {
  const { kinds } = await node.json('/api/v1/kinds');
  const never = new Set(['refs', 'blobs', 'was', 'replaces', 'salt', 'origin', 'license', 'lang', 'no_student_data']);
  await publishAll(kinds.map((kind) => ({
    kind: kind.name,
    fields: Object.fromEntries(kind.fields.filter((field) => !never.has(field.name)).map((field) => [field.name, hostile(field)]).filter(([, value]) => value !== undefined)),
  })));
  const { records } = await node.json('/api/v1/search?limit=100');
  assert.ok(records.length >= 14, `only ${records.length} kinds could be published`);
  const page = await person(browser, node);
  await open(page, node);
  for (const record of records) {
    await open(page, node, `#/record/${record.id}`);
    await page.waitForSelector('.document');
  }
  await open(page, node, `#/?q=${encodeURIComponent('bold')}`);
  await page.waitForSelector('.card mark');
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator('main script, main img, main svg:not(.icon), main iframe, main [onerror], main [onload]').count(), 0);
  assert.deepEqual(page.foreign, []);
  await page.context().close();
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
  const page = await person(browser, node);
  await open(page, node, `#/record/${record.id}`);
  await page.waitForSelector('.document .prose');
  for (const link of await page.locator('.prose a').all()) {
    const target = await link.getAttribute('href');
    assert.ok(target === null || /^(https?|mailto):/.test(target), `a link leads to ${target}`);
  }
  assert.equal(await page.locator('.prose :is(script, style, iframe, img, form, input, object, base, link, svg, math, [style], [id], [class], [name])').count(), 0);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.deepEqual(page.foreign, []);
  await page.context().close();
});
