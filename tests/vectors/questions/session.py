# SPDX-License-Identifier: MPL-2.0
"""Arrivals, digests, HELLO's rows and presences (SPEC 9.4.2, 9.5, 9.6, 9.13)."""
import hashlib
import struct

from basics import NETWORK
from kit import (ROOT, SEQ_MAX, SPOKE, TICKET, Chain, H, Topic, array, bin_, genesis_payload, map_, more_keys, number, tag, text, uint,
                 value)
from basics import GRANT

STORE = bytes(range(0xf0, 0x100))


def demo_chain():
    chain = Chain(ROOT, NETWORK, 0, 0)
    chain.add(0, 1, 1767225600000, genesis_payload())
    chain.add(0, 2, 1767225601000, GRANT)
    return chain


def arrivals():
    t = Topic("arrival", "arrival rows, tags and cursors")
    rows = [(1, 0, 1, 2), (1, 1, 1, 1024), (3, 0, 2, 2), (4, 0, 2, 2), (2, 2**32 - 1, SEQ_MAX, SEQ_MAX), (1, 7, 1, SEQ_MAX)]
    fields = [dict(zip(("op", "chain", "from", "to"), r)) for r in rows]
    packed = [struct.pack(">BIQQ", *r) for r in rows]
    for f, p in zip(fields, packed):
        t.ask(f"row {list(f.values())}", "arrival", f, {"hex": p.hex()})
    tags = [H("pln arrival 1", STORE)[:8]]
    for p in packed:
        tags.append(H("pln arrival 1", tags[-1] + p)[:8])
    assert tags[1].hex() == "bb55a5a26609c025"
    t.ask("spec 9.5.5", "cursors", {"store": STORE.hex(), "rows": fields[:1]}, {"tags": [x.hex() for x in tags[:2]]})
    t.ask("the same, further", "cursors", {"store": STORE.hex(), "rows": fields}, {"tags": [x.hex() for x in tags]})
    t.ask("an empty store", "cursors", {"store": bytes(16).hex(), "rows": []}, {"tags": [H("pln arrival 1", bytes(16))[:8].hex()]})
    good = packed[0]
    for name, data, reason in (("nothing", b"", "truncated"), ("20 bytes", good[:-1], "truncated"), ("22 bytes", good + b"\0", "malformed"),
                               ("op 0", b"\0" + good[1:], "malformed"), ("op 5", b"\5" + good[1:], "malformed"),
                               ("from 0", struct.pack(">BIQQ", 1, 0, 0, 2), "malformed"), ("to below from", struct.pack(">BIQQ", 1, 0, 3, 2), "malformed"),
                               ("to 2^48", struct.pack(">BIQQ", 1, 0, 1, 2**48), "malformed")):
        t.ask(f"refused: {name}", "arrival.read", {"hex": data.hex()}, refused=reason)
    return t


def element(author, epoch, lane, seq, chain_hash, holes=()):
    packed = b"".join(struct.pack(">Q", h) for h in holes)
    return author + struct.pack(">IBQ", epoch, lane, seq) + chain_hash + (H("pln holes 1", packed) if holes else bytes(32))


