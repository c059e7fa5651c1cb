// SPDX-License-Identifier: MPL-2.0
// Elements out of words. Texts become text nodes and nothing else: no string ever becomes HTML here.

const SVG = 'http://www.w3.org/2000/svg';

/** Controls, which a peer may put into a name: each as its sign, as on a terminal. */
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;
const sign = (control) => (control < ' ' ? String.fromCharCode(0x2400 + control.charCodeAt(0)) : control === '\u007F' ? '\u2421' : '\uFFFD');
const signed = (text) => String(text).replace(CONTROLS, sign);

function set(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'value' || name === 'checked' || name === 'selected' || name === 'indeterminate') {
    element[name] = value;
  } else element.setAttribute(name, value === true ? '' : signed(value));
}

function add(element, child) {
  if (child === undefined || child === null || child === false || child === '') return;
  if (Array.isArray(child)) child.forEach((one) => add(element, one));
  else element.append(child instanceof Node ? child : document.createTextNode(signed(child)));
}

function build(element, attributes, children) {
  // A select knows its value only once its options are there.
  const { value, ...others } = attributes ?? {};
  for (const [name, given] of Object.entries(others)) set(element, name, given);
  children.forEach((child) => add(element, child));
  set(element, 'value', value);
  return element;
}

/** h('p', {class: 'lead', onclick}, 'text', element, [more]): an element; null and false are left out. */
export function h(tag, attributes, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

const REACHED = 'a[href], button, input, select, textarea, summary';

/** Everything in @element gives way to @children; the keyboard, if it was there, stays as near as can be. */
export function fill(element, ...children) {
  const at = [...element.querySelectorAll(REACHED)].indexOf(document.activeElement);
  element.replaceChildren();
  children.forEach((child) => add(element, child));
  const left = at < 0 ? [] : element.querySelectorAll(REACHED);
  if (left.length > 0) left[Math.min(at, left.length - 1)].focus({ preventScroll: true });
  return element;
}

let last = 0;
/** An id for a label and what it labels. */
export function newId(word) {
  last += 1;
  return `${word}-${last}`;
}

/** Calls @work when nothing more came for @ms. */
export function later(work, ms) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), ms);
  };
}
