// SPDX-License-Identifier: MPL-2.0
// Text of a record, set to be read. Where the Markdown library is there it is Markdown, made safe;
// else paragraphs and lists of plain text. No byte of a record becomes HTML in any other way.
import { h } from '../app/dom.js';

let markdown = null;

/** Lets markdown.js, which needs the libraries, take over. */
export function useMarkdown(render) {
  markdown = render;
}

const bullet = /^\s*(?:[-*•]|\d+[.)])\s+/;
const ordered = /^\s*\d+[.)]\s+/;

/** Lines of one block as paragraphs and lists: lines that are wrapped flow together. */
function blocks(lines) {
  const made = [];
  for (const line of lines) {
    const last = made[made.length - 1];
    if (bullet.test(line)) {
      const tag = ordered.test(line) ? 'ol' : 'ul';
      if (last?.tag === tag) last.items.push(line.replace(bullet, ''));
      else made.push({ tag, items: [line.replace(bullet, '')] });
    } else if (last?.tag && /^\s/.test(line)) {
      last.items[last.items.length - 1] += ` ${line.trim()}`;
    } else if (last && !last.tag) {
      last.text += ` ${line.trim()}`;
    } else {
      made.push({ text: line.trim() });
    }
  }
  return made;
}

const element = (block) => (block.tag ? h(block.tag, {}, block.items.map((item) => h('li', {}, item))) : h('p', {}, block.text));

export function plainProse(text) {
  const parts = text.replace(/\r\n?/g, '\n').split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return parts.flatMap((part) => blocks(part.split('\n')).map(element));
}

/** @lang, where the record says it, helps voices and hyphenation; dir=auto sets right-to-left texts right. */
export function prose(text, lang) {
  const body = markdown ? markdown(text) : plainProse(text);
  return h('div', { class: 'prose', dir: 'auto', lang: lang || undefined }, body);
}
