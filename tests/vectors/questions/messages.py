# SPDX-License-Identifier: MPL-2.0
"""Every type of message, and frames that are refused (SPEC 9.3)."""
import struct

from access import C
from basics import GRANT, NETWORK
from kit import (NIL, ROOT, SEQ_MAX, SPOKE, TICKET, Topic, array, bin_, entry, genesis_payload, join, map_, number, repeat, text, uint,
                 value)
from session import PRESENCE, demo_chain, parts
from kit import Chain

CREDIT_MAX = 2**62


def cursor(c):
    return [uint(c[0]), bin_(c[1])]


def cursor_fields(c):
    return {"number": number(c[0]), "tag": c[1].hex()}


NONE = (0, b"")
FIRST = (1, bytes.fromhex("bb55a5a26609c025"))
LAST = (SEQ_MAX, b"\xff" * 8)


def row(author, epoch, lane, seq, chain_hash):
    return author + struct.pack(">IBQ", epoch, lane, seq) + chain_hash


def row_fields(r, seq="seq", chain_hash="hash"):
    return {"author": r[0].hex(), "epoch": r[1], "lane": r[2], seq: number(r[3]), chain_hash: r[4].hex()}


def place_parts(author, epoch, lane):
    return [bin_(NETWORK), bin_(author), uint(epoch), uint(lane)]


def place_of(author, epoch, lane):
    return {"network": NETWORK.hex(), "author": author.hex(), "epoch": epoch, "lane": lane}


class Messages(Topic):
    def both(self, name, type_, number_, fields, elements):
        self.ask(f"{type_}: {name}", "message", {"type": type_, **fields}, {"hex": array(uint(number_), *elements).hex()})

    def refuse(self, name, frame, reason="malformed"):
        self.ask(f"refused: {name}", "message.read", {"hex": frame if isinstance(frame, dict) else frame.hex()}, refused=reason)


def messages():
    t = Messages("message", "every type of message: fields and frame; frames that are refused")
    good = {}
    for make in (hello, heads, want, entries, fork, credit, networks, presence, joining, bye, digest):
        good.update(make(t))
    spec_examples(t)
    wrong_types(t, good)
    shape(t, good)
    bounds(t, good)
    return t


def hello(t):
    rows = [(b"\x11" * 16, n, b"\x22" * 8, b"\x33" * 10, b"\x44" * 10) for n in (0, 1, 256, SEQ_MAX)]
    out = {}
    for name, f in (("four rows", (1, 1, 1767225600000, 491520, 1, FIRST, rows)), ("no rows, zeros", (0, 0, 0, 0, 0, NONE, [])),
                    ("largest numbers", (2**32 - 1, 2**32 - 1, SEQ_MAX, CREDIT_MAX, 2**32 - 1, LAST, rows[:1]))):
        packed = b"".join(r[0] + r[1].to_bytes(6, "big") + r[2] + r[3] + r[4] for r in f[6])
        elements = [uint(f[0]), uint(f[1]), uint(f[2]), bin_(b"\x55" * 16), bin_(b"\x66" * 16), *cursor(f[5]), uint(f[3]), uint(f[4]), bin_(packed)]
        t.both(name, "hello", 0, {"version_min": f[0], "version_max": f[1], "time_ms": f[2], "store": "55" * 16, "nonce": "66" * 16,
                                  "arrivals": cursor_fields(f[5]), "credit": number(f[3]), "flags": f[4],
                                  "rows": [dict(zip(("hash", "number", "tag", "access", "digest"),
                                                    (r[0].hex(), r[1], r[2].hex(), r[3].hex(), r[4].hex()))) for r in f[6]]}, elements)
        out.setdefault("hello", (0, elements))
    return out


ROWS = [(ROOT.id, 0, 0, 2, b"\x01" * 32), (SPOKE.id, 2**32 - 1, 1, SEQ_MAX, b"\x02" * 32)]


