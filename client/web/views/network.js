// SPDX-License-Identifier: MPL-2.0
// One network: its members and how far each is, a picture of it, its invitations.
import { get } from '../app/api.js';
import { h } from '../app/dom.js';
import { bytes, number, shortId } from '../app/format.js';
import { t } from '../app/text.js';
import { icon } from '../parts/icon.js';
import { memberTable } from '../parts/member_table.js';
import { picture } from '../parts/picture.js';

const fact = (word, ...value) => [h('dt', {}, word), h('dd', {}, value)];

export async function network(view) {
  const [net, { members }] = await Promise.all([
    get(`/networks/${view.given.net}`), get(`/networks/${view.given.net}/members`)]);
  view.title(net.name);
  view.live('state', view.again);
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('div', {}, h('p', { class: 'card-kind' }, t('network.one')), h('h1', { dir: 'auto' }, net.name))),
    net.warnings.map((warning) => h('p', { class: 'notice' }, icon('alert'), h('span', {}, warning))),
    h('div', { class: 'split' },
      h('section', { class: 'panel', 'aria-labelledby': 'picture' }, h('h2', { id: 'picture' }, t('picture.title')), picture(members)),
      h('section', { class: 'panel', 'aria-labelledby': 'sums' }, h('h2', { id: 'sums' }, t('network.sums')),
        h('dl', { class: 'facts' },
          fact(t('network.role'), t(`network.role.${net.role}`)),
          fact(t('network.records.title'), number(net.records)),
          fact(t('network.bytes'), bytes(net.bytes)),
          fact(t('network.id'), h('code', { title: net.id }, shortId(net.id)))))),
    h('section', { 'aria-labelledby': 'members' }, h('h2', { id: 'members' }, t('network.members.title')), memberTable(members)));
}
