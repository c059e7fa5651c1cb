# SPDX-License-Identifier: MPL-2.0
"""Settles, fork proofs, branches, access digests that cover proofs (SPEC 7.2.6, 9.6, 9.10)."""
from access import both, shared_voids, void
from basics import NETWORK
from kit import ROOT, SEQ_MAX, SPOKE, H, Chain, Topic, bin_, control, head_text, header, map_, uint
from messages import place_of

HASH, SIGNATURE = bytes(range(32)), bytes(range(64))


def settle(epoch=0, seq=1):
    return {16: epoch, 17: seq, 18: HASH, 19: SIGNATURE}


def settles(t):
    for name, epoch, seq in (("of epoch 0", 0, 1), ("of the last", 2**32 - 1, SEQ_MAX)):
        both(t, "settle", name, {"epoch": epoch, "seq": seq, "hash": HASH.hex(), "signature": SIGNATURE.hex()}, control(settle(epoch, seq)))
    shared_voids(t, "settle", control(settle()))
    for name, change in (("epoch 2^32", {16: 2**32}), ("seq 0", {17: 0}), ("seq 2^48", {17: 2**48}), ("hash of 31 bytes", {18: bytes(31)}),
                         ("signature of 65 bytes", {19: bytes(65)})):
        void(t, "settle", name, control({**settle(), **change}))
    for number, name in ((16, "epoch"), (17, "seq"), (18, "hash"), (19, "signature")):
        void(t, "settle", f"no {name}", control({n: v for n, v in settle().items() if n != number}))
    void(t, "settle", "more than 4096 bytes", map_((uint(99), bin_(bytes(4100)))))


class Branch:
    """Entries that say one word, behind a head."""

    def __init__(self, chain, at, chain_hash, word, count):
        self.links, self.hashes, seq = b"", [], at
        for n in range(count):
            top = header(0, 0x0101, 1767225600000 + n, len(word))
            data = H("pln data 1", word)
            chain_hash = H("pln link 1", chain_hash + top + data)
            self.links += top + data
            self.hashes.append(chain_hash)
            seq += 1
        self.count, self.end = count, seq
        self.signature = chain.author.sign("pln head 1", head_text(chain.place, seq, chain_hash))

    def fields(self):
        return {"signature": self.signature.hex(), "links": self.links.hex()}

    def bytes(self):
        return self.count.to_bytes(2, "big") + self.signature + self.links


def proof_bytes(chain, at, chain_hash, branches):
    ordered = sorted(branches, key=lambda b: b.hashes[0])
    return chain.place + at.to_bytes(8, "big") + chain_hash + b"".join(b.bytes() for b in ordered)


def proofs(t):
    chain = Chain(SPOKE, NETWORK, 16, 1)
    start = chain.hash
    for _ in range(5):
        chain.add(0, 0x0101, 1767225600000, b"common")
    for name, at, base, counts in (("behind entry 5", 5, chain.hash, (3, 2)), ("from the first entry", 0, start, (1, 1)),
                                   ("of unequal lengths", 5, chain.hash, (1, 9))):
        two = [Branch(chain, at, base, word, count) for word, count in zip((b"one", b"another"), counts)]
        data = proof_bytes(chain, at, base, two)
        ordered = sorted(two, key=lambda b: b.hashes[0])
        where = place_of(SPOKE.id, 16, 1)
        t.ask(f"proof: {name}", "proof", {"place": where, "at": at, "hash": base.hex(), "branches": [b.fields() for b in two]}, {"hex": data.hex()})
        t.ask(f"proof: {name}, the other way round", "proof",
              {"place": where, "at": at, "hash": base.hex(), "branches": [b.fields() for b in two[::-1]]}, {"hex": data.hex()})
        t.ask(f"proof read: {name}", "proof.read", {"hex": data.hex()},
              {"place": where, "at": at, "hash": base.hex(), "counts": [b.count for b in ordered]})
    wrong_proofs(t, chain)


