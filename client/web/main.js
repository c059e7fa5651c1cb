// SPDX-License-Identifier: MPL-2.0
// Begin: who sits here, what stands around, which view, what is new.
import { get } from './app/api.js';
import { begin, on } from './app/live.js';
import { show, start } from './app/router.js';
import { navigation, routes } from './app/routes.js';
import { load, may } from './app/session.js';
import { shell } from './parts/shell.js';
import { fill } from './app/dom.js';
import { problemState } from './parts/state.js';

async function open() {
  const page = document.getElementById('page');
  try {
    await load();
  } catch (problem) {
    fill(page, problemState(problem, open));
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
  await start(routes, main);
}

open();
