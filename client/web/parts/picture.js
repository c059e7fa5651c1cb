// SPDX-License-Identifier: MPL-2.0
// The network as this node sees it: itself in the middle, members around, a line to whom it talks with.
// The table of members beside it says the same in words, so the picture is one image with a name.
import { svg } from '../app/dom.js';
import { t } from '../app/text.js';
import { standing } from './member_table.js';

const WIDTH = 720;
const SHOWN_MAX = 36;

const short = (text) => (text.length > 22 ? `${text.slice(0, 20)}…` : text);

/** Few members need no tall picture. */
const heightFor = (count) => (count < 3 ? 180 : count < 7 ? 320 : 440);

function spot(index, count, height) {
  // Few stand left and right, where their names have room.
  const angle = (index / count) * 2 * Math.PI + (count < 3 ? Math.PI : -Math.PI / 2);
  // Two rings where one would be crowded.
  const ring = count > 14 && index % 2 === 1 ? 0.68 : 1;
  return { x: WIDTH / 2 + Math.cos(angle) * (WIDTH / 2 - 105) * ring, y: height / 2 + Math.sin(angle) * (height / 2 - 52) * ring };
}

function node(member, { x, y }, big) {
  const { kind } = standing(member);
  return svg('g', { class: `node node-${kind}` },
    svg('circle', { cx: x, cy: y, r: big ? 17 : 11 }),
    svg('text', { x, y: y + (big ? 38 : 30), 'text-anchor': 'middle', class: 'node-name' }, short(member.name ?? t('member.unnamed'))));
}

export function picture(members) {
  const self = members.find((member) => member.self);
  const others = members.filter((member) => !member.self && !member.left).slice(0, SHOWN_MAX);
  const height = heightFor(others.length);
  const middle = { x: WIDTH / 2, y: height / 2 };
  const spots = others.map((member, index) => ({ member, at: spot(index, others.length, height) }));
  const connected = others.filter((member) => member.connected).length;
  return svg('svg', { class: 'picture', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img',
    'aria-label': t('picture.label', { count: others.length, connected }) },
  spots.map(({ member, at }) => svg('line', { class: `wire wire-${standing(member).kind}`, x1: middle.x, y1: middle.y, x2: at.x, y2: at.y })),
  spots.map(({ member, at }) => node(member, at, false)),
  self && node(self, middle, true));
}
