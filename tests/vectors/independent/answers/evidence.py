# SPDX-License-Identifier: MPL-2.0
"""evidence.json: what is shown to who was put out."""

from .. import evidence
from .ops import op


@op("evidence", {"author": bytes, "epoch": int, "seq": int, "base": bytes, "signature": bytes,
                 "entry": bytes})
def _(i):
    return {"hex": evidence.evidence(**i)}


@op("evidence.read", {"network": bytes, "hex": bytes})
def _(i):
    return evidence.read_evidence(i["network"], i["hex"])