def digests():
    t = Topic("digest", "elements, buckets, digests")
    chain = demo_chain()
    demo = element(ROOT.id, 0, 0, 2, chain.hash)
    elements = {"spec 9.6": (ROOT.id, 0, 0, 2, chain.hash, ()), "holes 5 and 9": (SPOKE.id, 16, 1, 12, bytes(range(32)), (5, 9)),
                "one hole": (SPOKE.id, 2**32 - 1, 1, SEQ_MAX, b"\xff" * 32, (SEQ_MAX,))}
    for name, e in elements.items():
        given = dict(zip(("author", "epoch", "lane", "seq", "hash", "holes"),
                         (e[0].hex(), e[1], e[2], e[3], e[4].hex(), list(e[5]))))
        t.ask(f"element: {name}", "element", given, {"hex": element(*e).hex()})
    assert element(*elements["holes 5 and 9"])[-32:].hex().startswith("cdcfdd507f9e7e8a")
    world = [demo, element(ROOT.id, 0, 1, 7, H("pln link 1", b"a"))]
    for n, k in enumerate(more_keys(40)):
        world += [element(k.id, 0, lane, n + 1, H("pln link 1", bytes([n, lane]))) for lane in (0, 1)]
    world += [element(ROOT.id, e, 1, 3, H("pln link 1", bytes([e % 256]))) for e in (255, 256, 1, 16)]
    t.ask("an empty bucket", "bucket", {"elements": []}, {"hash": bytes(32).hex()})
    t.ask("spec 9.6: bucket", "bucket", {"elements": [demo.hex()]}, {"hash": H("pln heads 1", demo).hex()})
    mine = [e for e in world if e[0] == ROOT.id[0]]
    t.ask("elements are sorted as bytes", "bucket", {"elements": [e.hex() for e in reversed(mine)]},
          {"hash": H("pln heads 1", b"".join(sorted(mine))).hex()})
    for name, given in (("no entry at all", []), ("spec 9.6", [demo]), ("lane 1 only", [e for e in world if e[36] == 1]),
                        ("a network of 41 authors", world)):
        t.ask(f"digest: {name}", "digest", {"network": NETWORK.hex(), "elements": [e.hex() for e in given]}, digest(given))
    return t


def digest(elements):
    def of(tag_text, some):
        buckets = [sorted(e for e in some if e[0] == i) for i in range(256)]
        hashed = [H("pln heads 1", b"".join(b)) if b else bytes(32) for b in buckets]
        return H(tag_text, NETWORK + b"".join(hashed)).hex(), {f"{i:02x}": h.hex() for i, h in enumerate(hashed) if buckets[i]}

    whole, buckets = of("pln digest 1", elements)
    return {"digest": whole, "access": of("pln access 1", [e for e in elements if e[36] == 0])[0], "buckets": buckets}


def hellos():
    t = Topic("hello", "rows of HELLO and the keyed hash in them")
    for name, f in (("zeros", (bytes(16), 0, bytes(8), bytes(10), bytes(10))),
                    ("all set", (b"\x11" * 16, SEQ_MAX, b"\x22" * 8, b"\x33" * 10, b"\x44" * 10)),
                    ("spec 9.5.5's cursor", (bytes(range(16)), 1, bytes.fromhex("bb55a5a26609c025"), bytes(range(10)), bytes(range(10, 20))))):
        given = {"hash": f[0].hex(), "number": f[1], "tag": f[2].hex(), "access": f[3].hex(), "digest": f[4].hex()}
        t.ask(f"row: {name}", "hello_row", given, {"hex": (f[0] + f[1].to_bytes(6, "big") + f[2] + f[3] + f[4]).hex()})
    for name, sender, receiver, nonce in (("spec 9.4.2", ROOT, SPOKE, b"\xaa" * 16), ("the other way", SPOKE, ROOT, b"\xaa" * 16),
                                          ("another nonce", ROOT, SPOKE, bytes(16))):
        message = tag("pln hello 1") + sender.id + receiver.id + nonce
        t.ask(f"hash: {name}", "hello_hash", {"network": NETWORK.hex(), "sender": sender.id.hex(), "receiver": receiver.id.hex(), "nonce": nonce.hex()},
              {"hash": hashlib.blake2b(message, key=NETWORK, digest_size=16).hexdigest()})
    return t


PRESENCE = {"network": NETWORK, "node": SPOKE.id, "stamp": 1767225600000, "name": "Spoke", "version": "0.1.0", "codecs": b"\x01",
            "addresses": ["hub.example.org:7420", "[2001:db8::1]:7420"], "digest": b"\x05" * 32, "access": b"\x06" * 32,
            "heads": [(0, 0, 1, b"\x07" * 32), (0, 1, SEQ_MAX, b"\x08" * 32)]}


def parts(f):
    heads = b"".join(struct.pack(">IBQ", *h[:3]) + h[3] for h in f["heads"])
    return [value(f[k]) for k in ("network", "node", "stamp", "name", "version", "codecs", "addresses", "digest", "access")] + [bin_(heads)]


