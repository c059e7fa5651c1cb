// SPDX-License-Identifier: MPL-2.0
// Every view of the page: PATH as its address, the least role, the place in the navigation it belongs to.
// Tests walk this table; @sample says how to fill an address that has parts.
import { draft } from '../views/draft.js';
import { drafts } from '../views/drafts.js';
import { find } from '../views/find.js';
import { found } from '../views/found.js';
import { invite } from '../views/invite.js';
import { join } from '../views/join.js';
import { missing } from '../views/missing.js';
import { network } from '../views/network.js';
import { networks } from '../views/networks.js';
import { people } from '../views/people.js';
import { record } from '../views/record.js';
import { signInView } from '../views/sign_in.js';
import { status } from '../views/status.js';
import { write, writeKind } from '../views/write.js';

const route = (name, path, view, more = {}) => ({ name, path: path.split('/').filter((part) => part !== ''), view, role: 'read', ...more });

export const routes = [
  route('find', '/', find),
  route('record', '/record/{net}/{author}/{seq}', record, { section: 'find' }),
  route('write', '/write', write, { role: 'draft' }),
  route('form', '/write/{kind}', writeKind, { role: 'draft', section: 'write' }),
  route('drafts', '/drafts', drafts, { role: 'draft' }),
  route('draft', '/draft/{draft}', draft, { role: 'draft', section: 'drafts' }),
  route('networks', '/networks', networks),
  route('network', '/network/{net}', network, { section: 'networks' }),
  route('join', '/join', join, { role: 'manage', section: 'networks' }),
  route('found', '/found', found, { role: 'manage', section: 'networks' }),
  route('invite', '/invite/{net}', invite, { role: 'manage', section: 'networks' }),
  route('people', '/people', people, { role: 'manage' }),
  route('status', '/status', status),
  route('signin', '/sign-in/{token}', signInView, { role: 'none' }),
  route('missing', '/missing', missing, { role: 'none' }),
];

export const navigation = [
  { name: 'find', href: '#/', icon: 'find', role: 'read' },
  { name: 'write', href: '#/write', icon: 'write', role: 'draft' },
  { name: 'drafts', href: '#/drafts', icon: 'drafts', role: 'draft' },
  { name: 'networks', href: '#/networks', icon: 'networks', role: 'read' },
  { name: 'people', href: '#/people', icon: 'people', role: 'manage' },
  { name: 'status', href: '#/status', icon: 'status', role: 'read' },
];
