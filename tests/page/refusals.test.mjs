// SPDX-License-Identifier: MPL-2.0
// What the page's door refuses.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
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
  await leave(page);
});

/** A server of somebody else, with a page on which anything may be tried. */
async function elsewhere() {
  const server = createServer((request, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Elsewhere</title><body>'));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { port: server.address().port, end: () => server.close() };
}

/** Everything that a page of another site can try against @url in a browser that is signed in there; what it got. */
function attack(url) {
  const outcome = (promise) => promise.then(async (response) => (response.type === 'opaque' ? 'opaque' : response.text()), () => 'refused');
  const call = (path, options) => outcome(fetch(`${url}/api/v1${path}`, { credentials: 'include', ...options }));
  const form = (path) => new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.name = `frame${Math.random()}`;
    const made = Object.assign(document.createElement('form'), { method: 'POST', action: `${url}/api/v1${path}`, enctype: 'text/plain', target: frame.name });
    made.append(Object.assign(document.createElement('input'), { name: '{"name":"x","a":"', value: '"}' }));
    document.body.append(frame, made);
    frame.onload = () => done('sent');
    made.submit();
  });
  const element = (tag, attributes) => new Promise((done) => {
    const made = Object.assign(document.createElement(tag), attributes, { onload: () => done('loaded'), onerror: () => done('refused') });
    document.body.append(made);
  });
  const stream = () => new Promise((done) => {
    const source = new EventSource(`${url}/api/v1/events`, { withCredentials: true });
    source.onopen = () => done('open');
    source.onerror = () => done('refused');
  });
  return Promise.all([
    call('/networks', { method: 'POST', mode: 'no-cors', body: '{"name":"x"}' }),
    call('/session/end', { method: 'POST', mode: 'no-cors' }),
    form('/networks'), form('/session/end'), form('/sign-ins'),
    call('/networks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"x"}' }),
    call('/drafts/1', { method: 'DELETE' }), call('/networks'), call('/session'), call('/kinds', { mode: 'no-cors' }),
    stream(), element('script', { src: `${url}/api/v1/status` }), element('img', { src: `${url}/assets/x/mark.svg` }),
  ]);
}

test('a hostile page in the same browser reads nothing, changes nothing and shows nothing of ours in a frame', { skip }, async () => {
  const page = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  const server = await elsewhere();
  const before = await page.evaluate(() => fetch('/api/v1/sign-ins').then((answer) => answer.json()));
  // The first has our host and another port, so the cookie goes along: there it is Origin alone that refuses.
  for (const host of ['127.0.0.1', 'evil.test']) {
    const other = await page.context().newPage();
    await other.goto(`http://${host}:${server.port}/`);
    const got = await other.evaluate(attack, node.url);
    for (const answer of got) assert.ok(['refused', 'opaque', 'sent'].includes(answer), `${host} got ${answer}`);
    await other.evaluate((url) => new Promise((done) => {
      const frame = Object.assign(document.createElement('iframe'), { id: 'ours', src: `${url}/#/people` });
      frame.onload = done;
      document.body.append(frame);
    }), node.url);
    const frame = await (await other.$('#ours')).contentFrame();
    assert.equal(await frame.locator('#page').count(), 0, 'our page stands in a frame of theirs');
    await other.close();
  }
  server.end();
  assert.equal((await node.json('/api/v1/networks')).networks.length, 1);
  const after = await page.evaluate(() => fetch('/api/v1/sign-ins').then((answer) => answer.json()));
  assert.equal(after.sign_ins.length, before.sign_ins.length);
  assert.equal((await page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.json()))).role, 'manage', 'still signed in');
  await leave(page);
});

test('the cookie is out of reach of scripts and of other sites', { skip }, async () => {
  const page = await person(browser, node, await node.link('read', 'Lee Wong'));
  const [cookie] = await page.context().cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.doesNotMatch(page.url(), /sign-in/, 'the token is gone from the address');
  await leave(page);
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
  await leave(first);
});

test('a link that is withdrawn on the page signs out whoever used it, and says so in the list', { skip }, async () => {
  const manager = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  const writer = await person(browser, node, await node.link('draft', 'Rosa Withdrawn'));
  await open(manager, node, '#/people');
  const row = manager.getByRole('row', { name: /Rosa Withdrawn/ });
  await row.getByRole('button').click();
  await row.getByText('Withdrawn', { exact: true }).waitFor();
  assert.equal(await row.getByRole('button').count(), 0, 'what is withdrawn cannot be withdrawn again');
  await writer.goto(`${node.url}/#/drafts`);
  await writer.getByRole('heading', { name: 'Please sign in' }).waitFor();
  await leave(manager, writer);
});

test('without a link there is nothing to read where reading needs one', { skip }, async () => {
  const closed = await world.node('Closed', { read: 'link' });
  const page = await person(browser, closed);
  await page.goto(`${closed.url}/`);
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor();
  assert.equal((await fetch(`${closed.url}/api/v1/search`)).status, 401);
  await leave(page);
});

test('a role that is too small is told so by the page, and refused by the daemon', { skip }, async () => {
  for (const [role, view, heading] of [['read', '#/write', 'Your link does not allow this'], ['draft', '#/people', 'Your link does not allow this'], ['publish', '#/join', 'Your link does not allow this']]) {
    const page = await person(browser, node, await node.link(role, `A ${role}`));
    await open(page, node, view);
    await page.getByRole('heading', { name: heading }).waitFor();
    const answer = await page.evaluate(() => fetch('/api/v1/sign-ins', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"role":"manage"}' }).then((response) => response.status));
    assert.equal(answer, 403, role);
    await leave(page);
  }
  const reader = await person(browser, node, await node.link('read', 'Reader'));
  const refused = await reader.evaluate(() => fetch('/api/v1/drafts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"kind":"task","fields":{}}' }).then((response) => response.status));
  assert.equal(refused, 403);
  await leave(reader);
});
