// SPDX-License-Identifier: MPL-2.0
// Begin: who sits here, what stands around, which view, what is new.
import { get } from './app/api.js';
import { begin, on } from './app/live.js';
import { show, start } from './app/router.js';
import { navigation, routes } from './app/routes.js';
import { current, load, may } from './app/session.js';
import { useLibraries } from './parts/libraries.js';
import { shell } from './parts/shell.js';
import { fill } from './app/dom.js';
import { problemState } from './parts/state.js';

const AGAIN_MS = 3000;

async function open() {
  const page = document.getElementById('page');
  // A library that does not load is one that is not there.
  const libraries = useLibraries((document.documentElement.dataset.libraries ?? '').split(' ')).catch(() => null);
  try {
    await load();
  } catch (problem) {
    fill(page, problemState(problem, open));
    if (problem.offline) setTimeout(open, AGAIN_MS);
    return;
  }
  const { name } = may('read') ? await get('/id').catch(() => ({ name: 'pln' })) : { name: 'pln' };
  const main = shell(page, navigation, name);
  begin();
  // Back from being away: what is shown may be old.
  let away = false;
  on('reach', (reached) => {
    if (reached && away) show({ quiet: true });
    away = !reached;
  });
  // The node holds another life of its store: it was restored, or made anew.
  on('reset', () => show({ quiet: true }));
  // The link may have ended while the page was open.
  on('broken', async () => {
    const { role, via } = current();
    await load().catch(() => null);
    if (current().role !== role || current().via !== via) show();
  });
  await libraries;
  await start(routes, main);
}

open();