def heads(t):
    out = {}
    for name, flags, upto, rows in (("two rows", 4, FIRST, ROWS), ("CONTROL without rows", 4, NONE, []), ("all flags", 15, LAST, ROWS[:1]),
                                    ("flags without a name", 2**32 - 1, NONE, ROWS[:1])):
        elements = [bin_(NETWORK), uint(flags), *cursor(upto), bin_(b"".join(row(*r) for r in rows))]
        t.both(name, "heads", 1, {"network": NETWORK.hex(), "flags": flags, "upto": cursor_fields(upto), "rows": [row_fields(r) for r in rows]}, elements)
        out.setdefault("heads", (1, elements))
    return out


def want(t):
    out = {}
    for name, rows in (("two rows", ROWS), ("no rows", [])):
        elements = [bin_(NETWORK), bin_(b"".join(row(*r) for r in rows))]
        t.both(name, "want", 2, {"network": NETWORK.hex(), "flags": 0, "rows": [row_fields(r, "from", "base") for r in rows]}, elements)
        out.setdefault("want", (2, elements))
    return out


def entries_elements(author, epoch, lane, first, last, base, signature, flags, upto, run):
    return [*place_parts(author, epoch, lane), uint(first), uint(last), bin_(base), bin_(signature), uint(flags), *cursor(upto), run]


def entries(t):
    out = {}
    e = entry(0, 0x0102, 5, b"x")
    for name, f in (("two entries", (SPOKE.id, 3, 1, 5, 6, b"\x01" * 32, b"\x02" * 64, 0, FIRST, e * 2)),
                    ("1024 announced, no bytes: the grammar does not look into the run", (SPOKE.id, 0, 1, 1, 1024, bytes(32), bytes(64), 1, FIRST, b"")),
                    ("the last seq", (ROOT.id, 2**32 - 1, 0, SEQ_MAX, SEQ_MAX, bytes(32), bytes(64), 2**32 - 1, LAST, e))):
        elements = entries_elements(*f[:9], bin_(f[9]))
        t.both(name, "entries", 3, {"place": place_of(*f[:3]), "from": f[3], "to": f[4], "base": f[5].hex(), "signature": f[6].hex(),
                                    "flags": f[7], "upto": cursor_fields(f[8]), "run": f[9].hex()}, elements)
        out.setdefault("entries", (3, elements))
    f = (SPOKE.id, 3, 1, 5, 6, b"\x01" * 32, b"\x02" * 64, 0, NONE)
    lead = array(uint(3), *entries_elements(*f, b"\xc6" + struct.pack(">I", 393228)))
    t.ask("entries: the largest run", "message",
          {"type": "entries", "place": place_of(*f[:3]), "from": f[3], "to": f[4], "base": f[5].hex(), "signature": f[6].hex(), "flags": f[7],
           "upto": cursor_fields(f[8]), "run": repeat(b"\x07", 393228)}, {"hex": join(lead, repeat(b"\x07", 393228))})
    return out


def fork(t):
    place, points = place_of(SPOKE.id, 16, 1), (41).to_bytes(8, "big") + b"\x07" * 32
    elements = [*place_parts(SPOKE.id, 16, 1), uint(0), uint(41), bin_(b"\x09" * 32), uint(107), bin_(b"\x0a" * 32), bin_(points)]
    fields = {"place": place, "stage": 0, "seq": 41, "hash": "09" * 32, "other_seq": 107, "other_hash": "0a" * 32, "body": points.hex()}
    t.both("points of two heads", "fork", 4, fields, elements)
    t.both("no heads, no points, a stage of later", "fork", 4,
           {**fields, "stage": 2**32 - 1, "seq": 0, "hash": "00" * 32, "other_seq": 0, "other_hash": "00" * 32, "body": ""},
           [*elements[:4], uint(2**32 - 1), uint(0), bin_(bytes(32)), uint(0), bin_(bytes(32)), bin_(b"")])
    lead = array(uint(4), *elements[:4], uint(2), *elements[5:9], b"\xc6" + (98304).to_bytes(4, "big"))
    t.ask("fork: largest body", "message", {"type": "fork", **fields, "stage": 2, "body": repeat(b"\x05", 98304)},
          {"hex": join(lead, repeat(b"\x05", 98304))})
    lead = array(uint(4), *elements[:4], uint(2), *elements[5:9], b"\xc6" + (98305).to_bytes(4, "big"))
    t.refuse("fork: a body of 98,305 bytes", join(lead, repeat(b"\x05", 98305)), "oversize")
    return {"fork": (4, elements)}


