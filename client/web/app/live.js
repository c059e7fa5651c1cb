// SPDX-License-Identifier: MPL-2.0
// What happens at the node, as it happens: server-sent events, taken up again by the browser itself.
import { onReach } from './api.js';

const EVENTS = ['arrival', 'state', 'progress', 'drafts', 'reset'];
const listeners = Object.fromEntries([...EVENTS, 'reach', 'broken'].map((name) => [name, new Set()]));
let source = null;
let told = ''; // the id of the last event: another stream goes on behind it
let reached = true;
let retry = 0;

/** Hear of one of EVENTS, of 'reach': is the daemon there? or of 'broken': the stream ended, and the daemon is there: it may know this browser no more. Returns what ends that. */
export function on(name, listener) {
  listeners[name].add(listener);
  return () => listeners[name].delete(listener);
}

const tell = (name, data) => listeners[name].forEach((listener) => listener(data));

function setReached(now) {
  if (now === reached) return;
  reached = now;
  tell('reach', reached);
}

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

function again() {
  clearTimeout(retry);
  retry = setTimeout(begin, 2000);
}

/**
 * Open the stream, or open it anew: after signing in it may show more. Not while nobody looks at the
 * page: a browser has six connections to a site for all of its windows.
 */
export function begin() {
  end();
  if (document.hidden) return;
  source = new EventSource(`/api/v1/events${told && `?after=${encodeURIComponent(told)}`}`);
  source.onopen = () => setReached(true);
  source.onerror = () => {
    // A closed stream is not taken up again by the browser: the daemon said no, or is away.
    if (source.readyState === EventSource.CLOSED) again();
    probe().then(() => reached && tell('broken'));
  };
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      told = event.lastEventId || told;
      tell(name, parse(event.data));
    });
  }
}

export function end() {
  source?.close();
  source = null;
  clearTimeout(retry);
}

async function probe() {
  try {
    setReached((await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(5000) })).ok);
  } catch {
    setReached(false);
  }
}

onReach(setReached);
document.addEventListener('visibilitychange', () => (document.hidden ? end() : begin()));
