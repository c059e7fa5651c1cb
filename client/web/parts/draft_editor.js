// SPDX-License-Identifier: MPL-2.0
// Writing a record: the form, what is wrong with it as it is typed, how it will look, and its way out.
import { get, post } from '../app/api.js';
import { fill, h, later } from '../app/dom.js';
import { keeper } from '../app/keeper.js';
import { idOf, knownRecord, recordHref, titleOf } from '../app/records.js';
import { go, href } from '../app/router.js';
import { current, may } from '../app/session.js';
import { t } from '../app/text.js';
import { factList, sections } from './document.js';
import { recordForm } from './form.js';
import { icon } from './icon.js';
import { privacyGuard } from './privacy.js';
import { problemLine, sentenceOf } from './state.js';
import { say } from './toast.js';

const CHECK_MS = 400;
const KEEP_MS = 900;

function originLine(draft, all) {
  const id = draft.adapts ?? draft.replaces;
  if (!id) return null;
  const link = h('a', { href: recordHref(idOf(id, draft.network)), dir: 'auto' }, t('record.open'));
  knownRecord(idOf(id, draft.network)).then((record) => record && (link.textContent = titleOf(record, all)));
  return h('p', { class: 'notice notice-plain' }, icon('branch'), h('span', {}, t(draft.adapts ? 'draft.adapts' : 'draft.replaces'), ' ', link));
}

function networkChoice(networks, draft, changed) {
  if (networks.length < 2) return null;
  return h('div', { class: 'field' }, h('label', { for: 'draft-network' }, t('draft.network')),
    h('p', { class: 'help' }, t('draft.network.help')),
    h('select', { id: 'draft-network', value: draft.network, onchange: (event) => {
      draft.network = event.target.value;
      changed('network');
    } }, networks.map((network) => h('option', { value: network.id }, network.name))));
}

function preview(kind, values, draft, all) {
  const record = { kind: kind.name, fields: values, network: draft.network };
  const view = { network: draft.network, lang: values.lang, kinds: all };
  const facts = factList(record, kind, view);
  return h('article', { class: 'document' },
    h('header', { class: 'document-head' }, h('p', { class: 'card-kind' }, kind.label), h('h2', { class: 'preview-title', dir: 'auto' }, titleOf(record, all))),
    h('div', { class: 'document-main' }, sections(record, kind, view), facts));
}

/** Two ways to look at the draft; the buttons say which is on. */
function faces(form, drawPreview) {
  const shown = h('div', { class: 'preview', hidden: true });
  const write = h('button', { type: 'button', class: 'tab', 'aria-pressed': 'true' }, icon('write'), t('draft.write'));
  const look = h('button', { type: 'button', class: 'tab', 'aria-pressed': 'false' }, icon('find'), t('draft.preview'));
  const turn = (previewing) => {
    shown.hidden = !previewing;
    form.hidden = previewing;
    write.setAttribute('aria-pressed', String(!previewing));
    look.setAttribute('aria-pressed', String(previewing));
    if (previewing) fill(shown, drawPreview());
  };
  write.addEventListener('click', () => turn(false));
  look.addEventListener('click', () => turn(true));
  return { tabs: h('div', { class: 'tabs', role: 'group', 'aria-label': t('draft.faces') }, write, look), shown, write: () => turn(false) };
}

/** Two wrote in one draft: whoever saved first is in the daemon, and neither is thrown away unasked. */
function clash(draft, keep) {
  const theirs = h('button', { type: 'button', class: 'button', onclick: () => {
    keep.drop();
    go(href('draft', draft.id));
  } }, t('draft.clash.theirs'));
  const mine = h('button', { type: 'button', class: 'button', onclick: async () => {
    const now = await get(`/drafts/${draft.id}`).catch(() => draft);
    draft.revision = now.revision;
    keep.keep().catch(() => null);
  } }, t('draft.clash.mine'));
  return h('div', { class: 'notice notice-bad', role: 'alert' }, icon('alert'), h('div', { class: 'stack-small' }, h('p', {}, t('draft.clash')), h('div', { class: 'row' }, mine, theirs)));
}

/** Where it stands, once it is in the daemon: one that waited and is changed waits no more. */
function stateLine(state, problem, draft, waited) {
  if (problem?.offline) return t('draft.away');
  if (problem) return sentenceOf(problem);
  if (state === 'saved' && waited && draft.state === 'open') return t('draft.saved.unasked');
  return t(`draft.${state}`);
}

function sendBack(draft, settled) {
  const box = h('textarea', { id: 'return-comment', rows: 3, required: true });
  const refused = h('div', {});
  return h('details', { class: 'more' }, h('summary', {}, t('draft.return')),
    h('form', { class: 'form-fields', onsubmit: async (event) => {
      event.preventDefault();
      try {
        await settled();
        await post(`/drafts/${draft.id}/return`, { comment: box.value });
        say(t('draft.returned.done'));
        go('#/drafts');
      } catch (problem) {
        fill(refused, problemLine(problem));
      }
    } }, h('div', { class: 'field' }, h('label', { for: 'return-comment' }, t('draft.return.comment')), box), refused,
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'button' }, t('draft.return.do')))));
}

/** What can become of it here: another's draft is decided on once it was handed in, and by a manager handed in. */
function steps(draft) {
  const foreign = Boolean(draft.id) && draft.mine === false;
  const decided = !foreign || draft.state === 'waiting';
  return {
    foreign,
    publish: may('publish') && decided,
    submit: foreign ? !decided && may('manage') : !may('publish'),
    sendBack: foreign && decided && may('publish'),
  };
}

