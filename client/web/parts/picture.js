// SPDX-License-Identifier: MPL-2.0
// The network as this node sees it: itself in the middle, members around, a line to whom it talks with.
// The table of members beside it says the same in words, so the picture is one image with a name.
import { svg } from '../app/dom.js';
import { t } from '../app/text.js';
import { standing } from './member_table.js';

/** On a phone the picture is tall, so that names stay as large as other text. */
const narrow = () => matchMedia('(max-width: 44rem)').matches;
const SHOWN_MAX = 36;

const short = (text) => (text.length > 22 ? `${text.slice(0, 20)}…` : text);

/** Few members need no large picture. */
function frameFor(count) {
  if (narrow()) return { width: 320, height: count < 3 ? 300 : 480 };
  return { width: 720, height: count < 3 ? 180 : count < 7 ? 320 : 440 };
}

function spot(index, count, { width, height }) {
  // Few stand left and right, where their names have room.
  const angle = (index / count) * 2 * Math.PI + (count < 3 && width > height ? Math.PI : -Math.PI / 2);
  // Two rings where one would be crowded.
  const ring = count > 14 && index % 2 === 1 ? 0.68 : 1;
  return { x: width / 2 + Math.cos(angle) * (width / 2 - (width > height ? 105 : 80)) * ring, y: height / 2 + Math.sin(angle) * (height / 2 - 52) * ring };
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
  const frame = frameFor(others.length);
  const middle = { x: frame.width / 2, y: frame.height / 2 };
  const spots = others.map((member, index) => ({ member, at: spot(index, others.length, frame) }));
  const connected = others.filter((member) => member.connected).length;
  return svg('svg', { class: 'picture', viewBox: `0 0 ${frame.width} ${frame.height}`, role: 'img',
    'aria-label': t('picture.label', { count: others.length, connected }) },
  spots.map(({ member, at }) => svg('line', { class: `wire wire-${standing(member).kind}`, x1: middle.x, y1: middle.y, x2: at.x, y2: at.y })),
  spots.map(({ member, at }) => node(member, at, false)),
  self && node(self, middle, true));
}
