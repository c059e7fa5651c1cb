// SPDX-License-Identifier: MPL-2.0
// Addresses behind the #: which view shows what, and what becomes of the keyboard's place.
import { fill, later } from './dom.js';
import { on } from './live.js';
import { current, load, may } from './session.js';
import { t } from './text.js';
import { problemState, loadingState, roleState } from '../parts/state.js';

let table = [];
let place = null;
let now = null;
let turn = 0;
const listeners = new Set();

export const onRoute = (listener) => listeners.add(listener);

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** '#/record/a/b?x=y' as {path: ['record', 'a', 'b'], params}. */
export function parse(hash) {
  const [path, text = ''] = hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter((part) => part !== '').map(decoded), params: new URLSearchParams(text) };
}

export const href = (...parts) => `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export function go(address, { replace = false } = {}) {
  if (location.hash === address) show();
  else if (replace) location.replace(address);
  else location.hash = address;
}

/** Change what stands behind the ? without showing the view again. */
export function note(params) {
  const [path] = location.hash.split('?');
  const text = params.toString();
  history.replaceState(history.state, '', `${path === '' ? '#/' : path}${text === '' ? '' : `?${text}`}`);
}

const fits = (route, path) => route.path.length === path.length &&
  route.path.every((part, index) => part.startsWith('{') || part === path[index]);

function find(path) {
  const route = table.find((row) => fits(row, path)) ?? table.find((row) => row.name === 'missing');
  const given = {};
  route.path.forEach((part, index) => {
    if (part.startsWith('{')) given[part.slice(1, -1)] = path[index];
  });
  return { route, given };
}

function leave() {
  now?.ends.forEach((end) => end());
  now = null;
}

/** What a view gets: words of its address, and a way to hear of things until it is left. */
function stage(route, given, params, mine) {
  const ends = [];
  return {
    given, params, ends, route,
    live: (name, listener) => ends.push(on(name, listener)),
    onLeave: (end) => ends.push(end),
    shown: () => mine === turn,
    title: (text) => {
      if (mine === turn) document.title = `${text} · pln`;
    },
    again: () => mine === turn && show({ quiet: true }),
  };
}

/** What was shown stays while the daemon is away, and says so above: it is drawn anew when it is back. */
const KEPT = Symbol('kept');

async function draw(view, mine, quiet) {
  try {
    return await view.route.view(view);
  } catch (problem) {
    // The link may have been withdrawn meanwhile: who sits here is asked anew.
    if (problem.status === 401 || problem.status === 403) await load().catch(() => null);
    if (mine !== turn) return null;
    if (quiet && problem.offline) return KEPT;
    if (!may(view.route.role)) return roleState(view.route.role, current().via === 'link');
    return problemState(problem, () => show());
  }
}

/** Show what the address says. Quiet: the same view anew, without moving anybody's place. */
export async function show({ quiet = false, first = false } = {}) {
  // A form that is being filled in is not taken away from under somebody's hands.
  if (quiet && place.querySelector('[data-dirty]')) return;
  const mine = ++turn;
  const { path, params } = parse(location.hash);
  const { route, given } = find(path);
  leave();
  delete place.dataset.view;
  now = stage(route, given, params, mine);
  listeners.forEach((listener) => listener(route, given));
  now.title(t(`title.${route.name}`));
  if (!may(route.role ?? 'read')) {
    fill(place, roleState(route.role ?? 'read', current().via === 'link'));
    place.dataset.view = route.name;
    return;
  }
  const slow = setTimeout(() => mine === turn && !quiet && fill(place, loadingState()), 200);
  const view = now;
  const content = await draw(view, mine, quiet);
  clearTimeout(slow);
  if (mine !== turn || content === null) return;
  place.dataset.view = route.name;
  // Somebody may have begun to type while the answer was on its way.
  if (content === KEPT || (quiet && place.querySelector('[data-dirty]'))) return;
  const back = quiet ? placeOf() : () => null;
  fill(place, content);
  back();
  // The first view leaves the keyboard at the top, where the skip link is.
  if (!quiet && !first) arrive();
  if (!quiet && history.state?.top > 0) comeBack(history.state.top, mine);
}

const BACK_MS = 3000;

/** Where one was before: a long list is not there at once, and grows as its end nears. */
function comeBack(top, mine) {
  const until = Date.now() + BACK_MS;
  let moved = false;
  ['wheel', 'touchstart', 'keydown', 'pointerdown'].forEach((name) => addEventListener(name, () => {
    moved = true;
  }, { once: true, passive: true }));
  const step = () => {
    if (mine !== turn || moved || Date.now() > until) return;
    scrollTo(0, top);
    if (Math.abs(scrollY - top) > 2) setTimeout(step, 50);
  };
  step();
}

/** How far down one is, kept with the address: by Back one comes there again. */
function keepTop() {
  history.scrollRestoration = 'manual';
  const keep = () => history.replaceState({ ...history.state, top: Math.round(scrollY) }, '');
  const rested = later((hash) => location.hash === hash && keep(), 100);
  addEventListener('scroll', () => rested(location.hash), { passive: true });
  // Who follows a link while the page still glides leaves from here.
  addEventListener('click', (event) => event.target.closest('a[href^="#"]') && keep(), true);
}

const REACHED = 'a, button, input, select, textarea, summary, [tabindex]';

/** What the keyboard is at and what is unfolded, and how to come back there once the same view is drawn anew. */
function placeOf() {
  const at = [...place.querySelectorAll(REACHED)].indexOf(document.activeElement);
  const name = document.activeElement?.tagName;
  const folds = [...place.querySelectorAll('details')].map((fold) => fold.open);
  return () => {
    [...place.querySelectorAll('details')].forEach((fold, index) => {
      fold.open = folds[index] ?? fold.open;
    });
    const now = place.querySelectorAll(REACHED)[at];
    if (now?.tagName === name) now.focus({ preventScroll: true });
  };
}

/** Behind a link the keyboard and the screen reader begin at the new content. */
function arrive() {
  scrollTo(0, 0);
  const first = place.querySelector('[autofocus]') ?? place.querySelector('h1');
  if (!first) return;
  if (!first.hasAttribute('autofocus')) first.tabIndex = -1;
  first.focus({ preventScroll: true });
}

export function start(routes, main) {
  table = routes;
  place = main;
  addEventListener('hashchange', () => show());
  keepTop();
  // What was typed is marked; a search is in the address already.
  place.addEventListener('input', (event) => event.target.closest('form:not([role="search"]), .editor')?.setAttribute('data-dirty', ''));
  return show({ first: true });
}
