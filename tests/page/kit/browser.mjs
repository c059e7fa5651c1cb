// SPDX-License-Identifier: MPL-2.0
// Real Chromium: people with a browser each, and everything it complains about.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { TOP } from './node.mjs';

const require = createRequire(join(TOP, 'build/npm/'));
/** The shell is the same engine without a browser around it, and takes a third less. */
const PROGRAMS = [process.env.PLN_CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = PROGRAMS.find((path) => path && existsSync(path));

/** Why there can be no test, or ''. */
export function missing() {
  if (!program) return 'no Chromium: contrib/deps check installs it';
  return existsSync(join(TOP, 'build/npm/node_modules/playwright-core')) ? '' : 'no Playwright: contrib/deps check installs it';
}

export const axeSource = () => join(TOP, 'build/npm/node_modules/axe-core/axe.min.js');

export async function launch(...args) {
  const { chromium } = require('playwright-core');
  // Headless Chromium as root has no sandbox of its own; it only ever sees daemons of this test.
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage', ...args] });
}

const DESK = { width: 1280, height: 860 };
/** browser -> windows that nobody sits at. A new one costs seconds of a processor, most of them for files it then has. */
const idle = new Map();

/** A window of somebody who was never here, warm where there is one. */
async function seat(browser, node, options) {
  const free = idle.get(browser) ?? [];
  const known = free.findIndex((page) => page.home === node.url);
  const [page = await (await browser.newContext()).newPage()] = free.splice(known, 1);
  page.context().setDefaultTimeout(60000);
  await page.setViewportSize(options.viewport ?? DESK);
  await page.emulateMedia({ colorScheme: options.colorScheme ?? 'light' });
  if (options.storageState) await page.context().addCookies(options.storageState.cookies);
  return page;
}

/** A person's browser window, signed in by @link where there is one. page.complaints: what went wrong in it. */
export async function person(browser, node, link, options = {}) {
  const page = await seat(browser, node, options);
  Object.assign(page, { home: node.url, complaints: [], foreign: [], slips: [] });
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.stack ?? String(error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== node.url) page.foreign.push(request.url());
  });
  if (link) {
    await page.goto(link);
    await page.click('form button[type=submit]');
    await page.waitForSelector('.person-name', { state: 'attached' });
  }
  return page;
}

/** Their day is over: nothing of them stays in the window, and the next person may sit down at it. */
export async function leave(...pages) {
  await Promise.all(pages.map(async (page) => {
    const context = page.context();
    const browser = context.browser();
    for (const name of ['console', 'pageerror', 'request']) page.removeAllListeners(name);
    try {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.evaluate(() => localStorage.clear());
      await context.clearCookies();
      // A page of the same site without a script: the process and what it keeps of our files stay warm.
      await page.goto(`${page.home}/healthz`);
      idle.set(browser, [...idle.get(browser) ?? [], page]);
    } catch {
      await context.close();
    }
  }));
}

export async function open(page, node, hash = '#/') {
  await page.goto(`${node.url}/${hash}`);
  await page.waitForSelector('main[data-view] h1', { state: 'attached' });
}

/** Everything that moves is there: no bones, no pending pictures. */
export const settled = (page) => page.waitForFunction(() => document.querySelector('.skeleton') === null && document.querySelector('main')?.children.length > 0);