def wrong_proofs(t, chain):
    base = chain.hash
    two = sorted((Branch(chain, 5, base, word, 2) for word in (b"one", b"another")), key=lambda b: b.hashes[0])
    good = proof_bytes(chain, 5, base, two)

    def refuse(name, data, reason):
        t.ask(f"proof refused: {name}", "proof.read", {"hex": data.hex()}, refused=reason)

    lead = good[:109]
    refuse("its branches in the wrong order", lead + two[1].bytes() + two[0].bytes(), "malformed")
    refuse("one branch twice", lead + two[0].bytes() * 2, "malformed")
    refuse("of lane 0", good[:68] + b"\0" + good[69:], "malformed")
    refuse("without its last byte", good[:-1], "truncated")
    refuse("and a byte", good + b"\0", "malformed")
    refuse("nothing", b"", "truncated")
    refuse("more than 98304 bytes", bytes(98305), "oversize")
    refuse("a branch without links", lead + bytes(2) + two[0].signature + two[1].bytes(), "malformed")
    refuse("L 2^48 - 1", good[:69] + SEQ_MAX.to_bytes(8, "big") + good[77:], "malformed")
    refuse("another L", good[:69] + (6).to_bytes(8, "big") + good[77:], "bad-signature")
    refuse("another hash at L", good[:77] + bytes(32) + good[109:], "bad-signature")
    refuse("another network", bytes(32) + good[32:], "bad-signature")
    refuse("an author that is no id", good[:32] + b"\xff" * 32 + good[64:], "bad-key")
    refuse("bit 7 of a codec", good[:175] + bytes([good[175] | 0x80]) + good[176:], "malformed")
    refuse("a size above 262144", good[:184] + (262145).to_bytes(4, "big") + good[188:], "malformed")
    refuse("another signature", good[:111] + bytes(64) + good[175:], "bad-signature")
    start = Chain(SPOKE, NETWORK, 17, 1)
    two = [Branch(start, 0, chain.hash, word, 1) for word in (b"one", b"another")]
    refuse("a chain that begins elsewhere", proof_bytes(start, 0, chain.hash, two), "malformed")


def branches(t):
    chain = Chain(SPOKE, NETWORK, 16, 1)
    some = Branch(chain, 41, HASH, b"word", 3)
    body = (41).to_bytes(8, "big") + HASH + some.signature + some.links
    t.ask("branch: three links", "branch", {"at": 41, "hash": HASH.hex(), "signature": some.signature.hex(), "links": some.links.hex()}, {"hex": body.hex()})
    for name, data, reason in (("without links", body[:104], "malformed"), ("cut in its lead", body[:103], "truncated"),
                               ("half a link", body[:-1], "malformed"), ("1025 links", body[:104] + some.links[:45] * 1025, "malformed"),
                               ("L 2^48 - 1", SEQ_MAX.to_bytes(8, "big") + body[8:], "malformed")):
        t.ask(f"branch refused: {name}", "branch.read", {"hex": data.hex()}, refused=reason)


def digests(t):
    lane0 = {"author": ROOT.id.hex(), "epoch": 0, "lane": 0, "seq": 2, "hash": HASH.hex()}
    leaf = {**lane0, "seq": 3, "hash": H("pln link 1", HASH).hex()}
    proof = {"author": SPOKE.id.hex(), "epoch": 16, "lane": 1, "seq": 5, "hash": H("pln chain 1", HASH).hex()}
    for name, elements in (("nothing", []), ("one head", [lane0]), ("two leaves of one chain", [lane0, leaf]),
                           ("a proof beside a head", [lane0, proof]), ("a proof alone", [proof]),
                           ("order makes no difference", [proof, leaf, lane0])):
        rows = [bytes.fromhex(e["author"]) + e["epoch"].to_bytes(4, "big") + bytes([e["lane"]]) + e["seq"].to_bytes(8, "big")
                + bytes.fromhex(e["hash"]) + bytes(32) for e in elements]
        buckets = b""
        for i in range(256):
            some = sorted(r for r in rows if r[0] == i)
            buckets += H("pln heads 1", b"".join(some)) if some else bytes(32)
        t.ask(f"access digest: {name}", "access_digest", {"network": NETWORK.hex(), "elements": elements},
              {"access": H("pln access 1", NETWORK + buckets).hex()})


def forks():
    t = Topic("fork", "forks: settles, proofs, branches, and access digests that cover proofs")
    settles(t)
    proofs(t)
    branches(t)
    digests(t)
    return t
