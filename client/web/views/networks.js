// SPDX-License-Identifier: MPL-2.0
// The networks this district is in.
import { get } from '../app/api.js';
import { h } from '../app/dom.js';
import { bytes, number } from '../app/format.js';
import { href } from '../app/router.js';
import { may } from '../app/session.js';
import { t } from '../app/text.js';
import { icon } from '../parts/icon.js';
import { emptyState } from '../parts/state.js';

function word(network) {
  if (network.forgetting) return t('network.forgetting');
  if (network.left) return t('network.left');
  return t(`network.role.${network.role}`);
}

const tile = (network) => h('li', { class: 'tile' },
  h('h2', { dir: 'auto' }, h('a', { href: href('network', network.id) }, network.name)),
  h('p', {}, h('span', { class: 'badge' }, word(network))),
  h('p', { class: 'quiet' }, t('network.sum', {
    members: t('network.members', { count: network.members, number: number(network.members) }),
    records: t('network.records', { count: network.records, number: number(network.records) }),
    bytes: bytes(network.bytes),
  })));

export async function networks(view) {
  const { networks: list } = await get('/networks');
  view.live('state', view.again);
  const actions = may('manage') && h('div', { class: 'row' },
    h('a', { class: 'button button-main', href: '#/join' }, t('action.join')),
    h('a', { class: 'button', href: '#/found' }, icon('plus'), t('action.found')));
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('h1', {}, t('title.networks')), actions),
    list.length === 0 ? emptyState('networks', t('network.none'), t('network.none.how'))
      : h('ul', { class: 'tiles' }, list.map(tile)));
}
