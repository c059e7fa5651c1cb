// SPDX-License-Identifier: MPL-2.0
// A call that fails takes nothing away: whatever form or dialog it came from says why, keeps what was
// typed, and does it when asked once more. A row for each that posts something typed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, leave, missing, open, person } from './kit/browser.mjs';
import { World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, node, guest, network, task, draft, ticket, manager;

before(async () => {
  if (skip) return;
  [browser, node, guest] = await Promise.all([launch(), world.node('Tannery Brook'), world.node('Cedar Valley')]);
  network = await world.network('Granite Ridge', node, guest);
  ticket = await guest.pln('invite', await guest.pln('network', 'create', 'Lake Shore'), '--address', guest.listen);
  task = await node.pln('add', 'task', 'title=A task with a slip', 'prompt=x');
  manager = await person(browser, node, await node.link('manage', 'Ada Ruiz'));
  const writer = await person(browser, node, await node.link('draft', 'Rosa Lind'));
  draft = await writer.evaluate(async () => {
    const send = (path, body) => fetch(`/api/v1${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((response) => response.json());
    const { id } = await send('/drafts', { kind: 'task', fields: { title: 'Letters', prompt: 'Write one.' } });
    await send(`/drafts/${id}/submit`, {});
    return id;
  });
  await leave(writer);
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** What people type here: where, behind what, into which boxes, sent to which call by which button, and what shows that it was done. */
const FORMS = [
  { name: 'the reason of a withdrawal', at: () => `#/record/${task}`, first: 'Withdraw', type: { '#ask-reason': 'The numbers were wrong' }, call: '/retract', send: 'Withdraw it', done: (page) => page.getByText('This record was withdrawn.') },
  { name: 'the words with which a draft is sent back', at: () => `#/draft/${draft}`, fold: 'Send it back instead', type: { '#return-comment': 'Which class was it?' }, call: '/return', send: 'Send back', done: (page) => page.locator('main[data-view=drafts]') },
  { name: 'for whom a link is', at: () => '#/people', type: { '#person-name': 'Rosa Lind' }, call: '/sign-ins', send: 'Make the link', done: (page) => page.getByRole('heading', { name: 'The link for Rosa Lind' }) },
  { name: 'for whom an invitation is', at: () => `#/invite/${network}`, fold: 'More details', type: { '#invite-label': 'Quiet Lake', '#invite-address': '127.0.0.1:7420' }, call: '/invitations', send: 'Make the ticket', done: (page) => page.locator('.ticket-text') },
  { name: 'the name of a network', at: () => '#/found', type: { '#network-name': 'Lakes' }, call: '/networks', send: 'Found the network', done: (page) => page.locator('main[data-view=invite]') },
  { name: 'the reason why a membership ends', at: () => `#/network/${network}`, first: /End the membership of/, type: { '#ask-reason': 'They moved on' }, call: '/revoke', send: 'End membership', done: (page) => page.getByText('is no member any more') },
  { name: 'a record that is written', at: () => '#/write/comment', type: {}, labels: { Text: 'Rain gardens drain clay.' }, call: '/publish', send: 'Publish', done: (page) => page.locator('main[data-view=record]') },
  { name: 'the name of the district', at: () => '#/status', fold: /name/i, type: { '#district-name': 'Tannery Brook Schools' }, call: '/name', send: 'Save the name', done: (page) => page.locator('.brand-name').getByText('Tannery Brook Schools') },
  { name: 'a ticket', at: () => '#/join', get type() { return { '#ticket-text': ticket }; }, call: '/join', send: 'Join', done: (page) => page.locator('main[data-view=network]').getByText('Lake Shore') },
];

const boxes = (page, form) => [
  ...Object.entries(form.type).map(([selector, text]) => [page.locator(selector), text]),
  ...Object.entries(form.labels ?? {}).map(([label, text]) => [page.getByLabel(new RegExp(`^${label}`)).first(), text])];

async function held(page, form, why) {
  for (const [box, text] of boxes(page, form)) assert.equal(await box.inputValue(), text, `${form.name}: ${why}`);
}

/** The ways a call fails: nobody answers, or the daemon says no. */
const FAILURES = {
  'the daemon is away': (route) => route.abort(),
  'it is refused': (route) => route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank#no-space', title: 'The disk is full', status: 507, reason: 'x-full', detail: 'The disk is full here.', remedy: 'Make room.' }) }),
};

for (const form of FORMS) {
  test(`what was typed outlives a call that failed, and is sent again: ${form.name}`, { skip }, async () => {
    const page = manager;
    await open(page, node, form.at());
    if (form.first) await page.getByRole('button', { name: form.first }).first().click();
    if (form.fold) await page.locator('summary').filter({ hasText: form.fold }).first().click();
    for (const [box, text] of boxes(page, form)) await box.fill(text);
    const button = page.getByRole('button', { name: form.send, exact: true }).last();
    const inside = form.first ? page.getByRole('dialog') : page.locator('main');
    for (const [why, fail] of Object.entries(FAILURES)) {
      await page.route((url) => url.pathname.endsWith(form.call), (route) => (route.request().method() === 'POST' ? fail(route) : route.fallback()));
      await button.click();
      await inside.getByRole('alert').filter({ hasText: why === 'it is refused' ? 'The disk is full here.' : 'cannot reach plnd' }).first().waitFor();
      await held(page, form, why);
      await page.unrouteAll({ behavior: 'wait' });
    }
    await button.click();
    await form.done(page).first().waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
  });
}

test('every call of the page that sends something typed is in a row above', { skip }, async () => {
  const { readdirSync, readFileSync } = await import('node:fs');
  const folder = (name) => readdirSync(new URL(`../../client/web/${name}/`, import.meta.url)).map((file) => readFileSync(new URL(`../../client/web/${name}/${file}`, import.meta.url), 'utf8'));
  const calls = [...folder('views'), ...folder('parts')].flatMap((text) => [...text.matchAll(/\b(?:post|stream)\((?:`([^`]*)`|'([^']*)')/g)].map(([, one, other]) => (one ?? other).replace(/^.*\//, '/')));
  // Nothing is typed for these: a check while typing, a ticket that is only read, presses of a button.
  const bare = ['/check', '/read', '/cancel', '/submit', '/leave'];
  const known = FORMS.map((form) => form.call);
  assert.ok(calls.length > 8, calls.join(' '));
  assert.deepEqual(calls.filter((call) => !bare.includes(call) && !known.includes(call)), []);
  await leave(manager);
});
