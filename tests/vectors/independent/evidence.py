# SPDX-License-Identifier: MPL-2.0
"""One entry of lane 0 that stands by itself (9.14.1)."""

from .chain import Head, place, verify_run
from .identity import valid_id
from .refused import demand

LEAD = 140
EVIDENCE_MAX = 4_249
LANE0_ENTRIES = 65_536


def evidence(author, epoch, seq, base, signature, entry):
    return (author + epoch.to_bytes(4, "big") + seq.to_bytes(8, "big") + base + signature + entry)


def read_evidence(network, data):
    demand(LEAD <= len(data) <= EVIDENCE_MAX, "malformed", "size")
    author, base, signature = data[:32], data[44:76], data[76:140]
    epoch, seq = int.from_bytes(data[32:36], "big"), int.from_bytes(data[36:44], "big")
    demand(1 <= seq <= LANE0_ENTRIES, "malformed", "seq")
    demand(valid_id(author), "bad-key")
    head = Head(place(network, author, epoch, 0), seq - 1, base)
    end, entries = verify_run(head, data[LEAD:], signature)
    return {"author": author, "epoch": epoch, "seq": seq, "base": base, "hash": end.hash,
            "kind": entries[0]["kind"]}
