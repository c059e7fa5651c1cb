// SPDX-License-Identifier: MPL-2.0
// Small drawings on a grid of 24. They say nothing to a screen reader: words stand beside them.
import { svg } from '../app/dom.js';

const paths = {
  find: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.4 15.4 20 20',
  write: 'M4 20l1-4L16 5l3 3L8 19l-4 1ZM14 7l3 3',
  drafts: 'M7 3h8l4 4v14H7ZM15 3v4h4M10 12h6M10 16h4',
  networks: 'M6 6.5 12 17 18 6.5ZM6 4.4a2.1 2.1 0 1 1 0 4.2 2.1 2.1 0 0 1 0-4.2ZM18 4.4a2.1 2.1 0 1 1 0 4.2 2.1 2.1 0 0 1 0-4.2ZM12 15a2.1 2.1 0 1 1 0 4.2 2.1 2.1 0 0 1 0-4.2Z',
  people: 'M9 5a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 0 1 9 5ZM3 19c.6-3.4 2.8-5 6-5s5.400 1.600 6 5M16 5.600a3 3 0 0 1 0 5.600M17.500 14.300c2 .6 3.200 2.200 3.500 4.700',
  status: 'M3 12h4l2.500-6 4.500 12 2.500-6H21',
  print: 'M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7Z',
  download: 'M12 4v10M7.500 10 12 14.500 16.500 10M4.500 19h15',
  copy: 'M9 9h10v11H9ZM5 15V4h10',
  check: 'M5 12.500 10 17.500 19 7',
  alert: 'M12 4 21 20H3ZM12 10v4M12 16.900v.2',
  offline: 'M4 4l16 16M8.500 12.500a5 5 0 0 1 5.600-1M5 9a10 10 0 0 1 4-2.300M13 6.100A10 10 0 0 1 19 9M12 18v.1',
  lock: 'M6 11h12v9H6ZM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z',
  branch: 'M7 4v16M7 10c6 0 10 1 10 6v4',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  up: 'M12 19V6M6 12l6-6 6 6',
  down: 'M12 5v13M6 12l6 6 6-6',
  comment: 'M4 5h16v11H10l-4 4v-4H4Z',
  lesson: 'M9 18h6M10 21h4M12 3a6 6 0 0 1 3.500 10.900c-.5.4-.5 1.100-.5 2.100H9c0-1 0-1.700-.5-2.100A6 6 0 0 1 12 3Z',
  seal: 'M12 3l2.300 1.700 2.900-.1.8 2.800 2.400 1.600-1 2.700 1 2.700-2.400 1.600-.8 2.800-2.900-.1L12 20.400l-2.300-1.700-2.900.1-.8-2.800L3.600 14.400l1-2.700-1-2.700L6 7.400l.8-2.800 2.900.1ZM8.500 11.800l2.500 2.500 4.500-4.700',
};

export function icon(name, kind = '') {
  return svg('svg', { class: `icon ${kind}`.trim(), viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: paths[name] ?? paths.alert }));
}
