// SPDX-License-Identifier: MPL-2.0
// The daemon's HTTP API, as every client of it uses it. What goes wrong becomes a Problem.

export const ROOT = '/api/v1';
const PATIENCE_MS = 35000;

/** Why a call did not do what it should: a sentence with the remedy, and where it belongs. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? '');
    this.status = status;
    this.reason = body.reason ?? '';
    this.field = body.field ?? '';
    this.remedy = body.remedy ?? '';
    this.body = body;
  }

  get offline() {
    return this.status === 0;
  }

  get signedOut() {
    return this.status === 401;
  }
}

const listeners = new Set();
/** Hears true or false: did the daemon answer the last call? */
export const onReach = (listener) => listeners.add(listener);
const tell = (reached) => listeners.forEach((listener) => listener(reached));

async function problemOf(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    body = { detail: `${response.status} ${response.statusText}` };
  }
  return new Problem(response.status, body);
}

async function send(method, path, body, options = {}) {
  const limit = AbortSignal.timeout(options.patience ?? PATIENCE_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const request = { method, signal, headers: {}, credentials: 'same-origin' };
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(ROOT + path, request);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    tell(false);
    throw new Problem(0, { reason: 'offline', detail: '' });
  }
  tell(true);
  if (!response.ok) throw await problemOf(response);
  return response;
}

const json = async (response) => (response.status === 204 ? null : response.json());

export const get = async (path, options) => json(await send('GET', path, undefined, options));
export const post = async (path, body = {}, options) => json(await send('POST', path, body, options));
export const put = async (path, body = {}, options) => json(await send('PUT', path, body, options));
export const remove = async (path, options) => json(await send('DELETE', path, undefined, options));

/** A call whose answer is one JSON value a line; @each hears them as they come. */
export async function stream(path, body, each, options = {}) {
  const response = await send('POST', path, body, { patience: 3600000, ...options });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (held + value).split('\n');
    held = lines.pop();
    lines.filter((line) => line.trim() !== '').forEach((line) => each(JSON.parse(line)));
  }
}

/** "?a=b&c=d" of what has a value. */
export function query(parts) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) {
    if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) {
      params.set(name, Array.isArray(value) ? value.join(',') : value);
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
