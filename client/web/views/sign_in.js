// SPDX-License-Identifier: MPL-2.0
// A one-time link becomes a session. It asks before it spends the link: mail programs open links, too.
import { h, fill } from '../app/dom.js';
import { begin } from '../app/live.js';
import { go } from '../app/router.js';
import { signIn } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from '../parts/icon.js';
import { problemLine } from '../parts/state.js';

export async function signInView(view) {
  const refused = h('div', {});
  const button = h('button', { type: 'submit', class: 'button button-main' }, t('signin.do'));
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      await signIn(view.given.token);
      begin();
      // The token goes out of the address, and the back button does not lead to it.
      go('#/', { replace: true });
    } catch (problem) {
      button.disabled = false;
      fill(refused, problemLine(problem));
    }
  }
  return h('form', { class: 'state', onsubmit: submit },
    h('div', { class: 'state-picture' }, icon('lock')),
    h('h1', {}, t('signin.title')),
    h('p', {}, t('signin.how')), refused, button);
}
