// SPDX-License-Identifier: MPL-2.0
// What axe-core finds in a page. It is put in over the debugger, so the page's own policy stays as it is.
import { readFileSync } from 'node:fs';

import { axeSource } from './browser.mjs';

let source = null;

/** Violations as sentences, none where all is well. */
export async function violations(page) {
  source ??= readFileSync(axeSource(), 'utf8');
  if (!await page.evaluate(() => typeof window.axe === 'object')) await page.evaluate(source);
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n').slice(1, 2).join('').trim()}`));
}
