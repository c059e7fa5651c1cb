// SPDX-License-Identifier: MPL-2.0
// The network as this node sees it: itself, a line to each member it is linked with, a dotted one to
// those it hears of through others, none to those that are silent. Who else is linked with whom no node
// tells. Beneath stands the same in words, which is what a screen reader reads.
import { h, svg } from '../app/dom.js';
import { ago, list, number } from '../app/format.js';
import { standing, sync, way } from '../app/standing.js';
import { isolated, t } from '../app/text.js';

const SHOWN_MAX = 36;
const NAMES_MAX = 8;
const ROW = 44;
const LINE = 17;
const WAYS = ['linked', 'heard', 'silent'];

/** On a phone it is a list with lines, so that names stay as large as other text. */
const narrow = () => matchMedia('(max-width: 44rem)').matches;
const nameOf = (member) => member.name ?? t('member.unnamed');
const short = (text, max) => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** @text in at most @most lines of @max letters, broken at a blank. */
function broken(text, max, most) {
  const blank = text.slice(0, max + 1).lastIndexOf(' ');
  if (most === 1 || text.length <= max || blank < max / 3) return [short(text, max)];
  return [text.slice(0, blank), ...broken(text.slice(blank + 1), max, most - 1)];
}

/** Around the middle; nobody stands right below it, where its own name is. */
function circle(count) {
  const width = 720;
  const height = count < 3 ? 200 : count < 7 ? 320 : 440;
  const middle = { x: width / 2, y: height / 2 };
  const begin = count === 1 ? 0 : count % 2 === 0 ? Math.PI / count - Math.PI / 2 : -Math.PI / 2;
  const spots = Array.from({ length: count }, (_, index) => {
    const angle = begin + (index / count) * 2 * Math.PI;
    // Two rings where one would be crowded.
    const ring = count > 12 && index % 2 === 1 ? 0.66 : 1;
    return { x: middle.x + Math.cos(angle) * (width / 2 - 105) * ring, y: middle.y + Math.sin(angle) * (height / 2 - 56) * ring };
  });
  return { width, height, middle, spots, line: ({ x, y }) => `M${middle.x} ${middle.y}L${x} ${y}`,
    place: ({ x, y }, big) => ({ x, y: y < middle.y - 1 ? y - 20 : y + (big ? 38 : 30), 'text-anchor': 'middle' }), room: 26, lines: count > 12 ? 1 : 2 };
}

/** One below the other, each on a branch of the same stem. */
function stem(count) {
  const middle = { x: 22, y: 24 };
  const spots = Array.from({ length: count }, (_, index) => ({ x: 62, y: middle.y + (index + 1) * ROW }));
  return { width: 320, height: middle.y * 2 + count * ROW, middle, spots,
    line: ({ x, y }) => `M${middle.x} ${middle.y}V${y - 12}Q${middle.x} ${y} ${middle.x + 12} ${y}H${x}`,
    place: ({ x, y }, big) => ({ x: x + (big ? 28 : 22), y: y + 5 }), room: 30, lines: 1 };
}

/** Beneath its node it grows down, above it up. */
function label(member, place, frame, at) {
  const lines = broken(nameOf(member), frame.room, frame.lines);
  const first = place.y < at.y ? place.y - (lines.length - 1) * LINE : place.y;
  return svg('text', { ...place, y: first, class: 'node-name' }, svg('title', {}, nameOf(member)),
    lines.map((line, index) => svg('tspan', { x: place.x, dy: index > 0 && LINE }, line)));
}

function node(member, at, frame, big) {
  return svg('g', { class: `node node-${standing(member).kind}` },
    svg('circle', { cx: at.x, cy: at.y, r: big ? 17 : 11 }),
    label(member, frame.place(at, big), frame, at));
}

const wireKind = (member, members) => ({ linked: standing(member).kind, heard: 'heard', silent: 'silent' })[way(member, members)];

function drawing(self, others, members) {
  const shown = others.slice(0, SHOWN_MAX);
  const frame = (narrow() ? stem : circle)(shown.length);
  return svg('svg', { class: 'picture', viewBox: `0 0 ${frame.width} ${frame.height}`, 'aria-hidden': 'true', focusable: 'false' },
    shown.map((member, index) => svg('path', { class: `wire wire-${wireKind(member, members)}`, d: frame.line(frame.spots[index]) })),
    shown.map((member, index) => node(member, frame.spots[index], frame, false)),
    self && node(self, frame.middle, frame, true));
}

function told(member, name) {
  const state = sync(member).word.replace(/^./, (letter) => letter.toLocaleLowerCase());
  if (name === 'linked') return t('picture.one', { name: nameOf(member), state });
  if (!member.last_heard) return isolated(nameOf(member));
  return t(name === 'heard' ? 'picture.heard' : 'picture.silent', { name: nameOf(member), state, ago: ago(member.last_heard) });
}

/** Names, and how many more there are. */
function words(members, name) {
  const some = members.slice(0, NAMES_MAX).map((member) => told(member, name));
  const rest = members.length - some.length;
  if (rest > 0) some.push(t('picture.more', { count: rest, number: number(rest) }));
  return list(some);
}

/** How each of the three ways is drawn, and who is heard by it. */
function legend(others, members) {
  const rows = WAYS.map((name) => [name, others.filter((member) => way(member, members) === name)]).filter(([, some]) => some.length > 0);
  return h('dl', { class: 'legend' }, rows.map(([name, some]) => [
    h('dt', {}, svg('svg', { class: 'legend-line', viewBox: '0 0 30 10', 'aria-hidden': 'true' },
      name === 'silent' ? svg('circle', { class: 'legend-node', cx: 15, cy: 5, r: 3.5 })
        : svg('path', { class: `wire wire-${name === 'linked' ? 'good' : name}`, d: 'M1 5H29' })), t(`picture.${name}.title`, { count: some.length, number: number(some.length) })),
    h('dd', {}, words(some, name))]));
}

export function picture(members) {
  const self = members.find((member) => member.self);
  const others = members.filter((member) => !member.self && !member.left && !member.revoked);
  if (others.length === 0) return h('p', { class: 'quiet' }, t('picture.alone'));
  others.sort((a, b) => WAYS.indexOf(way(a, members)) - WAYS.indexOf(way(b, members)) || nameOf(a).localeCompare(nameOf(b)));
  return h('figure', { class: 'picture-frame' }, drawing(self, others, members), h('figcaption', {}, legend(others, members)));
}
