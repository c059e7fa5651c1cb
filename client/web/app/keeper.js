// SPDX-License-Identifier: MPL-2.0
// A draft in the daemon, kept while it is written: one save after the other, the last state wins.
// What could not be saved because the daemon was away is saved when it is back, even if the form was left.
import { post, put } from './api.js';
import { on } from './live.js';

const unsaved = new Set();
addEventListener('beforeunload', (event) => unsaved.size > 0 && event.preventDefault());
on('reach', (reached) => reached && unsaved.forEach((keep) => keep().catch(() => null)));

/** @draft may have no id yet: the first save makes it. @told(state, problem): 'saving', 'saved', 'failed'. */
export function keeper(draft, { read, told, made }) {
  let running = null;
  let dirty = false;

  async function save() {
    const { kind, network, fields } = read();
    if (draft.id) {
      const next = await put(`/drafts/${draft.id}`, { revision: draft.revision, network, fields });
      draft.revision = next.revision;
      draft.state = next.state;
      return;
    }
    const origin = draft.adapts ? { adapts: draft.adapts } : draft.replaces ? { replaces: draft.replaces } : {};
    Object.assign(draft, await post('/drafts', { kind, network, fields, ...origin }));
    made(draft);
  }

  async function run() {
    told('saving');
    while (dirty) {
      dirty = false;
      try {
        await save();
      } catch (problem) {
        dirty = true;
        unsaved.add(keep);
        told('failed', problem);
        throw problem;
      }
    }
    unsaved.delete(keep);
    told('saved');
  }

  /** Resolves when what is typed until now is in the daemon. */
  function keep() {
    dirty = true;
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }
  return {
    keep,
    /** Something was typed that no save has seen. */
    touch: () => {
      dirty = true;
    },
    settled: () => (dirty || running ? keep() : Promise.resolve()),
    /** What is not saved needs not be: it went its way, or is given up. */
    drop: () => {
      dirty = false;
      unsaved.delete(keep);
    },
  };
}
