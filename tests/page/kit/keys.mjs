// SPDX-License-Identifier: MPL-2.0
// Somebody without a mouse: goes by Tab, sees where they are, presses Enter.
import assert from 'node:assert/strict';

/** Where the keyboard is: what it is called, what it is, and whether one sees that. */
const where = (page) => page.evaluate(() => {
  const one = document.activeElement;
  const label = one.labels?.[0] ?? document.getElementById(one.getAttribute('aria-labelledby') ?? '');
  const { left, top, width, height } = one.getBoundingClientRect();
  const above = document.elementFromPoint(left + Math.min(width, 20) / 2, top + Math.min(height, 20) / 2)?.closest('.top, .nav, .editor-foot');
  return {
    id: one.id, tag: one.tagName, name: (one.getAttribute('aria-label') ?? label?.textContent ?? one.textContent).trim(), card: one.closest('.card') !== null,
    ring: getComputedStyle(one).outlineStyle !== 'none', covered: Boolean(above) && !above.contains(one),
  };
});

/** Tab until @wanted(place) holds; every place on the way is to be seen. */
export async function tabTo(page, wanted, what, most = 200) {
  for (let press = 0; press < most; press++) {
    await page.keyboard.press('Tab');
    const place = await where(page);
    assert.ok(place.ring, `the keyboard is at ${place.tag} ${place.name}, and nothing shows it`);
    assert.ok(!place.covered, `the keyboard is at ${place.tag} ${place.name}, behind a bar`);
    if (wanted(place)) return place;
  }
  throw new Error(`no way by Tab to ${what}`);
}

export const called = (name) => (place) => place.name === name || (name instanceof RegExp && name.test(place.name));
