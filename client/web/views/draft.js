// SPDX-License-Identifier: MPL-2.0
// A draft that the daemon keeps, one's own or one that waits for approval.
import { get } from '../app/api.js';
import { kinds } from '../app/kinds.js';
import { titleOf } from '../app/records.js';
import { draftEditor, writable } from '../parts/draft_editor.js';

export async function draft(view) {
  const [all, networks, found] = await Promise.all([kinds(), writable(), get(`/drafts/${encodeURIComponent(view.given.draft)}`)]);
  view.title(titleOf(found, all));
  return draftEditor({ draft: found, kind: all.get(found.kind), all, networks, view });
}
