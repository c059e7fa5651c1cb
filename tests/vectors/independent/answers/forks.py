# SPDX-License-Identifier: MPL-2.0
"""fork.json: settles, proofs, branches, the access digest with proofs."""

from .. import control, digest, fork
from .members import _control_ops
from .ops import PLACE, op
from .values import unhex

_control_ops("settle", control.SETTLE, (
    ("epoch", "epoch", int, None), ("seq", "seq", int, None), ("hash", "hash", bytes, None),
    ("signature", "signature", bytes, None)))

BRANCH = {"signature": bytes, "links": bytes}


@op("proof", {"place": PLACE, "at": int, "hash": bytes, "branches": [BRANCH]})
def _(i):
    return {"hex": fork.proof(i)}


@op("proof.read", {"hex": bytes})
def _(i):
    return fork.read_proof(i["hex"])


@op("branch", {"at": int, "hash": bytes, "signature": bytes, "links": bytes},
    back=lambda o: fork.read_branch_body(unhex(o["hex"])))
def _(i):
    return {"hex": fork.branch_body(i["at"], i["hash"], i["signature"], i["links"])}


@op("branch.read", {"hex": bytes})
def _(i):
    return fork.read_branch_body(i["hex"])


@op("access_digest", {"network": bytes, "elements": [
    {"author": bytes, "epoch": int, "lane": int, "seq": int, "hash": bytes}]})
def _(i):
    elements = [digest.element(e["author"], e["epoch"], e["lane"], e["seq"], e["hash"])
                for e in i["elements"]]
    return {"access": digest.H("pln access 1", i["network"]
                               + b"".join(digest.buckets(elements)))}
