// SPDX-License-Identifier: MPL-2.0
// What the page says of a network that is not as it should be: memberships that ended, records that are
// here and do not count, refusals. What a daemon answers is real but for the states, which are put in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { strings } from '../../client/web/app/strings.en.js';
import { violations } from './kit/axe.mjs';
import { launch, missing, open, person, settled } from './kit/browser.mjs';
import { TOP, World } from './kit/node.mjs';

const skip = missing() || false;
const world = skip ? null : new World();
let browser, hub, network, page;

before(async () => {
  if (skip) return;
  browser = await launch();
  hub = await world.node('State Hub');
  network = await world.network('Granite Ridge', hub);
  page = await person(browser, hub, await hub.link('manage', 'Ada Ruiz'));
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** The view at @hash while each network is as the daemon says, but for @changes. */
async function shown(hash, changes) {
  await page.route(/\/api\/v1\/networks(\/[0-9a-f]{64})?$/, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const json = answer.networks ? { ...answer, networks: answer.networks.map((one) => ({ ...one, ...changes })) } : { ...answer, ...changes };
    await route.fulfill({ response, json });
  });
  // A view that is left asks anew when one comes back to it.
  await open(page, hub, '#/missing');
  await open(page, hub, hash);
  await settled(page);
  const text = await page.locator('main').innerText();
  assert.deepEqual(await violations(page), [], hash);
  await page.unrouteAll({ behavior: 'wait' });
  return text;
}

const fork = (more) => ({ author: hub.id, author_name: 'Tannery Brook', epoch: 0, lane: 1, at: 41, own: false, settled: false, beyond: false, whole: true, ...more });
const aside = (more) => ({ author: hub.id, author_name: 'Cedar Valley', epoch: 3, entries: 7, bytes: 4100, kept: false, until: '2027-01-04T10:00:00.000Z', ...more });

test('a membership that has ended is said in the list and on the network\u2019s own page', { skip }, async () => {
  for (const how of ['deposed', 'expired', 'left', 'forgetting', 'revoked']) {
    const changes = { [how]: how === 'revoked' ? { by: hub.id, time: '2026-11-01T00:00:00.000Z', reason: '', epoch: 0, seq: 3 } : true, role: how === 'expired' ? 'contributor' : 'none' };
    const word = strings[`network.${how}`];
    assert.ok(word, how);
    assert.match(await shown('#/networks', changes), new RegExp(word));
    const whole = await shown(`#/network/${network}`, changes);
    assert.match(whole, new RegExp(word));
    assert.match(whole, new RegExp(strings['network.ended']));
    assert.equal(await page.getByRole('link', { name: strings['action.invite'] }).count(), 0, `${how}: nobody is invited`);
  }
});

test('what is here and does not count is shown with the reason, whoever wrote it', { skip }, async () => {
  const changes = { aside_chains: 3, aside: [aside(), aside({ author_name: 'Tannery Brook', epoch: 0, kept: true, until: undefined })], forks: [
    fork(), fork({ own: true }), fork({ beyond: true }), fork({ own: true, settled: true, healed: false, lacking: 2 }),
    fork({ own: true, settled: true, healed: false, lacking: 0 }), fork({ settled: true }), fork({ lane: 0, settled: true })] };
  const rows = await shown(`#/network/${network}`, changes)
    .then(() => page.getByRole('region', { name: strings['apart.title'] }).locator('tbody tr').allInnerTexts());
  const why = [strings['apart.fork'], strings['apart.fork.own'], strings['apart.beyond'], strings['apart.lacking'].other, strings['apart.unhealed'],
    strings['apart.cut'], strings['apart.branch']];
  assert.equal(rows.length, why.length, rows.join('\n'));
  why.forEach((sentence, index) => assert.ok(rows[index].replaceAll(/\s+/g, ' ').includes(sentence.replaceAll('`', '').replace('{number}', '2')), `${sentence}\n${rows[index]}`));
  for (const fact of ['Cedar Valley', '7 records, 4.1 KB', 'Jan 4, 2027']) assert.ok(rows[5].includes(fact), rows[5]);
  assert.match(rows[6], new RegExp(strings['apart.kept']));
  await page.getByText('And of 1 more chain.').waitFor();
  assert.match(await shown('#/networks', changes), new RegExp(strings['network.apart']));
});

test('where everything counts nothing is said of it', { skip }, async () => {
  const whole = await shown(`#/network/${network}`, {});
  assert.ok(!whole.includes(strings['apart.title']) && !whole.includes(strings['network.ended']));
  assert.ok(!(await shown('#/networks', {})).includes(strings['network.apart']));
});

test('two networks of one name are told apart by their ids', { skip }, async () => {
  assert.ok(!(await shown('#/networks', {})).includes(network.slice(0, 12)));
  await hub.pln('network', 'create', 'Granite Ridge');
  const text = await shown('#/networks', {});
  for (const { id } of (await hub.json('/api/v1/networks')).networks) assert.ok(text.includes(id.slice(0, 12)), text);
});

test('whoever founds a network of a name that is here already is told before', { skip }, async () => {
  await open(page, hub, '#/found');
  await page.getByLabel('Name of the network').fill('Granite Ridg');
  assert.equal(await page.getByText(strings['found.namesake']).count(), 0);
  await page.getByLabel('Name of the network').fill('Granite Ridge ');
  await page.getByText(strings['found.namesake']).waitFor();
  assert.deepEqual(await violations(page), []);
});

test('a node of which there is no copy at all is told so where else all would be well', { skip }, async () => {
  const guest = await world.node('Cedar Valley');
  const visitor = await person(browser, guest, await guest.link('manage', 'Rosa Lind'));
  await open(visitor, guest, '#/status');
  await visitor.getByText(strings['status.good']).waitFor();
  await guest.pln('join', await hub.pln('invite', network, '--address', hub.listen));
  await visitor.getByText('there is neither a backup nor a copy of the key').waitFor();
  assert.deepEqual(await violations(visitor), []);
  await guest.pln('backup', join(world.root, 'copy.plnbackup'));
  await visitor.getByText(strings['status.good']).waitFor();
});

test('whatever is refused has words of the page', () => {
  const errors = [...readFileSync(join(TOP, 'proto/errors.def'), 'utf8').matchAll(/^PLN_ERROR\(\w+, "([^"]+)", (?!OURS)/gm)];
  const turned = [...readFileSync(join(TOP, 'daemon/net.c'), 'utf8').matchAll(/\[PLN_TURNED_\w+\] = "([^"]+)"/g)];
  assert.ok(errors.length > 20 && turned.length > 3);
  for (const [, reason] of [...errors, ...turned]) assert.ok(strings[`refused.${reason}`], reason);
});
