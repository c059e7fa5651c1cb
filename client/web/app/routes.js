// SPDX-License-Identifier: MPL-2.0
// Every view of the page: PATH as its address, the least role, the place in the navigation it belongs to.
// Tests walk this table; @sample says how to fill an address that has parts.
import { find } from '../views/find.js';
import { missing } from '../views/missing.js';
import { network } from '../views/network.js';
import { networks } from '../views/networks.js';
import { record } from '../views/record.js';
import { signInView } from '../views/sign_in.js';
import { status } from '../views/status.js';

const route = (name, path, view, more = {}) => ({ name, path: path.split('/').filter((part) => part !== ''), view, role: 'read', ...more });

export const routes = [
  route('find', '/', find),
  route('record', '/record/{net}/{author}/{seq}', record, { section: 'find' }),
  route('networks', '/networks', networks),
  route('network', '/network/{net}', network, { section: 'networks' }),
  route('status', '/status', status),
  route('signin', '/sign-in/{token}', signInView, { role: 'none' }),
  route('missing', '/missing', missing, { role: 'none' }),
];

export const navigation = [
  { name: 'find', href: '#/', icon: 'find', role: 'read' },
  { name: 'networks', href: '#/networks', icon: 'networks', role: 'read' },
  { name: 'status', href: '#/status', icon: 'status', role: 'read' },
];
