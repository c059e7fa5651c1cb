// SPDX-License-Identifier: MPL-2.0
// Real Chromium: people with a browser each, and everything it complains about.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { TOP } from './node.mjs';

const require = createRequire(join(TOP, 'build/npm/'));
const PROGRAMS = [process.env.PLN_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
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

/** A person's browser window, signed in by @link where there is one. page.complaints: what went wrong in it. */
export async function person(browser, node, link, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  page.complaints = [];
  page.foreign = [];
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

export async function open(page, node, hash = '#/') {
  await page.goto(`${node.url}/${hash}`);
  await page.waitForSelector('main[data-view] h1', { state: 'attached' });
}

/** Everything that moves is there: no bones, no pending pictures. */
export const settled = (page) => page.waitForFunction(() => document.querySelector('.skeleton') === null && document.querySelector('main')?.children.length > 0);
