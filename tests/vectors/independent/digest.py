# SPDX-License-Identifier: MPL-2.0
"""Arrivals (9.5) and digests (9.6)."""

from .chain import SEQ_MAX
from .identity import H
from .refused import demand


def arrival_row(op, chain, first, last):
    return (op.to_bytes(1, "big") + chain.to_bytes(4, "big") + first.to_bytes(8, "big")
            + last.to_bytes(8, "big"))


def read_arrival_row(data):
    demand(len(data) >= 21, "truncated", "arrival")
    demand(len(data) == 21, "malformed", "bytes behind an arrival")
    row = {"op": data[0], "chain": int.from_bytes(data[1:5], "big"),
           "from": int.from_bytes(data[5:13], "big"), "to": int.from_bytes(data[13:21], "big")}
    demand(1 <= row["op"] <= 4, "malformed", "op")
    demand(1 <= row["from"] <= row["to"] <= SEQ_MAX, "malformed", "from and to")
    return row


def arrival_start(store):
    return H("pln arrival 1", store)[:8]


def arrival_next(before, row):
    return H("pln arrival 1", before + row)[:8]


def holes(seqs):
    if not seqs:
        return bytes(32)
    return H("pln holes 1", b"".join(n.to_bytes(8, "big") for n in sorted(seqs)))


def element(author, epoch, lane, seq, chain_hash, hole=bytes(32)):
    return (author + epoch.to_bytes(4, "big") + lane.to_bytes(1, "big") + seq.to_bytes(8, "big")
            + chain_hash + hole)


def bucket(elements):
    return H("pln heads 1", b"".join(sorted(elements))) if elements else bytes(32)


def buckets(elements):
    return [bucket([e for e in elements if e[0] == i]) for i in range(256)]


def digest(network, elements):
    return H("pln digest 1", network + b"".join(buckets(elements)))


def access_digest(network, elements):
    return H("pln access 1", network + b"".join(buckets([e for e in elements if e[36] == 0])))
