// SPDX-License-Identifier: MPL-2.0
// One network: a picture of it, its members and how far each is, its invitations, the way out.
import { get, post } from '../app/api.js';
import { h } from '../app/dom.js';
import { bytes, number, shortId } from '../app/format.js';
import { go, href, show } from '../app/router.js';
import { may } from '../app/session.js';
import { ended, membership } from '../app/standing.js';
import { t } from '../app/text.js';
import { apartTable } from '../parts/apart_table.js';
import { ask } from '../parts/ask.js';
import { icon } from '../parts/icon.js';
import { invitationTable } from '../parts/invitation_table.js';
import { memberTable } from '../parts/member_table.js';
import { picture } from '../parts/picture.js';
import { sentence } from '../parts/sentence.js';
import { say } from '../parts/toast.js';

const fact = (word, ...value) => [h('dt', {}, word), h('dd', {}, value)];
const coordinates = (net) => net.role === 'root' || net.role === 'coordinator';

function revokeButton(net) {
  return (member) => {
    if (member.self || member.left || member.role === 'root') return null;
    const name = member.name ?? shortId(member.id);
    return h('button', { type: 'button', class: 'button button-small button-bad', 'aria-label': t('revoke.of', { name }), onclick: async () => {
      const done = await ask({ title: t('revoke.title', { name }), sentence: t('revoke.how'), confirm: t('revoke.do'), reason: t('revoke.reason'),
        act: (reason) => post(`/networks/${net.id}/revoke`, { member: member.id, ...(reason && { reason }) }) });
      if (!done) return;
      say(t('revoke.done', { name }));
      show({ quiet: true });
    } }, t('revoke.do'));
  };
}

async function leave(net) {
  const done = await ask({ title: t('leave.title', { name: net.name }), sentence: t('leave.how'), confirm: t('leave.do'), act: () => post(`/networks/${net.id}/leave`) });
  if (done) go('#/networks');
}

function sums(net) {
  return h('section', { class: 'panel', 'aria-labelledby': 'sums' }, h('h2', { id: 'sums' }, t('network.sums')),
    h('dl', { class: 'facts' },
      fact(t('network.role'), membership(net)),
      fact(t('network.members.title'), number(net.members)),
      fact(t('network.records.title'), number(net.records)),
      fact(t('network.bytes'), bytes(net.bytes)),
      fact(t('network.id'), h('code', { title: net.id }, shortId(net.id)))),
    ended(net) && h('p', { class: 'small quiet' }, t('network.ended')));
}

export async function network(view) {
  const [net, { members }, { invitations }] = await Promise.all([
    get(`/networks/${view.given.net}`), get(`/networks/${view.given.net}/members`), get('/invitations')]);
  view.title(net.name);
  view.live('state', view.again);
  const manage = may('manage') && !ended(net) && coordinates(net);
  const own = invitations.filter((row) => row.network === net.id);
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('p', { class: 'card-kind' }, t('network.one')), h('h1', { dir: 'auto' }, net.name)),
      manage && h('a', { class: 'button button-main', href: href('invite', net.id) }, icon('plus'), t('action.invite'))),
    net.warnings.map((warning) => h('p', { class: 'notice' }, icon('alert'), h('span', {}, sentence(warning)))),
    h('div', { class: 'split' },
      h('section', { class: 'panel', 'aria-labelledby': 'picture' }, h('h2', { id: 'picture' }, t('picture.title')), picture(members)), sums(net)),
    h('section', { class: 'stack-small', 'aria-labelledby': 'members' }, h('h2', { id: 'members' }, t('network.members.title')),
      memberTable(members, manage && revokeButton(net))),
    apartTable(net),
    manage && own.length > 0 && h('section', { class: 'stack-small', 'aria-labelledby': 'invited' }, h('h2', { id: 'invited' }, t('invited.title')), invitationTable(own, view.again)),
    may('manage') && !net.left && h('details', { class: 'more' }, h('summary', {}, t('leave.more')),
      h('p', {}, t('leave.how')), h('p', {}, h('button', { type: 'button', class: 'button button-bad', onclick: () => leave(net) }, t('leave.do')))));
}
