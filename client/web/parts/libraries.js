// SPDX-License-Identifier: MPL-2.0
// What small libraries do better, where they were built in (PLN_WEB_LIBS): Markdown made safe, codes to
// scan. They are files of this daemon; without them the page shows plain text and no code.
import { useMarkdown } from './prose.js';
import { useQr } from './qr.js';

const TAGS = ['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em', 'strong', 'del', 'a',
  'table', 'thead', 'tbody', 'tr', 'th', 'td'];
const LEADS_OUT = /^(?:https?|mailto):/i;

/** Headings of a record's text stand below the page's own two levels. */
const lower = (token) => {
  if (token.type === 'heading') token.depth = Math.min(6, token.depth + 2);
};

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]);

/** HTML in a record is shown as it stands: nothing of a text vanishes, and none of it becomes more than text. */
const html = ({ text, block }) => (block ? `<p>${escaped(text.trim())}</p>` : escaped(text));

function markdownBy({ marked }, purify) {
  marked.use({ gfm: true, breaks: false, walkTokens: lower, renderer: { html } });
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName !== 'A') return;
    const address = node.getAttribute('href') ?? '';
    if (!LEADS_OUT.test(address)) return node.removeAttribute('href');
    node.setAttribute('rel', 'noopener noreferrer');
    // On paper an address that its words do not say stands behind them.
    if (node.textContent !== address) node.dataset.address = address;
    return undefined;
  });
  return (text) => purify.sanitize(marked.parse(text), {
    ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ['href', 'start'], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true,
  });
}

function codesBy(qrcode) {
  return (text) => {
    const code = qrcode(0, 'M');
    code.addData(text);
    code.make();
    return { size: code.getModuleCount(), dark: (x, y) => code.isDark(y, x) };
  };
}

/** Resolves when what is there is in use; @names are the files that the index says there are. */
export async function useLibraries(names) {
  const load = (name) => import(new URL(`../lib/${name}`, import.meta.url).href);
  if (names.includes('marked.js') && names.includes('purify.js')) {
    const [marked, purify] = await Promise.all([load('marked.js'), load('purify.js')]);
    useMarkdown(markdownBy(marked, purify.default));
  }
  if (names.includes('qrcode.js')) useQr(codesBy((await load('qrcode.js')).default));
}
