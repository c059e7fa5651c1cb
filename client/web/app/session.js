// SPDX-License-Identifier: MPL-2.0
// Who sits here, and what they may. The daemon decides again at every call; this only hides what would be refused.
import { get, post, Problem } from './api.js';

const ranks = ['none', 'read', 'draft', 'publish', 'manage'];
let session = { role: 'none', name: '', via: '' };
const listeners = new Set();

export const current = () => session;
export const onSession = (listener) => listeners.add(listener);
export const may = (role) => ranks.indexOf(session.role) >= ranks.indexOf(role);

function adopt(next) {
  session = next;
  listeners.forEach((listener) => listener(session));
  return session;
}

/** Ask the daemon who this is. */
export async function load() {
  try {
    return adopt({ name: '', via: '', ...await get('/session') });
  } catch (problem) {
    if (problem instanceof Problem && !problem.offline) return adopt({ role: 'none', name: '', via: '' });
    throw problem;
  }
}

/** A one-time link becomes a session. */
export async function signIn(token) {
  await post('/session', { token });
  return load();
}

export async function signOut() {
  await post('/session/end');
  return load();
}
