// SPDX-License-Identifier: MPL-2.0
// Moments, numbers and names as the reader writes them: own language, own time zone.
import { t } from './text.js';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const whole = new Intl.NumberFormat();
const near = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const steps = [
  ['year', 31536000], ['month', 2592000], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60],
];

const parsed = (text) => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
};

export const date = (text) => (parsed(text) ? day.format(parsed(text)) : text);
export const dateTime = (text) => (parsed(text) ? moment.format(parsed(text)) : text);
export const number = (value) => whole.format(value);

/** "3 minutes ago", as seen from @now. */
export function ago(text, now = Date.now()) {
  const then = parsed(text);
  if (!then) return text;
  const seconds = (then.getTime() - now) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return near.format(Math.round(seconds / size), unit);
  }
  return t('time.now');
}

/** "3 minutes": for how long since then; null for less than a minute. */
export function span(text, now = Date.now()) {
  const then = parsed(text);
  const seconds = then ? (now - then.getTime()) / 1000 : 0;
  const step = steps.find(([, size]) => seconds >= size);
  return step ? new Intl.NumberFormat(undefined, { style: 'unit', unit: step[0], unitDisplay: 'long' }).format(Math.floor(seconds / step[1])) : null;
}

export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(size) : decimal.format(size)} ${units[unit]}`;
}

/** The part of a did that people compare. */
export const shortId = (did) => {
  const key = did.replace(/^did:key:/, '');
  return key.length > 14 ? `${key.slice(0, 8)}…${key.slice(-4)}` : key;
};

/** "A, B and C" in the reader's language. */
export const list = (words) => new Intl.ListFormat(undefined, { type: 'conjunction' }).format(words);
