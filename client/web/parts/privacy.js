// SPDX-License-Identifier: MPL-2.0
// The privacy guard, seen from the writer: what looks like data about students, and the word that it is none.
import { fill, h } from '../app/dom.js';
import { t } from '../app/text.js';
import { icon } from './icon.js';

export function privacyGuard(labelOf) {
  const element = h('div', { class: 'guard' });
  let confirmed = false;
  let shown = '';

  function show(findings) {
    const now = JSON.stringify(findings);
    if (now === shown) return;
    shown = now;
    // What was vouched for was what stood there then.
    confirmed = false;
    fill(element, findings.length > 0 && h('div', { class: 'notice', role: 'group', 'aria-label': t('guard.title') }, icon('alert'),
      h('div', { class: 'stack-small' },
        h('p', {}, h('strong', {}, t('guard.title')), ' ', t('guard.how')),
        h('ul', {}, findings.map((finding) => h('li', {}, t('guard.place', { field: labelOf(finding.field), what: finding.what }), ' ', h('q', { dir: 'auto' }, finding.text)))),
        h('label', { class: 'tick' }, h('input', { type: 'checkbox', onchange: (event) => {
          confirmed = event.target.checked;
        } }), h('span', {}, t('guard.confirm'))))));
  }
  return { element, show, needed: () => shown !== '' && shown !== '[]' && !confirmed, confirmed: () => confirmed,
    focus: () => element.querySelector('input')?.focus() };
}