def credit(t):
    for total in (0, 491520, CREDIT_MAX):
        t.both(str(total), "credit", 5, {"total": number(total)}, [uint(total)])
    return {"credit": (5, [uint(491520)])}


def networks(t):
    t.both("a network", "prune", 6, {"network": NETWORK.hex()}, [bin_(NETWORK)])
    t.both("a network", "graft", 7, {"network": NETWORK.hex()}, [bin_(NETWORK)])
    return {"prune": (6, [bin_(NETWORK)]), "graft": (7, [bin_(NETWORK)])}


def presence(t):
    body = array(*parts(PRESENCE))
    elements = [bin_(body), bin_(SPOKE.sign("pln presence 1", body))]
    t.both("of a spoke", "presence", 8, {"body": body.hex(), "signature": SPOKE.sign("pln presence 1", body).hex()}, elements)
    t.both("the grammar of the frame does not look into the body", "presence", 8, {"body": "ff" * 1024, "signature": "00" * 64},
           [bin_(b"\xff" * 1024), bin_(bytes(64))])
    return {"presence": (8, elements)}


def joining(t):
    message = NETWORK + TICKET.id + SPOKE.id + ROOT.id
    by_node, by_ticket = SPOKE.sign("pln join 1", message), TICKET.sign("pln join 1", message)
    out = {}
    for name in ("Spoke", "", "ü" * 64):
        elements = [bin_(NETWORK), bin_(SPOKE.id), bin_(ROOT.id), text(name), bin_(by_node), bin_(by_ticket)]
        t.both(f"name of {len(name.encode())} bytes", "join", 12, {"network": NETWORK.hex(), "node": SPOKE.id.hex(), "inviter": ROOT.id.hex(),
               "name": name, "by_node": by_node.hex(), "by_ticket": by_ticket.hex()}, elements)
        out.setdefault("join", (12, elements))
    for title in ("Demo network", "", "t" * 512):
        elements = [bin_(NETWORK), bin_(ROOT.id), text(title)]
        t.both(f"title of {len(title)} bytes", "welcome", 13, {"network": NETWORK.hex(), "root": ROOT.id.hex(), "title": title}, elements)
        out.setdefault("welcome", (13, elements))
    return out


def bye(t):
    out = {}
    for name, reason, network, detail in (("the link", "bad-signature", None, "a signature does not verify"), ("spec 9.3.3", "shutdown", None, ""),
                                          ("one network", "no-grant", NETWORK, ""), ("longest", "r" * 64, NETWORK, "d" * 512), ("no words", "", None, "")):
        elements = [text(reason), bin_(network) if network else NIL, text(detail)]
        t.both(name, "bye", 14, {"reason": reason, "network": network.hex() if network else None, "detail": detail}, elements)
        out.setdefault("bye", (14, elements))
    return out


def digest(t):
    base = [bin_(NETWORK), bin_(b"\x0a" * 32), bin_(b"\x0b" * 32)]
    fields = {"network": NETWORK.hex(), "access": "0a" * 32, "digest": "0b" * 32}
    elements = [*base, uint(1), *cursor(FIRST), bin_(b"")]
    t.both("DONE, no buckets", "digest", 15, {**fields, "flags": 1, "upto": cursor_fields(FIRST), "buckets": ""}, elements)
    lead = array(uint(15), *base, uint(3), *cursor(NONE), b"\xc5" + struct.pack(">H", 8192))
    t.ask("digest: with buckets", "message", {"type": "digest", **fields, "flags": 3, "upto": cursor_fields(NONE), "buckets": repeat(b"\x0c", 8192)},
          {"hex": join(lead, repeat(b"\x0c", 8192))})
    return {"digest": (15, elements)}


