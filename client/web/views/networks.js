// SPDX-License-Identifier: MPL-2.0
// The networks this district is in.
import { get } from '../app/api.js';
import { h } from '../app/dom.js';
import { bytes, number } from '../app/format.js';
import { href } from '../app/router.js';
import { may } from '../app/session.js';
import { membership } from '../app/standing.js';
import { t } from '../app/text.js';
import { keepsApart } from '../parts/apart_table.js';
import { icon } from '../parts/icon.js';
import { emptyState } from '../parts/state.js';

/** @namesakes: names that more than one network here has; their ids tell them apart. */
const tile = (network, namesakes) => h('li', { class: 'tile' },
  h('h2', { dir: 'auto' }, h('a', { href: href('network', network.id) }, network.name)),
  h('p', {}, h('span', { class: 'badge' }, membership(network)),
    network.outdated && [' ', h('span', { class: 'badge' }, t('network.outdated'))],
    keepsApart(network) && [' ', h('span', { class: 'badge' }, t('network.apart'))]),
  namesakes.has(network.name) && h('p', { class: 'small quiet' }, h('code', { title: network.id }, network.id.slice(0, 12))),
  h('p', { class: 'quiet' }, t('network.sum', {
    members: t('network.members', { count: network.members, number: number(network.members) }),
    records: t('network.records', { count: network.records, number: number(network.records) }),
    bytes: bytes(network.bytes),
  })));

const namesakes = (list) => new Set(list.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index));

export async function networks(view) {
  const { networks: list } = await get('/networks');
  view.live('state', view.again);
  const actions = may('manage') && h('div', { class: 'row' },
    h('a', { class: 'button button-main', href: '#/join' }, t('action.join')),
    h('a', { class: 'button', href: '#/found' }, icon('plus'), t('action.found')));
  return h('div', { class: 'stack' },
    h('header', { class: 'head' }, h('h1', {}, t('title.networks')), actions),
    list.length === 0 ? emptyState('networks', t('network.none'), t('network.none.how'))
      : h('ul', { class: 'tiles' }, list.map((network) => tile(network, namesakes(list)))));
}
