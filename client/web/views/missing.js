// SPDX-License-Identifier: MPL-2.0
// An address that leads nowhere.
import { h } from '../app/dom.js';
import { t } from '../app/text.js';
import { state } from '../parts/state.js';

export async function missing() {
  return state('find', t('missing.title'), t('missing.how'), h('a', { class: 'button', href: '#/' }, t('action.home')));
}
