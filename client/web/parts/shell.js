// SPDX-License-Identifier: MPL-2.0
// What stands around every view: whose page this is, where one can go, who sits here, is it alive.
import { fill, h } from '../app/dom.js';
import { on } from '../app/live.js';
import { onRoute } from '../app/router.js';
import { current, may, onSession, signOut } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';
import { progressLine } from './progress_line.js';
import { say, toasts } from './toast.js';

function link(row, here) {
  return h('li', {}, h('a', { href: row.href, 'aria-current': here ? 'page' : undefined, class: 'nav-link' },
    icon(row.icon), h('span', {}, t(`nav.${row.name}`))));
}

function navigation(rows) {
  const list = h('ul', {});
  let section = 'find';
  const draw = () => fill(list, rows.filter((row) => may(row.role)).map((row) => link(row, row.name === section)));
  onRoute((route) => {
    section = route.section ?? route.name;
    draw();
  });
  onSession(draw);
  return h('nav', { class: 'nav', 'aria-label': t('nav.title') }, list);
}

function themeButton() {
  const button = h('button', { type: 'button', class: 'button button-quiet', 'aria-label': t('theme.toggle'), title: t('theme.toggle') });
  const draw = () => fill(button, icon(window.plnTheme.now() === 'dark' ? 'sun' : 'moon'));
  button.addEventListener('click', () => {
    window.plnTheme.choose(window.plnTheme.now() === 'dark' ? 'light' : 'dark');
    draw();
  });
  // The machine may turn dark by itself in the evening.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
  return button;
}

function person() {
  const place = h('div', { class: 'person' });
  async function leave() {
    await signOut().catch(() => null);
    location.hash = '#/';
    location.reload();
  }
  function draw() {
    const session = current();
    fill(place, session.name && h('span', { class: 'person-name', dir: 'auto' }, session.name),
      session.role !== 'none' && h('span', { class: 'badge' }, t(`role.${session.role}`)),
      session.via === 'link' && h('button', { type: 'button', class: 'button button-quiet', onclick: leave }, t('action.signout')));
  }
  onSession(draw);
  draw();
  return place;
}

/** Stands above everything while the daemon does not answer. */
function offlineBanner() {
  const banner = h('div', { class: 'offline', role: 'alert' });
  let away = false;
  on('reach', (reached) => {
    if (reached && away) say(t('offline.back'));
    away = !reached;
    fill(banner, away && h('p', {}, icon('offline'), h('span', {}, t('offline.banner'))));
  });
  return banner;
}

/** @rows: what the navigation offers. Returns the place where views are shown. */
export function shell(page, rows, name) {
  const main = h('main', { id: 'main', class: 'main' });
  const called = h('span', { class: 'brand-name', dir: 'auto' }, name);
  on('state', (state) => state.name && fill(called, state.name));
  const brand = h('a', { href: '#/', class: 'brand' },
    h('img', { src: new URL('../mark.svg', import.meta.url).href, alt: '', width: 28, height: 28 }),
    called);
  fill(page,
    h('a', { class: 'skip', href: '#main', onclick: (event) => {
      event.preventDefault();
      main.tabIndex = -1;
      main.focus();
    } }, t('nav.skip')),
    h('header', { class: 'top' }, brand, navigation(rows), h('div', { class: 'top-end' }, person(), themeButton())),
    offlineBanner(), progressLine(), main, toasts());
  return main;
}