def spec_examples(t):
    first = Chain(ROOT, NETWORK, 0, 0)
    first.add(0, 1, 1767225600000, genesis_payload())
    chain = demo_chain()
    run = entry(0, 2, 1767225601000, GRANT)
    elements = entries_elements(ROOT.id, 0, 0, 2, 2, first.hash, chain.signature(), 1, NONE, bin_(run))
    assert len(array(uint(3), *elements)) == 240
    t.both("spec 9.3.3", "entries", 3, {"place": place_of(ROOT.id, 0, 0), "from": 2, "to": 2, "base": first.hash.hex(),
           "signature": chain.signature().hex(), "flags": 1, "upto": cursor_fields(NONE), "run": run.hex()}, elements)
    r = (ROOT.id, 0, 0, 2, chain.hash)
    t.both("spec 9.3.3", "heads", 1, {"network": NETWORK.hex(), "flags": 4, "upto": cursor_fields(FIRST), "rows": [row_fields(r)]},
           [bin_(NETWORK), uint(4), *cursor(FIRST), bin_(row(*r))])


def wrong_types(t, good):
    """Each element of each message, of another type."""
    for name, (type_, elements) in good.items():
        for n, e in enumerate(elements):
            wrong = uint(7) if e[0] >= 0xa0 and e[0] not in range(0xcc, 0xd0) else text("seven")
            t.refuse(f"{name}, element {n + 1} of another type", array(uint(type_), *elements[:n], wrong, *elements[n + 1:]))


def shape(t, good):
    for name, (type_, elements) in good.items():
        t.refuse(f"{name} with an element less", array(uint(type_), *elements[:-1]))
        whole = array(uint(type_), *elements)
        t.refuse(f"{name} without its last byte", whole[:-1], "truncated")
        t.refuse(f"{name} and a byte", whole + b"\0")
    total = [uint(491520)]
    more = [value(None), value({1: [2, "x"]}), value(b"y"), b"\xcb" + struct.pack(">d", 1.5)]
    t.ask("surplus elements are passed over", "message.read", {"hex": array(uint(5), *total, *more).hex()}, {"type": "credit", "total": 491520})
    t.ask("62 surplus elements", "message.read", {"hex": array(uint(5), *total, *[NIL] * 62).hex()}, {"type": "credit", "total": 491520})
    t.ask("a surplus element eight deep", "message.read", {"hex": array(uint(5), *total, b"\x91" * 8 + b"\0").hex()}, {"type": "credit", "total": 491520})
    t.refuse("63 surplus elements", array(uint(5), *total, *[NIL] * 63))
    t.refuse("a surplus element nine deep", array(uint(5), *total, b"\x91" * 9 + b"\0"))
    t.refuse("a surplus element that is not canonical", array(uint(5), *total, b"\xd9\x01a"))
    t.refuse("a surplus map whose keys descend", array(uint(5), *total, b"\x82\x02\x00\x01\x00"))
    t.refuse("nothing", b"", "truncated")
    t.refuse("an empty array", b"\x90")
    t.refuse("a map", map_((uint(5), uint(1))))
    t.refuse("a number", b"\x05")
    t.refuse("the type is a text", array(text("credit"), uint(1)))
    t.refuse("the type is negative", array(value(-1), uint(1)))
    t.refuse("the type is not in its shortest form", b"\x92\xcc\x05\x01")
    t.refuse("the array is not in its shortest form", b"\xdc\x00\x02\x05\x01")
    t.refuse("more elements announced than bytes there", b"\x9f\x05\x01", "truncated")
    for name, type_ in (("BLOB_WANT", 9), ("BLOB", 10), ("TICKET", 11), ("16", 16), ("255", 255), ("2^64-1", 2**64 - 1)):
        t.refuse(f"unknown: {name}", array(uint(type_), uint(1)), "unknown-type")
    t.refuse("unknown, alone", array(uint(16)), "unknown-type")
    t.refuse("unknown, whatever stands behind", array(uint(16), b"\xc1\xff\xff") + b"\xff", "unknown-type")
    lead = array(uint(16), b"\xc6" + struct.pack(">I", 524288))
    t.refuse("a frame of 524288 bytes is looked at", join(lead, repeat(b"\0", 524288 - len(lead))), "unknown-type")
    t.refuse("one of 524289 is not", join(lead, repeat(b"\0", 524289 - len(lead))), "oversize")


