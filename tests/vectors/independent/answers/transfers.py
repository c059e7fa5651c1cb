# SPDX-License-Identifier: MPL-2.0
"""transfer.json: the record, and who is root by a set of statements, on branches too."""

import random

from .. import access, control
from .members import CUT, _control_ops
from .ops import op

_control_ops("transfer", control.TRANSFER, (
    ("generation", "generation", int, None), ("successor", "successor", bytes, None),
    ("cuts", "cuts", [CUT], [])))


def succession(network, statements):
    fold = access.Fold(network, statements)
    members = [{"node": node, "term": m["term"], "role": m["role"], "label": m["label"] or ""}
               for node, m in sorted(fold.members().items())]
    return {"root": fold.root, "generation": max(len(fold.reigns) - 1, 0),
            "title": fold.settings()["title"], "members": members,
            "counts": [fold.within(s) for s in sorted(
                statements, key=lambda s: (s["author"], s["epoch"], s["seq"], s["chain_hash"]))]}


@op("succession", {"network": bytes,
                   "statements": [{"author": bytes, "epoch": int, "seq": int, "hash": bytes,
                                   "before": bytes, "kind": int, "payload": bytes}]})
def _(i):
    statements = [{**s, "chain_hash": s["hash"]} for s in i["statements"]]
    answer = succession(i["network"], statements)
    for seed in range(4):       # a set has no order
        again = list(statements)
        random.Random(seed).shuffle(again)
        if succession(i["network"], again) != answer:
            raise AssertionError("another order gives another answer")
    return answer