export function draftEditor({ draft, kind, all, networks, view }) {
  const values = draft.fields;
  const touched = new Set();
  const shownView = { network: draft.network, lang: values.lang, kinds: all };
  const saved = h('p', { class: 'small quiet', role: 'status' }, t(draft.id ? 'draft.saved' : 'draft.new'));
  const refused = h('div', {});
  const others = h('div', {});
  const clashed = h('div', {});
  const waited = draft.state === 'waiting';

  const keep = keeper(draft, {
    read: () => ({ kind: kind.name, network: draft.network, fields: values }),
    made: () => view.shown() && history.replaceState(null, '', href('draft', draft.id)),
    told: (state, problem) => {
      const stale = problem?.status === 409 && draft.id;
      fill(saved, stale ? t('draft.failed') : stateLine(state, problem, draft, waited));
      fill(clashed, stale && clash(draft, keep));
    },
  });
  // Nothing is kept any more once the draft has gone its way.
  const keepLater = later(() => touched.size > 0 && keep.keep().catch(() => null), KEEP_MS);
  view.onLeave(() => touched.size > 0 && keep.settled().catch(() => null));

  async function check(everything = false) {
    const answer = await post('/check', { kind: kind.name, network: draft.network, fields: values });
    const rest = form.show(answer.problems, everything ? {} : { touched });
    fill(others, rest.map((problem) => h('p', { class: 'wrong' }, problem.sentence)));
    guard.show(answer.findings);
    return answer;
  }
  const checkLater = later(() => check().catch(() => null), CHECK_MS);
  function changed(name) {
    touched.add(name);
    keep.touch();
    checkLater();
    keepLater();
  }

  const form = recordForm({ kind, values, view: shownView, changed });
  const guard = privacyGuard(form.labelOf);
  const written = h('div', { class: 'form-fields' }, networkChoice(networks, draft, changed), form.element, others);
  const face = faces(written, () => preview(kind, values, draft, all));

  /** Nothing leaves with something wrong in it; what is wrong gets the keyboard. */
  async function ready(asked) {
    const { problems } = await check(true);
    if (problems.length > 0) {
      face.write();
      form.focusWrong();
      fill(refused, h('p', { class: 'notice notice-bad', role: 'alert' }, icon('alert'), h('span', {}, t('draft.wrong', { count: problems.length }))));
      return false;
    }
    if (asked && guard.needed()) {
      guard.focus();
      fill(refused, h('p', { class: 'notice notice-bad', role: 'alert' }, icon('alert'), h('span', {}, t('guard.needed'))));
      return false;
    }
    fill(refused);
    return true;
  }

  async function act(button, work) {
    button.disabled = true;
    try {
      await work();
    } catch (problem) {
      fill(refused, problemLine(problem));
    }
    button.disabled = false;
  }
  /** It went its way: nothing of it is kept any more. */
  const gone = () => {
    touched.clear();
    keep.drop();
  };
  const publish = (event) => act(event.currentTarget, async () => {
    if (!await ready(true)) return;
    await (draft.id ? keep.settled() : keep.keep());
    const { id } = await post(`/drafts/${draft.id}/publish`, { revision: draft.revision, ...(guard.confirmed() && { confirm_no_student_data: true }) });
    gone();
    say(t('draft.published'));
    go(recordHref(id), { replace: true });
  });
  const submit = (event) => act(event.currentTarget, async () => {
    if (!await ready(false)) return;
    await (draft.id ? keep.settled() : keep.keep());
    await post(`/drafts/${draft.id}/submit`);
    gone();
    say(t('draft.submitted'));
    go('#/drafts', { replace: true });
  });

  const { foreign, ...offered } = steps(draft);
  return h('div', { class: 'editor' },
    h('header', { class: 'head' }, h('div', {}, h('p', { class: 'card-kind' }, t(draft.adapts ? 'draft.title.adapt' : draft.replaces ? 'draft.title.revise' : 'draft.title')),
      h('h1', {}, kind.label), h('p', { class: 'quiet' }, kind.help)), face.tabs),
    foreign && h('p', { class: 'notice notice-plain' }, icon('people'), h('span', {}, t(draft.state === 'waiting' ? 'draft.by' : 'draft.by.open', { name: draft.writer || t('draft.somebody') }))),
    draft.state === 'returned' && draft.comment && h('p', { class: 'notice' }, icon('comment'), h('span', {}, t('draft.returned'), ' ', h('q', { dir: 'auto' }, draft.comment))),
    originLine(draft, all), written, face.shown, guard.element, clashed, refused,
    h('footer', { class: 'editor-foot' }, saved, h('div', { class: 'row' },
      offered.submit && h('button', { type: 'button', class: foreign ? 'button' : 'button button-main', onclick: submit }, t(foreign ? 'draft.submit.for' : 'draft.submit')),
      offered.publish && h('button', { type: 'button', class: 'button button-main', onclick: publish }, t('draft.publish')))),
    offered.sendBack && sendBack(draft, keep.settled),
    offered.submit && !foreign && h('p', { class: 'quiet small' }, t('draft.approval', { name: current().name || t('draft.you') })));
}

/** Networks that this node may publish in. */
export async function writable() {
  const { networks } = await get('/networks');
  return networks.filter((network) => !network.left && !network.revoked && network.role !== 'reader');
}
