# SPDX-License-Identifier: MPL-2.0
"""Entries, chains, anchors and runs (section 4)."""

from .identity import H, sign, verify
from .refused import Refused, demand

HEADER = 13
PAYLOAD_MAX = 262_144
LANE0_MAX = 4_096
SEQ_MAX = 2**48 - 1
ANCHOR_ENTRIES = 1_024
ANCHOR_BYTES = 131_072
WITHHELD = 0x80


def header(codec, kind, time_ms, size):
    return (codec.to_bytes(1, "big") + kind.to_bytes(2, "big") + time_ms.to_bytes(6, "big")
            + size.to_bytes(4, "big"))


def entry(e):
    """The bytes of an entry: a dict with codec, kind, time_ms and payload, or withheld: its size
    and data hash."""
    if e.get("withheld"):
        demand(e["size"] <= PAYLOAD_MAX, "oversize")
        return header(e["codec"] | WITHHELD, e["kind"], e["time_ms"], e["size"]) + e["data"]
    demand(len(e["payload"]) <= PAYLOAD_MAX, "oversize")
    return header(e["codec"], e["kind"], e["time_ms"], len(e["payload"])) + e["payload"]


def data_hash(payload):
    return H("pln data 1", payload)


def read_entry(data, at=0):
    """(entry, where the next begins). The header as hashed and the data hash are in the entry."""
    demand(len(data) - at >= HEADER, "truncated", "header")
    raw = data[at:at + HEADER]
    size = int.from_bytes(raw[9:13], "big")
    demand(size <= PAYLOAD_MAX, "oversize", "payload")
    withheld = bool(raw[0] & WITHHELD)
    at += HEADER
    length = 32 if withheld else size
    demand(len(data) - at >= length, "truncated", "payload")
    body = data[at:at + length]
    e = {
        "codec": raw[0] & 0x7F,
        "kind": int.from_bytes(raw[1:3], "big"),
        "time_ms": int.from_bytes(raw[3:9], "big"),
        "size": size,
        "withheld": withheld,
        "payload": None if withheld else body,
        "data": body if withheld else data_hash(body),
        "header": bytes([raw[0] & 0x7F]) + raw[1:],
    }
    return e, at + length


def place(network, author, epoch, lane):
    return network + author + epoch.to_bytes(4, "big") + lane.to_bytes(1, "big")


def read_place(data):
    demand(len(data) >= 69, "truncated")
    demand(len(data) == 69, "malformed")
    return {"network": data[:32], "author": data[32:64],
            "epoch": int.from_bytes(data[64:68], "big"), "lane": data[68]}


def chain_start(where):
    return H("pln chain 1", where)


def chain_next(before, head, data):
    return H("pln link 1", before + head + data)


def head_data(where, seq, chain_hash):
    return where + seq.to_bytes(8, "big") + chain_hash


def sign_head(seed, where, seq, chain_hash):
    return sign(seed, "pln head 1", head_data(where, seq, chain_hash))


def verify_head(where, seq, chain_hash, signature):
    return verify(where[32:64], signature, "pln head 1", head_data(where, seq, chain_hash))


def is_anchor(lane, seq, cum_before, cum):
    return (lane == 0 or seq % ANCHOR_ENTRIES == 0
            or cum // ANCHOR_BYTES > cum_before // ANCHOR_BYTES)


class Head:
    """How far a chain is held: seq, chain hash, cum, and the entries walked so far."""

    def __init__(self, where, seq=0, chain_hash=None, cum=0):
        self.where, self.seq, self.cum = where, seq, cum
        self.hash = chain_start(where) if chain_hash is None else chain_hash
        self.lane = where[68]

    def step(self, e):
        """The head behind one more entry, and whether its last entry is an anchor."""
        cum = self.cum + HEADER + e["size"]
        after = Head(self.where, self.seq + 1, chain_next(self.hash, e["header"], e["data"]), cum)
        return after, is_anchor(self.lane, after.seq, self.cum, cum)


def verify_run(head, run, signature):
    """4.6: (the head behind the run, its entries), or refused with nothing changed."""
    demand(len(run) > 0, "bad-run", "empty")
    at, entries, anchor = 0, [], False
    while at < len(run):
        demand(not anchor, "bad-run", "an entry follows an anchor")
        demand(head.seq < SEQ_MAX, "bad-run", "seq past its end")
        e, at = read_entry(run, at)
        if head.lane == 0:
            demand(e["codec"] == 0 and not e["withheld"] and e["size"] <= LANE0_MAX,
                   "malformed", "lane 0")
        head, anchor = head.step(e)
        entries.append({**e, "seq": head.seq, "chain_hash": head.hash, "cum": head.cum,
                        "anchor": anchor})
    demand(verify_head(head.where, head.seq, head.hash, signature), "bad-signature", "head")
    return head, entries


def epoch_of(term, n):
    demand(0 <= n <= 15 and 0 <= term < 2**28, "malformed", "epoch")
    return term * 16 + n


def quota_end(rows, max_entries, max_bytes):
    """7.5: the seq after which a lane-1 chain does not count, or None; rows are its sizes."""
    entries = -(-max_entries // 1024) * 1024
    size = -(-max_bytes // ANCHOR_BYTES) * ANCHOR_BYTES
    cum = 0
    for seq, payload in enumerate(rows, 1):
        cum += HEADER + payload
        if seq >= entries or cum >= size:
            return seq
    return None


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
