// SPDX-License-Identifier: MPL-2.0
// A draft in the daemon, kept while it is written: one save after the other, the last state wins.
import { post, put } from './api.js';

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
        told('failed', problem);
        throw problem;
      }
    }
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
  return { keep, settled: () => (dirty || running ? keep() : Promise.resolve()) };
}