def bounds(t, good):
    def change(name, n, element, what, reason="malformed"):
        type_, elements = good[name]
        t.refuse(f"{name}: {what}", array(uint(type_), *elements[:n], element, *elements[n + 1:]), reason)

    change("hello", 0, uint(2**32), "version_min 2^32")
    change("hello", 2, uint(2**48), "time 2^48")
    change("hello", 3, bin_(bytes(15)), "store of 15 bytes")
    change("hello", 4, bin_(bytes(17)), "nonce of 17 bytes")
    change("hello", 7, uint(CREDIT_MAX + 1), "credit above 2^62")
    change("hello", 8, uint(2**32), "flags 2^32")
    change("hello", 9, bin_(bytes(51)), "51 bytes of rows")
    change("hello", 9, bin_(bytes(50 * 1025)), "1025 rows", "oversize")
    for name, at in (("hello", 5), ("heads", 2), ("entries", 9), ("digest", 4)):
        change(name, at, uint(0), "cursor 0 with a tag")
        change(name, at + 1, bin_(b""), "a cursor without tag")
        change(name, at + 1, bin_(bytes(7)), "a tag of 7 bytes")
        change(name, at, uint(2**48), "cursor 2^48")
    change("heads", 4, bin_(bytes(76)), "76 bytes of rows")
    change("heads", 4, bin_(row(*ROWS[0]) * 1703), "1703 rows", "oversize")
    change("want", 1, bin_(row(*ROWS[0]) * 1025), "1025 rows", "oversize")
    for name, at in (("heads", 4), ("want", 1)):
        for what, r in (("lane 2", (C.id, 0, 2, 1, bytes(32))), ("seq 0", (C.id, 0, 1, 0, bytes(32))), ("seq 2^48", (C.id, 0, 1, 2**48, bytes(32)))):
            change(name, at, bin_(row(*ROWS[0]) + row(*r)), f"a row with {what}")
    for name in ("entries", "fork"):
        change(name, 1, bin_(bytes(33)), "author of 33 bytes")
        change(name, 2, uint(2**32), "epoch 2^32")
        change(name, 3, uint(2), "lane 2")
        change(name, 4 if name == "entries" else 5, uint(2**48), "seq 2^48")
    change("fork", 4, uint(2**32), "stage 2^32")
    change("fork", 6, bin_(bytes(31)), "hash of 31 bytes")
    change("fork", 7, uint(2**48), "other seq 2^48")
    change("fork", 8, bin_(bytes(33)), "other hash of 33 bytes")
    change("entries", 4, uint(0), "from 0", "bad-run")
    change("entries", 5, uint(4), "to below from", "bad-run")
    change("entries", 5, uint(5 + 1024), "1025 entries", "bad-run")
    change("entries", 6, bin_(bytes(31)), "base of 31 bytes")
    change("entries", 7, bin_(bytes(65)), "signature of 65 bytes")
    type_, elements = good["entries"]
    lead = array(uint(type_), *elements[:-1], b"\xc6" + struct.pack(">I", 393229))
    t.refuse("entries: a run of 393229 bytes", join(lead, repeat(b"\0", 393229)), "oversize")
    change("credit", 0, uint(CREDIT_MAX + 1), "total above 2^62")
    change("prune", 0, bin_(bytes(31)), "network of 31 bytes")
    change("presence", 0, bin_(bytes(1025)), "body of 1025 bytes", "oversize")
    change("presence", 1, bin_(bytes(63)), "signature of 63 bytes")
    change("join", 3, text("n" * 129), "name of 129 bytes")
    change("join", 3, b"\xa1\xff", "name is no UTF-8")
    change("join", 4, bin_(bytes(63)), "signature of 63 bytes")
    change("welcome", 2, text("t" * 513), "title of 513 bytes")
    change("bye", 0, text("r" * 65), "reason of 65 bytes")
    change("bye", 1, bin_(bytes(31)), "network of 31 bytes")
    change("bye", 2, text("d" * 513), "detail of 513 bytes")
    change("digest", 6, bin_(bytes(32)), "one bucket")
    change("digest", 6, bin_(bytes(8224)), "257 buckets")
