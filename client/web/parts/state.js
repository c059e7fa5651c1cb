// SPDX-License-Identifier: MPL-2.0
// What stands where content would: nothing yet, on its way, not allowed, not reachable, gone wrong.
import { h } from '../app/dom.js';
import { known, t } from '../app/text.js';
import { icon } from './icon.js';
import { sentence } from './sentence.js';

/** A picture, a heading, a sentence, and what to do next. */
export function state(name, title, how, ...actions) {
  return h('section', { class: `state state-${name}` },
    h('div', { class: 'state-picture' }, icon(name)),
    h('h1', {}, title),
    how && h('p', {}, sentence(how)),
    actions.length > 0 && h('div', { class: 'row row-center' }, actions));
}

/** The same inside a page that has its heading already. */
export function emptyState(name, title, how, ...actions) {
  return h('div', { class: 'state state-inside' },
    h('div', { class: 'state-picture' }, icon(name)),
    h('p', { class: 'state-title' }, title),
    how && h('p', {}, sentence(how)),
    actions.length > 0 && h('div', { class: 'row row-center' }, actions));
}

/** Grey lines in the shape of what comes. */
export function loadingState() {
  return h('div', { class: 'skeleton', role: 'status' },
    h('h1', { class: 'hidden' }, t('state.loading')),
    ['wide', 'line', 'line', 'short', 'line', 'line', 'short'].map((kind) => h('i', { class: `bone bone-${kind}` })));
}

export function signedOutState() {
  return state('lock', t('state.signedout'), null,
    h('div', { class: 'state-text' },
      h('p', {}, t('state.signedout.how')),
      h('p', {}, h('code', {}, 'pln web')),
      h('p', { class: 'quiet' }, t('state.signedout.ask'))));
}

/** @signedIn: there is a link, and it is not enough. */
export function roleState(role, signedIn) {
  return state('lock', t(signedIn ? 'state.role' : 'state.signedout'), t(`state.role.${role}`));
}

/** A refusal in words; trying again is offered where that may help. */
export function problemState(problem, again) {
  if (problem.signedOut) return signedOutState();
  const retry = h('button', { type: 'button', class: 'button', onclick: again }, t('action.again'));
  if (problem.offline) return state('offline', t('state.offline'), t('state.offline.how'), retry);
  if (problem.status === 404) {
    return state('find', t('state.missing'), problem.message, h('a', { class: 'button', href: '#/' }, t('action.home')));
  }
  return state('alert', t('state.failed'), sentenceOf(problem), retry);
}

/** What a problem says, in the reader's words where the catalogue has some for its reason. */
export function sentenceOf(problem) {
  if (problem.offline) return t('state.offline.how');
  const key = `problem.${problem.reason}`;
  const said = known(key) ? t(key) : problem.message || t('state.failed.unknown');
  return problem.remedy && problem.remedy !== said ? `${said} ${problem.remedy}` : said;
}

/** A line above a form that says what was refused. */
export function problemLine(problem) {
  return h('p', { class: 'notice notice-bad', role: 'alert' }, icon('alert'), h('span', {}, sentence(sentenceOf(problem))));
}
