// SPDX-License-Identifier: MPL-2.0
// What stands on the pages of a PDF that Chromium printed, and where: enough of the format for that.
import { inflateSync } from 'node:zlib';

const IDENTITY = [1, 0, 0, 1, 0, 0];
const times = (m, n) => [m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3], m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3],
  m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5]];

/** Object number to {dict, stream}. */
function objectsOf(file) {
  const text = file.toString('latin1');
  const made = new Map();
  for (const found of text.matchAll(/(\d+) 0 obj\b([\s\S]*?)endobj/g)) {
    const [, number, body] = found;
    const at = body.search(/stream\r?\n/);
    const dict = at < 0 ? body : body.slice(0, at);
    let stream = at < 0 ? null : Buffer.from(body.slice(body.indexOf('\n', at) + 1, body.lastIndexOf('endstream')), 'latin1');
    if (stream && dict.includes('/FlateDecode')) stream = inflateSync(stream);
    made.set(number, { dict, stream });
  }
  return made;
}

const utf16 = (hex) => Buffer.from(hex, 'hex').swap16().toString('utf16le');

/** A font's glyphs as letters, and how many digits each has. */
function fontOf(cmap) {
  const letters = new Map();
  const [, first] = /begincodespacerange\s*<(\w+)>/.exec(cmap);
  for (const [, block] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, glyph, letter] of block.matchAll(/<(\w+)>\s*<(\w+)>/g)) letters.set(parseInt(glyph, 16), utf16(letter));
  }
  for (const [, block] of cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, from, to, letter] of block.matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g)) {
      for (let glyph = parseInt(from, 16); glyph <= parseInt(to, 16); glyph++) {
        letters.set(glyph, String.fromCodePoint(parseInt(letter, 16) + glyph - parseInt(from, 16)));
      }
    }
  }
  return { letters, digits: first.length };
}

function fontsOf(page, objects) {
  const resources = /\/Resources (\d+) 0 R/.exec(page.dict);
  const dict = resources ? objects.get(resources[1]).dict : page.dict;
  const fonts = new Map();
  for (const [, name, number] of (/\/Font\s*<<([\s\S]*?)>>/.exec(dict)?.[1] ?? '').matchAll(/\/(\S+) (\d+) 0 R/g)) {
    const cmap = /\/ToUnicode (\d+) 0 R/.exec(objects.get(number).dict);
    if (cmap) fonts.set(name, fontOf(objects.get(cmap[1]).stream.toString('latin1')));
  }
  return fonts;
}

const decode = (hex, font) => (hex.match(new RegExp(`.{${font?.digits ?? 4}}`, 'g')) ?? []).map((glyph) => font?.letters.get(parseInt(glyph, 16)) ?? '').join('');

/** Pieces of text as {x, y, text}, in points from the lower left corner. */
function piecesOf(content, fonts) {
  const pieces = [];
  const kept = [];
  let matrix = IDENTITY;
  let at = IDENTITY;
  let font = null;
  let last = [];
  for (const [token] of content.matchAll(/\[[^\]]*\]|<[0-9A-Fa-f]*>|\/\S+|[^\s[\]<>]+/g)) {
    if (token === 'q') kept.push(matrix);
    else if (token === 'Q') matrix = kept.pop() ?? IDENTITY;
    else if (token === 'cm') matrix = times(last.slice(-6).map(Number), matrix);
    else if (token === 'BT') at = IDENTITY;
    else if (token === 'Tm') at = last.slice(-6).map(Number);
    else if (token === 'Td') at = times([1, 0, 0, 1, ...last.slice(-2).map(Number)], at);
    else if (token === 'Tf') font = fonts.get(last[last.length - 2].slice(1));
    else if (token === 'Tj' || token === 'TJ') {
      const text = [...last[last.length - 1].matchAll(/<(\w*)>/g)].map(([, hex]) => decode(hex, font)).join('');
      const [, , , , x, y] = times(at, matrix);
      pieces.push({ x, y, text });
    }
    if (/^[\d.+-]|^[/[<]/.test(token)) last.push(token);
    else last = [];
  }
  return pieces;
}

/** Letters without blanks, which a PDF has only where a font has some. */
export const bare = (text) => text.replace(/\s+/g, '');

/** {width, height, text, pieces, links} of each page; the text is bare. */
export function pagesOf(file) {
  const objects = objectsOf(file);
  const pages = [...objects.values()].filter(({ dict }) => /\/Type\s*\/Page\b/.test(dict));
  return pages.map((page) => {
    const [width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(page.dict).slice(1).map(Number);
    const content = objects.get(/\/Contents (\d+) 0 R/.exec(page.dict)[1]).stream.toString('latin1');
    const pieces = piecesOf(content, fontsOf(page, objects));
    const annotated = [...(/\/Annots\s*\[([^\]]*)\]/.exec(page.dict)?.[1] ?? '').matchAll(/(\d+) 0 R/g)].map(([, number]) => objects.get(number).dict);
    const links = [...annotated, page.dict].flatMap((dict) => [...dict.matchAll(/\/URI \(([^)]*)\)/g)].map(([, uri]) => uri));
    return { width, height, pieces, links, text: bare(pieces.map((piece) => piece.text).join('')) };
  });
}