def presence_fields(f):
    out = {k: v.hex() if isinstance(v, bytes) else v for k, v in f.items()}
    out["stamp"] = number(f["stamp"])
    out["heads"] = [{"epoch": h[0], "lane": h[1], "seq": number(h[2]), "hash": h[3].hex()} for h in f["heads"]]
    return out


def presences():
    t = Topic("presence", "bodies of presences and their signatures")
    body = array(*parts(PRESENCE))
    small = {**PRESENCE, "stamp": 0, "name": "", "version": "", "codecs": b"", "addresses": [], "heads": []}
    large = {**small, "stamp": SEQ_MAX, "name": "n" * 128, "version": "v" * 32, "codecs": bytes(range(1, 64)) + b"\x40"}
    eight = {**small, "addresses": [f"h{n}.example.org:7420" for n in range(8)]}
    heads = {**small, "heads": [(e, e % 2, e + 1, bytes([e]) * 32) for e in range(18)]}
    long = {**small, "addresses": ["a" * 250 + ":7420"]}
    for name, f in (("two addresses, two heads", PRESENCE), ("the smallest", small), ("longest texts", large), ("eight addresses", eight),
                    ("18 heads", heads), ("the longest address", long)):
        t.ask(name, "presence", presence_fields(f), {"hex": array(*parts(f)).hex()})
    more = [uint(0), value(None), value([1, [2]]), map_((uint(1), text("x")))]
    t.ask("surplus elements are passed over", "presence.read", {"hex": array(*parts(PRESENCE), *more).hex()}, presence_fields(PRESENCE))
    t.ask("54 surplus elements", "presence.read", {"hex": array(*parts(PRESENCE), *[uint(0)] * 54).hex()}, presence_fields(PRESENCE))
    bad_presences(t, body)
    t.ask("signature", "presence.sign", {"seed": SPOKE.seed.hex(), "body": body.hex()},
          {"signature": SPOKE.sign("pln presence 1", body).hex()})
    good = {"node": SPOKE.id.hex(), "body": body.hex(), "signature": SPOKE.sign("pln presence 1", body).hex()}
    t.ask("verifies", "presence.verify", good, {})
    for name, change in (("another body", {"body": array(*parts(small)).hex()}), ("another node", {"node": ROOT.id.hex()}),
                         ("another tag", {"signature": SPOKE.sign("pln join 1", body).hex()})):
        t.ask(f"refused: {name}", "presence.verify", {**good, **change}, refused="bad-signature")
    return t


def bad_presences(t, body):
    good = parts(PRESENCE)
    names = ["network", "node", "stamp", "name", "version", "codecs", "addresses", "digest", "access", "heads"]

    def refuse(name, data, reason="malformed"):
        t.ask(f"refused: {name}", "presence.read", {"hex": data.hex()}, refused=reason)

    for n, name in enumerate(names):
        wrong = uint(5) if name != "stamp" else text("5")
        refuse(f"{name} of another type", array(*good[:n], wrong, *good[n + 1:]))
    for name, n, v, reason in (("network of 31 bytes", 0, bytes(31), "malformed"), ("stamp 2^48", 2, 2**48, "malformed"),
                               ("name of 129 bytes", 3, "n" * 129, "malformed"), ("version of 33 bytes", 4, "v" * 33, "malformed"),
                               ("65 codecs", 5, bytes(65), "oversize"), ("nine addresses", 6, ["a:1"] * 9, "malformed"),
                               ("an address of 256 bytes", 6, ["a" * 256], "malformed"), ("an address is a bin", 6, [b"a:1"], "malformed"),
                               ("44 bytes of heads", 9, bytes(44), "malformed"), ("23 heads", 9, bytes(45 * 23), "oversize")):
        refuse(name, array(*good[:n], value(v), *good[n + 1:]), reason)
    refuse("nine elements", array(*good[:9]))
    refuse("65 elements", array(*good, *[uint(0)] * 55))
    refuse("a surplus element that is not canonical", array(*good, b"\xcc\x05"))
    refuse("a byte behind it", body + b"\0")
    refuse("cut short", body[:-1], "truncated")
    refuse("nothing", b"", "truncated")
    refuse("a map", map_((uint(0), uint(0))))
    assert TICKET
