# SPDX-License-Identifier: MPL-2.0
"""Payloads of lane 0 (7.2). A record that breaks a rule is void; here: refused as `malformed`."""

from .chain import LANE0_MAX, SEQ_MAX, place, verify_head
from .identity import valid_id
from .pack import Reader, pack
from .refused import Refused, demand

NETWORK, GRANT, REVOKE, LEAVE, TRANSFER, RETRACT, SETTLE = range(1, 8)
READER, CONTRIBUTOR, COORDINATOR = 1, 2, 3
TERM_MAX = 2**28 - 1


def _id(r):
    key = r.bin(32)
    demand(valid_id(key), "malformed", "not a valid node id")
    return key


def _guardians(r):
    count = r.array()
    demand(1 <= count <= 7, "malformed", "guardians")
    ids = [_id(r) for _ in range(count)]
    demand(all(a < b for a, b in zip(ids, ids[1:])), "malformed", "guardians do not ascend")
    return ids


def _cut(r):
    demand(r.array() == 5, "malformed", "a cut has five elements")
    return {"epoch": r.uint(2**32 - 1), "lane": r.uint(1), "seq": r.uint(SEQ_MAX, 1),
            "hash": r.bin(32), "signature": r.bin(64)}


def cut_key(cut):
    return cut["epoch"], cut["lane"], cut["seq"], cut["hash"]


def _cuts(r):
    count = r.array()
    demand(1 <= count <= 30, "malformed", "cuts")
    cuts = [_cut(r) for _ in range(count)]
    for a, b in zip(cuts, cuts[1:]):
        demand(cut_key(a) < cut_key(b), "malformed", "cuts do not ascend")
        demand(not (a["lane"] == b["lane"] == 1 and a["epoch"] == b["epoch"]),
               "malformed", "two cuts of one epoch's lane 1")
    return cuts


def _true(r):
    demand(r.value() is True, "malformed", "undo")
    return True


def text(most):
    return lambda r: r.text(most, 1)


def uint(most, least=1):
    return lambda r: r.uint(most, least)


# kind: {number: (name, reader)}, and the names that must be there.
FIELDS = {
    NETWORK: ({16: ("nonce", lambda r: r.bin(16)), 17: ("name", text(128)),
               18: ("guardians", _guardians), 19: ("threshold", uint(7)),
               20: ("title", text(512)), 21: ("max_entries", uint(SEQ_MAX)),
               22: ("max_bytes", uint(2**64 - 1)), 23: ("access_version", uint(2**32 - 1))}, ()),
    GRANT: ({16: ("node", _id), 17: ("term", uint(TERM_MAX, 0)), 18: ("role", uint(3)),
             19: ("label", text(128)), 20: ("expiry", uint(2**48 - 1)),
             21: ("succeeds", _id)}, ("node", "term", "role")),
    REVOKE: ({16: ("node", lambda r: r.bin(32)), 17: ("term", uint(TERM_MAX, 0)),
              18: ("cuts", _cuts), 19: ("reason", text(512))}, ("node", "term")),
    LEAVE: ({}, ()),
    TRANSFER: ({16: ("generation", uint(2**32 - 1)), 17: ("successor", _id), 18: ("cuts", _cuts)},
               ("generation", "successor")),
    RETRACT: ({16: ("author", lambda r: r.bin(32)), 17: ("epoch", uint(2**32 - 1, 0)),
               18: ("seq", uint(SEQ_MAX)), 19: ("data", lambda r: r.bin(32)),
               20: ("reason", text(512)), 21: ("undo", _true)}, ("author", "epoch", "seq", "data")),
    SETTLE: ({16: ("epoch", uint(2**32 - 1, 0)), 17: ("seq", uint(SEQ_MAX)),
              18: ("hash", lambda r: r.bin(32)), 19: ("signature", lambda r: r.bin(64))},
             ("epoch", "seq", "hash", "signature")),
}


def decode(kind, payload):
    """The fields by name; those it does not know under "unknown", by number."""
    demand(kind in FIELDS, "malformed", "no kind of version 1")
    demand(len(payload) <= LANE0_MAX, "malformed", "no payload of lane 0")
    try:
        fields = _fields(kind, payload)
    except Refused as e:
        raise Refused("malformed", e.why) from None     # void, whatever is wrong
    if kind == NETWORK:
        _need_founding(fields)
    return fields


def _fields(kind, payload):
    table, required = FIELDS[kind]
    r, before, fields, unknown = Reader(payload), None, {}, {}
    for _ in range(r.map()):
        before = r.key(before)
        if before in table:
            name, read = table[before]
            fields[name] = read(r)
        else:
            unknown[before] = r.value()
    r.end()
    for name in required:
        demand(name in fields, "malformed", f"no {name}")
    if unknown:
        fields["unknown"] = unknown
    return fields


def _need_founding(fields):
    """7.2.1: what stands together with what."""
    genesis = "nonce" in fields
    demand(("name" in fields) == genesis, "malformed", "name and genesis")
    demand(genesis or "guardians" not in fields, "malformed", "guardians")
    demand(("guardians" in fields) == ("threshold" in fields), "malformed", "threshold")
    if "guardians" in fields:
        n = len(fields["guardians"])
        demand(n < 2 * fields["threshold"] <= 2 * n, "malformed", "threshold")


def encode(kind, fields):
    """The one spelling of a record's fields. It writes what it is told; decode() judges."""
    table, _ = FIELDS[kind]
    values = dict(fields.get("unknown", {}))
    for number, (name, _) in table.items():
        if name not in fields:
            continue
        value = fields[name]
        if name == "cuts":
            value = [[c["epoch"], c["lane"], c["seq"], c["hash"], c["signature"]] for c in value]
        values[number] = value
    return pack(values)


def need_cuts(network, node, fields):
    """7.2.3: every cut is a head that the node has signed itself."""
    for cut in fields.get("cuts", ()):
        where = place(network, node, cut["epoch"], cut["lane"])
        demand(verify_head(where, cut["seq"], cut["hash"], cut["signature"]),
               "bad-signature", "a cut")


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
