# SPDX-License-Identifier: MPL-2.0
"""Hashes, keys, signatures, entries, chains and runs (SPEC 1.3, 3, 4)."""
import nacl.bindings as sodium

from kit import (H, ORDER, ROOT, SEQ_MAX, SPOKE, Chain, Key, Topic, entry, genesis_payload, head_text,
                 header, join, key, network_id, number, place, repeat, tag, withheld)

TAGS = ["data", "chain", "link", "head", "network", "hello", "arrival", "holes", "heads", "digest",
        "access", "presence", "join", "ticket", "blob"]
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
NETWORK = network_id(ROOT.id, genesis_payload())
PRIME = 2**255 - 19

# RFC 8032 7.1: seed, public key, message, signature, as printed there.
RFC_8032 = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"),
    ("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
     "454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
     "3dca179c138ac17ad9bef1177331a704"),
]

# The points of small order in their canonical spelling, and the one whose x is negative zero.
SMALL = {
    "order 1": (1).to_bytes(32, "little"),
    "order 2": (PRIME - 1).to_bytes(32, "little"),
    "order 4": bytes(32),
    "order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "order 8, the other": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}


def base58(data):
    n, digits = int.from_bytes(data, "big"), ""
    while n:
        n, rest = divmod(n, 58)
        digits = BASE58[rest] + digits
    return digits


def did(node_id):
    return "did:key:z" + base58(b"\xed\x01" + node_id)


def hashes():
    t = Topic("hash", "tag(s) and H(s, x); answers by Python's hashlib")
    for name in TAGS:
        t.ask(f"tag pln {name} 1", "tag", {"text": f"pln {name} 1"}, {"hex": tag(f"pln {name} 1").hex()})
    t.ask("tag of 16 bytes has no padding", "tag", {"text": "0123456789abcdef"},
          {"hex": b"0123456789abcdef".hex()})
    for name in TAGS:
        text = f"pln {name} 1"
        t.ask(f"{text} of abc", "hash", {"tag": text, "data": b"abc".hex()}, {"hash": H(text, b"abc").hex()})
    for size in (0, 1, 111, 112, 113, 240, 241, 1000):
        data = bytes(i % 251 for i in range(size))
        t.ask(f"{size} bytes around the block of 128", "hash", {"tag": "pln data 1", "data": data.hex()},
              {"hash": H("pln data 1", data).hex()})
    big = b"\x5a" * 262144
    t.ask("the largest payload", "hash", {"tag": "pln data 1", "data": repeat(b"\x5a", 262144)},
          {"hash": H("pln data 1", big).hex()})
    return t


def identity():
    t = Topic("identity", "seeds, ids and did:key; keys of RFC 8032 7.1, answers by libsodium through PyNaCl")

    def ask_key(name, seed):
        k = Key(seed)
        if k.id[31] & 0x80:
            t.ask(name, "key", {"seed": seed.hex()}, refused="bad-key")
            return
        t.ask(name, "key", {"seed": seed.hex()}, {
            "id": k.id.hex(), "did": did(k.id),
            "curve_public": sodium.crypto_sign_ed25519_pk_to_curve25519(k.id).hex(),
            "curve_secret": sodium.crypto_sign_ed25519_sk_to_curve25519(k.secret).hex()})

    for n, (seed, public, _, _) in enumerate(RFC_8032):
        assert Key(bytes.fromhex(seed)).id.hex() == public
        ask_key(f"RFC 8032 seed {n + 1}", bytes.fromhex(seed))
    for n in range(0, 12):
        ask_key(f"seed of 32 bytes {n:02x}", bytes([n]) * 32)
    ask_key("seed of 32 bytes ff", b"\xff" * 32)
    ids(t)
    dids(t)
    return t


def ids(t):
    good = ROOT.id
    t.ask("a valid id", "id", {"id": good.hex()},
          {"curve_public": sodium.crypto_sign_ed25519_pk_to_curve25519(good).hex()})
    bad = {"the negative of a valid id has bit 255 set": good[:31] + bytes([good[31] | 0x80]),
           "y is not below the prime": (PRIME + 3).to_bytes(32, "little"),
           "y is the prime, which is 0": PRIME.to_bytes(32, "little"),
           "no point has this y": (2).to_bytes(32, "little"),
           "all bits set": b"\xff" * 32}
    for name, point in SMALL.items():
        bad[f"a point of {name}"] = point
    # A point outside the main subgroup: a valid one plus one of order 8.
    mixed = sodium.crypto_core_ed25519_add(good, SMALL["order 8"])
    if mixed[31] & 0x80:
        mixed = sodium.crypto_core_ed25519_add(good, SMALL["order 8, the other"])
    assert not mixed[31] & 0x80 and not sodium.crypto_core_ed25519_is_valid_point(mixed)
    bad["a point outside the main subgroup"] = mixed
    for name, point in bad.items():
        t.ask(name, "id", {"id": point.hex()}, refused="bad-key")


def dids(t):
    for name, k in (("root", ROOT), ("spoke", SPOKE), ("RFC 8032 key 1", Key(bytes.fromhex(RFC_8032[0][0])))):
        t.ask(f"did of {name}", "did", {"id": k.id.hex()}, {"did": did(k.id)})
    good = did(ROOT.id)
    t.ask("without did:key:", "did.read", {"text": good[8:]}, {"id": ROOT.id.hex()})
    for name, text in (("empty", ""), ("only the prefix", "did:key:"), ("a digit short", good[:-1]),
                       ("a digit long", good + "1"), ("0 is no base58 digit", good[:-1] + "0"),
                       ("I is no base58 digit", good[:-1] + "I"), ("a blank before", " " + good),
                       ("another method", good.replace("did:key", "did:web")),
                       ("not base58btc", good.replace(":z6", ":m6")),
                       ("another multicodec", "did:key:z" + base58(b"\xec\x01" + ROOT.id)),
                       ("past the largest number", "did:key:z" + "z" * 47)):
        t.ask(f"did: {name}", "did.read", {"text": text}, refused="malformed")
    for name, point in (("bit 255 set", key(2).id), ("small order", SMALL["order 2"]), ("no point", (2).to_bytes(32, "little"))):
        t.ask(f"did of an invalid id: {name}", "did.read", {"text": did(point)}, refused="bad-key")


def signatures():
    t = Topic("signature", "Ed25519 as in RFC 8032 7.1, tagged signatures, and what a verifier refuses")
    for n, (seed, public, message, signature) in enumerate(RFC_8032):
        k = Key(bytes.fromhex(seed))
        assert k.sign_bare(bytes.fromhex(message)).hex() == signature
        t.ask(f"RFC 8032 test {n + 1}", "ed25519", {"seed": seed, "message": message},
              {"public": public, "signature": signature})
    message = bytes(range(100))
    for name, k, text, m in (("a head's size", ROOT, "pln head 1", bytes(109)),
                             ("the shortest message: 65 bytes in all", ROOT, "pln head 1", bytes(49)),
                             ("another tag, another signature", ROOT, "pln join 1", bytes(109)),
                             ("a tag of 14 letters", SPOKE, "pln presence 1", message)):
        t.ask(name, "sign", {"seed": k.seed.hex(), "tag": text, "message": m.hex()},
              {"id": k.id.hex(), "signature": k.sign(text, m).hex()})
    verify_cases(t, message)
    return t


def verify_cases(t, message):
    text = "pln head 1"
    good = ROOT.sign(text, message)
    scalar = int.from_bytes(good[32:], "little")

    def ask(name, node=ROOT.id, label=text, m=message, signature=good, refused="bad-signature"):
        given = {"id": node.hex(), "tag": label, "message": m.hex(), "signature": signature.hex()}
        t.ask(name, "verify", given, None if refused else {}, refused or None)

    ask("verifies", refused=None)
    ask("another message", m=message[:-1] + b"\0")
    ask("a longer message", m=message + b"\0")
    ask("another tag", label="pln join 1")
    ask("another id", node=SPOKE.id)
    ask("one bit of R differs", signature=bytes([good[0] ^ 1]) + good[1:])
    ask("one bit of S differs", signature=good[:32] + bytes([good[32] ^ 1]) + good[33:])
    ask("S plus the group order", signature=good[:32] + (scalar + ORDER).to_bytes(32, "little"))
    ask("S is the group order, R of order 1", signature=SMALL["order 1"] + ORDER.to_bytes(32, "little"))
    ask("all zeros", signature=bytes(64))
    short = bytes(48)
    ask("64 bytes in all could be a bare value: refused although it verifies", m=short,
        signature=ROOT.sign(text, short))
    ask("an empty message", m=b"", signature=ROOT.sign(text, b""))
    for name, point in SMALL.items():
        ask(f"R of {name}", signature=point + good[32:])
        ask(f"the key is of {name}, S is 0", node=point, signature=point + bytes(32))
    ask("a non-canonical key", node=(PRIME + 3).to_bytes(32, "little"))
    ask("a non-canonical R", signature=(PRIME + 3).to_bytes(32, "little") + good[32:])
    torsion(t, ask, message, text)


def torsion(t, ask, message, text):
    """R moved by a point of order 8: passes the cofactored equation, not the cofactorless one."""
    import hashlib
    import nacl.bindings as s
    digest = hashlib.sha512(ROOT.seed).digest()
    a = bytearray(digest[:32])
    a[0] &= 248
    a[31] = a[31] & 127 | 64
    r = 12345
    R = s.crypto_core_ed25519_add(s.crypto_scalarmult_ed25519_base_noclamp(r.to_bytes(32, "little")), SMALL["order 8"])
    k = int.from_bytes(hashlib.sha512(R + ROOT.id + tag(text) + message).digest(), "little") % ORDER
    S = (r + k * int.from_bytes(a, "little")) % ORDER
    ask("R has a part of order 8: the cofactorless equation refuses", signature=R + S.to_bytes(32, "little"))
    plain = s.crypto_scalarmult_ed25519_base_noclamp(r.to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(plain + ROOT.id + tag(text) + message).digest(), "little") % ORDER
    S = (r + k * int.from_bytes(a, "little")) % ORDER
    ask("the same without that part", signature=plain + S.to_bytes(32, "little"), refused=None)


def entries():
    t = Topic("entry", "headers, entries, withheld entries")
    for name, f in (("zeros", (0, 0, 0, 0)), ("a lesson", (1, 0x0102, 1767225600000, 53)),
                    ("largest of each", (127, 0xffff, SEQ_MAX, 262144)), ("zstd", (64, 0x0100, 1, 255))):
        t.ask(f"header: {name}", "header", dict(zip(("codec", "kind", "time_ms", "size"), f)),
              {"hex": header(*f).hex()})
    for name, f, payload in (("raw", (0, 1, 1767225600000), genesis_payload()), ("empty payload", (0, 4, 5), b""),
                             ("codec 1", (1, 0x0102, 7), b"\x20\x00\x01\x00\x00")):
        fields = dict(zip(("codec", "kind", "time_ms"), f), payload=payload.hex())
        data, weight = H("pln data 1", payload).hex(), 13 + len(payload)
        t.ask(f"entry: {name}", "entry", {**fields, "withheld": False},
              {"hex": entry(*f, payload).hex(), "data": data, "weight": weight})
        t.ask(f"withheld: {name}", "entry", {**fields, "withheld": True},
              {"hex": withheld(*f, payload).hex(), "data": data, "weight": weight})
    e = entry(0, 1, 5, b"hello")
    base = {"codec": 0, "kind": 1, "time_ms": 5, "size": 5}
    t.ask("what follows an entry is not looked at", "entry.read", {"hex": (e + b"\xff\xff").hex()},
          {**base, "withheld": False, "payload": b"hello".hex(), "data": H("pln data 1", b"hello").hex(),
           "stored_size": 18})
    w = withheld(0, 1, 5, b"hello")
    t.ask("and a withheld one", "entry.read", {"hex": (w + b"\xff").hex()},
          {**base, "withheld": True, "payload": None, "data": H("pln data 1", b"hello").hex(), "stored_size": 45})
    t.ask("the largest entry", "entry.read", {"hex": join(header(0, 256, 1, 262144), repeat(b"\0", 262144))},
          {"codec": 0, "kind": 256, "time_ms": 1, "size": 262144, "withheld": False,
           "payload": repeat(b"\0", 262144), "data": H("pln data 1", bytes(262144)).hex(), "stored_size": 262157})
    for name, data, reason in (("nothing", b"", "truncated"), ("12 bytes of header", e[:12], "truncated"),
                               ("a byte of payload missing", e[:-1], "truncated"),
                               ("a byte of data(n) missing", w[:-1], "truncated"),
                               ("size 262145", header(0, 1, 1, 262145), "oversize"),
                               ("size 2^32-1, withheld", header(0x80, 1, 1, 2**32 - 1) + bytes(32), "oversize")):
        t.ask(f"refused: {name}", "entry.read", {"hex": data.hex()}, refused=reason)
    return t


def draft(codec, kind, time_ms, payload):
    """An entry of a chain: what is hashed, and how the case writes its payload down."""
    data = payload
    if isinstance(payload, dict):
        data = bytes.fromhex(payload["repeat"]) * payload["times"]
    else:
        payload = payload.hex()
    return (codec, kind, time_ms, data), {"codec": codec, "kind": kind, "time_ms": time_ms, "payload": payload}


def ask_chain(t, name, chain, drafts):
    start, heads = chain.hash.hex(), []
    for hashed, _ in drafts:
        anchor = chain.add(*hashed)
        heads.append({**chain.head(), "anchor": anchor})
    t.ask(name, "chain", {"place": place_fields(chain), "entries": [d for _, d in drafts]},
          {"start": start, "heads": heads})


def place_fields(chain):
    return {"network": chain.network.hex(), "author": chain.author.id.hex(), "epoch": chain.epoch,
            "lane": chain.lane}


GRANT = bytes.fromhex("8410c420ca93ac1705187071d67b83c7ff0efe8108e8ec4530575d7726879333dbdabe7c"
                      "1100120213a553706f6b65")


def chains():
    t = Topic("chain", "places, chain hashes, anchors, head signatures")
    for name, p in (("spec 4.9", (NETWORK, ROOT.id, 0, 0)), ("lane 1", (NETWORK, SPOKE.id, 0x12345678, 1)),
                    ("last epoch", (bytes(range(32)), SPOKE.id, 2**32 - 1, 1))):
        fields = dict(zip(("network", "author", "epoch", "lane"), (p[0].hex(), p[1].hex(), p[2], p[3])))
        t.ask(f"place: {name}", "place", fields, {"hex": place(*p).hex()})
    ask_chain(t, "spec 4.9", Chain(ROOT, NETWORK, 0, 0),
              [draft(0, 1, 1767225600000, genesis_payload()), draft(0, 2, 1767225601000, GRANT)])
    ask_chain(t, "lane 1, an anchor by bytes", Chain(SPOKE, NETWORK, 0, 1),
              [draft(0, 0x0101, 1, repeat(b"\x61", 131072 - 13 - 1)), draft(64, 0x0102, 2, b""),
               draft(1, 0xffff, SEQ_MAX, b"x")])
    ask_chain(t, "lane 1, an entry that fills 131072 exactly", Chain(SPOKE, NETWORK, 16, 1),
              [draft(0, 0x0101, 1, repeat(b"\x61", 131072 - 13)), draft(0, 0x0101, 2, b"")])
    ask_chain(t, "lane 1, two anchors passed by one entry", Chain(SPOKE, NETWORK, 17, 1),
              [draft(0, 0x0101, 1, repeat(b"\0", 262144)), draft(0, 0x0101, 2, b"y")])
    anchors(t)
    heads(t)
    return t


def anchors(t):
    for name, lane, seq, before, cum, is_anchor in (
            ("lane 0, always", 0, 1, 0, 13, True), ("lane 1, first", 1, 1, 0, 13, False),
            ("1023", 1, 1023, 5000, 5013, False), ("1024", 1, 1024, 5013, 5026, True),
            ("1025", 1, 1025, 5026, 5039, False), ("one byte short", 1, 5, 0, 131071, False),
            ("131072 exactly", 1, 5, 131071, 131072, True), ("begins at 131072", 1, 6, 131072, 131085, False),
            ("seq 2^48-1024", 1, 2**48 - 1024, 2**50, 2**50 + 13, True),
            ("cum beyond 2^53", 1, 7, 2**60 - 1, 2**60, True)):
        t.ask(f"anchor: {name}", "anchor",
              {"lane": lane, "seq": number(seq), "cum_before": number(before), "cum": number(cum)},
              {"anchor": is_anchor})


def heads(t):
    chain = Chain(ROOT, NETWORK, 0, 0)
    chain.add(0, 1, 1767225600000, genesis_payload())
    first = chain.hash
    for name, k, epoch, lane, seq, chain_hash in (("spec 4.9, seq 1", ROOT, 0, 0, 1, first),
                                                  ("the last seq", SPOKE, 2**32 - 1, 1, SEQ_MAX, bytes(32))):
        where = place(NETWORK, k.id, epoch, lane)
        signature = k.sign("pln head 1", head_text(where, seq, chain_hash))
        given = {"seed": k.seed.hex(), "network": NETWORK.hex(), "epoch": epoch, "lane": lane, "seq": seq,
                 "hash": chain_hash.hex()}
        t.ask(f"head: {name}", "head", given, {"signature": signature.hex()})
    signature = chain.signature().hex()
    good = {"place": place_fields(chain), "seq": 1, "hash": first.hex(), "signature": signature}
    t.ask("head verifies", "head.verify", good, {})
    for name, change in (("another seq", {"seq": 2}), ("another hash", {"hash": bytes(32).hex()}),
                         ("another lane", {"place": {**good["place"], "lane": 1}}),
                         ("another epoch", {"place": {**good["place"], "epoch": 1}}),
                         ("another author", {"place": {**good["place"], "author": SPOKE.id.hex()}}),
                         ("another network", {"place": {**good["place"], "network": bytes(32).hex()}})):
        t.ask(f"head of {name} refused", "head.verify", {**good, **change}, refused="bad-signature")
