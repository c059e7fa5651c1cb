// SPDX-License-Identifier: MPL-2.0
// Drafts by what has to happen next: approve, mend, go on writing.
import { get, remove } from '../app/api.js';
import { h } from '../app/dom.js';
import { kinds } from '../app/kinds.js';
import { titleOf } from '../app/records.js';
import { href } from '../app/router.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from '../parts/icon.js';
import { moment } from '../parts/moment.js';
import { emptyState, sentenceOf } from '../parts/state.js';
import { say } from '../parts/toast.js';

const GROUPS = ['waiting', 'returned', 'open'];

function removeButton(draft, view, title) {
  let sure = false;
  const button = h('button', { type: 'button', class: 'button button-quiet button-small', 'aria-label': t('drafts.delete.of', { title }) }, t('drafts.delete'));
  button.addEventListener('click', async () => {
    // The second press does it: nothing is lost by a slip.
    if (!sure) {
      sure = true;
      button.textContent = t('drafts.delete.sure');
      button.setAttribute('aria-label', t('drafts.delete.sure.of', { title }));
      button.classList.add('button-bad');
      return;
    }
    await remove(`/drafts/${draft.id}`).then(() => say(t('drafts.deleted')), (problem) => say(sentenceOf(problem)));
    view.again();
  });
  return button;
}

function row(draft, all, view) {
  const title = Object.keys(draft.fields ?? {}).length > 0 ? titleOf(draft, all) : t('draft.untitled');
  return h('li', { class: 'card card-draft' },
    h('p', { class: 'card-kind' }, all.get(draft.kind)?.label ?? draft.kind,
      (draft.adapts || draft.replaces) && h('span', { class: 'badge' }, t(draft.adapts ? 'draft.badge.adapt' : 'draft.badge.revise'))),
    h('h3', { class: 'card-title', dir: 'auto' }, h('a', { href: href('draft', draft.id) }, title)),
    draft.comment && h('p', { class: 'small' }, icon('comment'), ' ', h('q', { dir: 'auto' }, draft.comment)),
    h('p', { class: 'card-foot' }, h('span', { dir: 'auto' }, draft.mine ? t('drafts.mine') : draft.writer || t('draft.somebody')), ' · ', moment(draft.changed)),
    h('div', { class: 'card-tools' }, removeButton(draft, view, title)));
}

export async function drafts(view) {
  const [all, { drafts: list }] = await Promise.all([kinds(), get('/drafts?limit=1000')]);
  view.live('drafts', view.again);
  const groups = GROUPS.map((name) => [name, list.filter((draft) => draft.state === name)]).filter(([, some]) => some.length > 0);
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('h1', {}, t('title.drafts')), h('p', { class: 'lead' }, t(may('publish') ? 'drafts.lead.publish' : 'drafts.lead.draft'))),
      h('a', { class: 'button button-main', href: '#/write' }, icon('plus'), t('action.write'))),
    list.length === 0 && emptyState('drafts', t('drafts.none'), t('drafts.none.how')),
    groups.map(([name, some]) => h('section', { class: 'stack-small', 'aria-labelledby': `drafts-${name}` },
      h('h2', { id: `drafts-${name}` }, t(`drafts.${name}`), ' ', h('span', { class: 'badge' }, some.length)),
      h('ul', { class: 'cards' }, some.map((draft) => row(draft, all, view))))));
}
