# SPDX-License-Identifier: MPL-2.0
"""Control records and what follows from a set of them (SPEC 7)."""
import random

from basics import GRANT, NETWORK, PRIME, SMALL
from fold import Fold, Promised, Said, answer, made_up
from kit import (ROOT, SEQ_MAX, SPOKE, TICKET, Topic, array, bin_, control, genesis_payload, head_text, map_, more_keys,
                 network_id, number, place, text, uint, value)

NOT_AN_ID = [("bit 255 set", SPOKE.id[:31] + bytes([SPOKE.id[31] | 0x80])), ("small order", SMALL["order 1"]),
             ("no point", (2).to_bytes(32, "little")), ("not canonical", (PRIME + 3).to_bytes(32, "little"))]
TERM_MAX = 2**28 - 1


def controls():
    t = Topic("control", "control records: fields and payload, and payloads that are void")
    t.ask("spec 4.9", "network_id", {"root": ROOT.id.hex(), "genesis": genesis_payload().hex()}, {"network": NETWORK.hex()})
    t.ask("another root", "network_id", {"root": SPOKE.id.hex(), "genesis": genesis_payload().hex()},
          {"network": network_id(SPOKE.id, genesis_payload()).hex()})
    networks(t)
    grants(t)
    revokes(t)
    leaves(t)
    return t


def both(t, op, name, fields, payload):
    t.ask(f"{op}: {name}", op, fields, {"hex": payload.hex()})


def void(t, op, name, payload):
    t.ask(f"{op} void: {name}", f"{op}.read", {"hex": payload.hex()}, refused="malformed")


def shared_voids(t, op, good):
    """What makes any control record void; `good` is one that is not."""
    void(t, op, "nothing", b"")
    void(t, op, "no map", b"\x90")
    void(t, op, "cut short", good[:-1])
    void(t, op, "a byte too many", good + b"\0")
    void(t, op, "a key is no integer", map_((text("a"), uint(1))))
    void(t, op, "an unknown field that is not canonical", good_with(good, uint(99) + b"\xcc\x05"))
    void(t, op, "keys descend", good_with(good_with(good, uint(98) + uint(1)), uint(97) + uint(1)))
    void(t, op, "an unknown field nine deep", good_with(good, uint(99) + b"\x91" * 9 + b"\0"))


def good_with(good, pair):
    """One more pair behind those of a fixmap."""
    return bytes([good[0] + 1]) + good[1:] + pair


def networks(t):
    nonce = bytes(range(16))
    empty = {"nonce": None, "name": "", "guardians": [], "threshold": 0, "title": "", "max_entries": 0, "max_bytes": 0,
             "access_version": 0}
    founding = {**empty, "nonce": nonce.hex(), "name": "Demo"}
    ids = sorted([ROOT.id, SPOKE.id, TICKET.id])
    both(t, "network", "spec 4.9", {**founding, "title": "Demo network", "access_version": 1}, genesis_payload())
    both(t, "network", "the smallest genesis", founding, control({16: nonce, 17: "Demo"}))
    both(t, "network", "no change at all", empty, control({}))
    both(t, "network", "a change", {**empty, "title": "Neu", "max_entries": 2000000, "max_bytes": 2**31, "access_version": 2},
         control({20: "Neu", 21: 2000000, 22: 2**31, 23: 2}))
    both(t, "network", "the largest", {**founding, "name": "n" * 128, "title": "t" * 512, "max_entries": number(SEQ_MAX),
         "max_bytes": number(2**64 - 1), "access_version": 2**32 - 1},
         control({16: nonce, 17: "n" * 128, 20: "t" * 512, 21: SEQ_MAX, 22: 2**64 - 1, 23: 2**32 - 1}))
    both(t, "network", "guardians", {**founding, "guardians": [i.hex() for i in ids], "threshold": 2},
         control({16: nonce, 17: "Demo", 18: ids, 19: 2}))
    seven = sorted(k.id for k in more_keys(7))
    both(t, "network", "seven guardians", {**founding, "guardians": [i.hex() for i in seven], "threshold": 7},
         control({16: nonce, 17: "Demo", 18: seven, 19: 7}))
    good = control({16: nonce, 17: "Demo"})
    t.ask("network: unknown fields are passed over", "network.read",
          {"hex": control({0: None, 5: [1], 16: nonce, 17: "Demo", 24: b"x", 2**63 - 1: {1: 2}}).hex()}, founding)
    shared_voids(t, "network", good)
    for name, fields in (("nonce of 15 bytes", {16: nonce[:15], 17: "Demo"}), ("nonce is a text", {16: "0123456789abcdef", 17: "Demo"}),
                         ("genesis without name", {16: nonce}), ("name is empty", {16: nonce, 17: ""}), ("name of 129 bytes", {16: nonce, 17: "n" * 129}),
                         ("name is a bin", {16: nonce, 17: b"Demo"}), ("name without nonce", {17: "Demo"}), ("title is empty", {20: ""}),
                         ("title of 513 bytes", {20: "t" * 513}), ("max_entries 0", {21: 0}), ("max_entries 2^48", {21: 2**48}),
                         ("max_entries negative", {21: -1}), ("max_bytes 0", {22: 0}), ("access_version 0", {23: 0}), ("access_version 2^32", {23: 2**32}),
                         ("guardians without threshold", {16: nonce, 17: "Demo", 18: ids}), ("threshold without guardians", {16: nonce, 17: "Demo", 19: 1}),
                         ("guardians without nonce", {18: ids, 19: 2}), ("no guardians", {16: nonce, 17: "Demo", 18: [], 19: 1}),
                         ("eight guardians", {16: nonce, 17: "Demo", 18: sorted(k.id for k in more_keys(8)), 19: 5}),
                         ("guardians descend", {16: nonce, 17: "Demo", 18: ids[::-1], 19: 2}), ("a guardian twice", {16: nonce, 17: "Demo", 18: [ids[0]] * 2, 19: 2}),
                         ("threshold of half", {16: nonce, 17: "Demo", 18: ids[:2], 19: 1}), ("threshold above the number", {16: nonce, 17: "Demo", 18: ids[:2], 19: 3}),
                         ("threshold 0", {16: nonce, 17: "Demo", 18: ids[:1], 19: 0})):
        void(t, "network", name, control(fields))
    for name, bad in NOT_AN_ID:
        void(t, "network", f"a guardian's id: {name}", control({16: nonce, 17: "Demo", 18: [bad], 19: 1}))


def grants(t):
    fields = {"node": SPOKE.id.hex(), "term": 0, "role": 2, "label": "", "expiry_ms": 0, "succeeds": None}
    both(t, "grant", "spec 4.9", {**fields, "label": "Spoke"}, GRANT)
    both(t, "grant", "a reader without label", {**fields, "role": 1}, control({16: SPOKE.id, 17: 0, 18: 1}))
    both(t, "grant", "the largest", {**fields, "term": TERM_MAX, "role": 3, "label": "ä" * 64, "expiry_ms": SEQ_MAX, "succeeds": ROOT.id.hex()},
         control({16: SPOKE.id, 17: TERM_MAX, 18: 3, 19: "ä" * 64, 20: SEQ_MAX, 21: ROOT.id}))
    t.ask("grant: unknown fields are passed over", "grant.read",
          {"hex": control({1: 1, 16: SPOKE.id, 17: 0, 18: 2, 22: [None], 1000: "x"}).hex()}, fields)
    shared_voids(t, "grant", control({16: SPOKE.id, 17: 0, 18: 2}))
    base = {16: SPOKE.id, 17: 0, 18: 2}
    for name, change in (("no node", {16: None}), ("no term", {17: None}), ("no role", {18: None}), ("node is a text", {16: "x" * 32}),
                         ("node of 31 bytes", {16: SPOKE.id[:31]}), ("term 2^28", {17: 2**28}), ("term negative", {17: -1}), ("role 0", {18: 0}),
                         ("role 4", {18: 4}), ("role is a text", {18: "reader"}), ("label is empty", {19: ""}), ("label of 129 bytes", {19: "l" * 129}),
                         ("expiry 0", {20: 0}), ("expiry 2^48", {20: 2**48}), ("expiry is a float", {20: 1.5}), ("succeeds of 31 bytes", {21: bytes(31)})):
        changed = {k: v for k, v in {**base, **change}.items() if v is not None}
        payload = control(changed) if change.get(20) != 1.5 else control(base)[:1]
        if change.get(20) == 1.5:
            payload = good_with(control(base), uint(20) + b"\xcb\x3f\xf8" + bytes(6))
        void(t, "grant", name, payload)
    for name, bad in NOT_AN_ID:
        void(t, "grant", f"node: {name}", control({**base, 16: bad}))
        void(t, "grant", f"succeeds: {name}", control({**base, 21: bad}))
    big = control({**base, 22: b"x" * 4096})
    void(t, "grant", "more than 4096 bytes", big)


def cut(key, epoch, lane, seq, branch=0, forged=False):
    chain_hash = made_up("chain", key.id, epoch, lane, seq, branch)
    signature = key.sign("pln head 1", head_text(place(NETWORK, key.id, epoch, lane), seq, chain_hash))
    if forged:
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    return [epoch, lane, seq, chain_hash, signature]


def cut_fields(c):
    return {"epoch": c[0], "lane": c[1], "seq": number(c[2]), "hash": c[3].hex(), "signature": c[4].hex()}


def revokes(t):
    fields = {"node": SPOKE.id.hex(), "term": 0, "cuts": [], "reason": ""}
    two = [cut(SPOKE, 0, 0, 3), cut(SPOKE, 0, 1, 40)]
    both(t, "revoke", "without cuts", fields, control({16: SPOKE.id, 17: 0}))
    both(t, "revoke", "two cuts and a reason", {**fields, "term": 2, "cuts": [cut_fields(c) for c in two], "reason": "expired"},
         control({16: SPOKE.id, 17: 2, 18: two, 19: "expired"}))
    branches = sorted([cut(SPOKE, 0, 0, 3, 0), cut(SPOKE, 0, 0, 3, 1)], key=lambda c: c[3])
    both(t, "revoke", "two branches of lane 0 at one seq", {**fields, "cuts": [cut_fields(c) for c in branches]},
         control({16: SPOKE.id, 17: 0, 18: branches}))
    many = [cut(SPOKE, 16 * TERM_MAX + e // 2, e % 2, SEQ_MAX - e) for e in range(24)]
    both(t, "revoke", "24 cuts, the longest reason", {**fields, "term": TERM_MAX, "cuts": [cut_fields(c) for c in many], "reason": "r" * 512},
         control({16: SPOKE.id, 17: TERM_MAX, 18: many, 19: "r" * 512}))
    t.ask("revoke: the node's id need not be valid; unknown fields are passed over", "revoke.read",
          {"hex": control({3: 0, 16: b"\xff" * 32, 17: 0, 20: 1}).hex()}, {**fields, "node": "ff" * 32})
    shared_voids(t, "revoke", control({16: SPOKE.id, 17: 0}))
    base = {16: SPOKE.id, 17: 0}
    c = two[0]
    for name, change in (("node of 33 bytes", {16: bytes(33)}), ("term 2^28", {17: 2**28}), ("no cuts, written down", {18: []}),
                         ("cuts is a map", {18: {}}), ("reason is empty", {19: ""}), ("reason of 513 bytes", {19: "r" * 513}),
                         ("a cut of four", {18: [c[:4]]}), ("a cut of six", {18: [c + [0]]}), ("lane 2", {18: [[c[0], 2] + c[2:]]}),
                         ("seq 0", {18: [c[:2] + [0] + c[3:]]}), ("seq 2^48", {18: [c[:2] + [2**48] + c[3:]]}), ("epoch 2^32", {18: [[2**32] + c[1:]]}),
                         ("hash of 31 bytes", {18: [c[:3] + [bytes(31)] + c[4:]]}), ("signature of 63 bytes", {18: [c[:4] + [bytes(63)]]}),
                         ("cuts descend", {18: two[::-1]}), ("a cut twice", {18: [c, c]}), ("branches descend", {18: branches[::-1]}),
                         ("two cuts of an epoch's lane 1", {18: [cut(SPOKE, 0, 1, 3), cut(SPOKE, 0, 1, 4)]}),
                         ("31 cuts", {18: [cut(SPOKE, e, 0, 1) for e in range(31)]})):
        void(t, "revoke", name, control({**base, **change}))
    void(t, "revoke", "no node", control({17: 0}))
    void(t, "revoke", "no term", control({16: SPOKE.id}))


def leaves(t):
    both(t, "leave", "empty", {}, control({}))
    t.ask("leave: unknown fields are passed over", "leave.read", {"hex": control({0: 1, 16: "x", 99: [[]]}).hex()}, {})
    shared_voids(t, "leave", control({}))
    void(t, "leave", "nil", b"\xc0")
    void(t, "leave", "more than 4096 bytes", map_((uint(1), bin_(bytes(4100)))))
    assert array() == value([])


# ---- folds ----

A, B, C, D = more_keys(4)
GENESIS = genesis_payload()


class History:
    """What is said, each the next of its author's epoch."""

    def __init__(self, with_genesis=True):
        self.said, self.seqs = [], {}
        if with_genesis:
            self.raw(ROOT, 0, 1, GENESIS, {16: bytes(range(16)), 17: "Demo", 20: "Demo network", 23: 1})

    def raw(self, by, epoch, kind, payload, fields, seq=None, branch=0):
        seq = seq or self.seqs.get((by.id, epoch), 0) + 1
        self.seqs[by.id, epoch] = seq
        self.said.append(Said(by.id, epoch, seq, made_up("chain", by.id, epoch, 0, seq, branch), kind, payload, fields))

    def say(self, by, kind, fields, epoch=0, **more):
        self.raw(by, epoch, kind, control(fields), fields, **more)

    def grant(self, by, who, role, term=0, epoch=0, label=None, expiry=None, **more):
        fields = {16: who.id, 17: term, 18: role}
        fields.update({19: label} if label else {})
        fields.update({20: expiry} if expiry else {})
        self.say(by, 2, fields, epoch, **more)

    def revoke(self, by, who, term=0, cuts=(), epoch=0, **more):
        fields = {16: who.id, 17: term}
        fields.update({18: list(cuts)} if cuts else {})
        self.say(by, 3, fields, epoch, **more)


def ask(t, name, history, asked=(), promise=None, network=NETWORK, asked_of=(A, B)):
    asked = [(k.id, e, l) for k, e, l in asked] or [(k.id, e, l) for k in asked_of for e in (0, 16) for l in (0, 1)]
    fold = Promised(network, history.said, *promise) if promise else Fold(network, history.said)
    given = {"network": network.hex(), "promise": {"root": promise[0].hex(), "inviter": promise[1].hex()} if promise else None,
             "statements": [s.case() for s in history.said],
             "ask": [{"node": n.hex(), "epoch": e, "lane": l} for n, e, l in asked]}
    t.ask(name, "fold", given, answer(fold, asked))


def folds():
    t = Topic("access", "histories of control records: members, limits, settings")
    ask(t, "nothing is held", History(False))
    ask(t, "the genesis alone", History(), [(ROOT, 0, 0), (ROOT, 0, 1), (ROOT, 99, 1), (A, 0, 0)])
    h = History(False)
    h.grant(ROOT, A, 2, seq=2)
    ask(t, "a grant without the genesis", h)
    h = History()
    for who, role in ((A, 1), (B, 2), (C, 3)):
        h.grant(ROOT, who, role, label=f"role {role}")
    ask(t, "one of each role", h, [(k, e, l) for k in (A, B, C, D) for e in (0, 15, 16) for l in (0, 1)])
    genesis_cases(t)
    coordinator_cases(t)
    revoke_cases(t)
    term_cases(t)
    speaking_cases(t)
    setting_cases(t)
    promise_cases(t)
    random_cases(t)
    return t


def genesis_cases(t):
    h = History(False)
    h.raw(SPOKE, 0, 1, GENESIS, {16: bytes(range(16)), 17: "Demo", 20: "Demo network", 23: 1})
    h.grant(SPOKE, A, 2)
    ask(t, "somebody else's copy of the genesis founds nothing", h)
    h = History(False)
    h.raw(ROOT, 0, 1, GENESIS, {16: bytes(range(16)), 17: "Demo", 20: "Demo network", 23: 1}, seq=2)
    ask(t, "the genesis at seq 2 founds nothing", h)
    h = History()
    h.raw(ROOT, 0, 2, GRANT + b"\0", None)
    h.raw(ROOT, 0, 2, control({16: A.id, 17: 0}), None)
    h.raw(ROOT, 0, 0x0101, control({16: A.id, 17: 0, 18: 2}), {16: A.id, 17: 0, 18: 2})
    h.raw(ROOT, 0, 5, control({16: A.id}), {16: A.id})
    ask(t, "void grants, reserved kinds and kinds of lane 1 do nothing", h)


def coordinator_cases(t):
    h = History()
    h.grant(ROOT, A, 3)
    h.grant(A, B, 2, label="by A")
    h.grant(A, C, 1)
    ask(t, "a coordinator lets in", h)
    h.grant(A, D, 3)
    h.grant(A, A, 2, term=1)
    h.grant(A, ROOT, 1)
    h.revoke(A, ROOT)
    h.revoke(A, A)
    ask(t, "it cannot make coordinators, nor name itself or the root", h, [(A, 0, 0), (A, 16, 1), (D, 0, 1), (ROOT, 0, 1)])
    h = History()
    h.grant(ROOT, A, 3)
    h.grant(ROOT, B, 3)
    h.revoke(A, B)
    ask(t, "coordinators do not act on each other", h)
    h.revoke(ROOT, B, cuts=[cut(B, 0, 0, 2), cut(B, 0, 1, 7)])
    h.grant(B, C, 2)
    h.grant(B, D, 2)
    h.grant(B, SPOKE, 2)
    ask(t, "the root ends a coordinator at its seq 2", h, [(B, 0, 0), (B, 0, 1), (B, 1, 0), (C, 0, 1), (D, 0, 1), (SPOKE, 0, 1)])
    h = History()
    h.grant(ROOT, A, 2)
    h.grant(A, B, 2)
    ask(t, "a contributor lets nobody in", h)
    h.grant(ROOT, A, 3, term=1)
    h.grant(A, C, 2)
    h.grant(A, D, 2, epoch=16)
    ask(t, "coordinator in term 1: what it said in term 0 does not count", h, [(C, 0, 1), (D, 0, 1), (A, 0, 1), (A, 16, 1)])
    h = History()
    h.grant(A, B, 2)
    h.grant(B, A, 3)
    ask(t, "strangers grant each other in vain", h)


def revoke_cases(t):
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A)
    ask(t, "revoked without cuts", h)
    h.grant(ROOT, A, 2)
    ask(t, "a grant of the same term does not bring it back", h)
    h.grant(ROOT, A, 2, term=1)
    ask(t, "one of a higher term does", h)
    h = History()
    h.grant(ROOT, A, 2)
    cuts = [cut(A, 0, 0, 2), cut(A, 0, 1, 40), cut(A, 1, 1, 5)]
    h.revoke(ROOT, A, cuts=cuts)
    asked = [(A, e, l) for e in (0, 1, 2, 16) for l in (0, 1)]
    ask(t, "cut at its heads", h, asked)
    h.revoke(ROOT, A, cuts=[cut(A, 0, 1, 50)])
    ask(t, "a second revoke only narrows", h, asked)
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=sorted([cut(A, 0, 0, 4, 0), cut(A, 0, 0, 6, 1), cut(A, 0, 0, 5, 2)], key=lambda c: (c[2], c[3])))
    ask(t, "of several branches the furthest", h, asked)
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=[cut(A, 0, 1, 40), cut(A, 1, 1, 5, forged=True)])
    ask(t, "a cut that does not verify makes the revoke void", h, asked)
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=[[0, 1, 40] + cut(B, 0, 1, 40)[3:]])
    ask(t, "somebody else's signature in a cut", h, asked)
    h = History()
    h.grant(ROOT, C, 3)
    h.grant(ROOT, A, 2)
    h.revoke(C, A, cuts=[cut(A, 0, 1, 9)])
    ask(t, "a coordinator puts out a contributor that the root let in", h, asked)
    h.revoke(B, A)
    ask(t, "a stranger puts out nobody", h, asked)


def term_cases(t):
    h = History()
    h.grant(ROOT, A, 2)
    h.grant(ROOT, A, 1, term=1)
    asked = [(A, e, l) for e in (0, 15, 16, 31, 32) for l in (0, 1)]
    ask(t, "contributor in term 0, reader in term 1", h, asked)
    h.revoke(ROOT, A, term=1, cuts=[cut(A, 0, 1, 8)])
    ask(t, "a revoke of term 1 ends term 0, too", h, asked)
    h = History()
    h.grant(ROOT, A, 2, term=5)
    h.revoke(ROOT, A, term=4)
    ask(t, "a revoke of a lower term ends nothing of term 5", h, [(A, 80, 1), (A, 64, 1)])
    h = History()
    h.grant(ROOT, A, 2, term=TERM_MAX)
    ask(t, "the last term", h, [(A, 2**32 - 1, 1), (A, 2**32 - 16, 0), (A, 2**32 - 17, 1)])
    h = History()
    h.grant(ROOT, C, 3)
    h.grant(ROOT, A, 3)
    h.revoke(C, A, term=3)
    h.grant(ROOT, A, 2, term=3)
    ask(t, "a coordinator ends the plain term above a coordinator term, not that one", h, [(A, 0, 1), (A, 48, 1)])
    h = History()
    h.grant(ROOT, A, 2)
    h.say(A, 4, {})
    ask(t, "has left", h)
    h.grant(ROOT, A, 2, term=1)
    ask(t, "has left in term 0, is back in term 1", h)
    h = History()
    h.say(ROOT, 4, {})
    ask(t, "the root never leaves", h)
    h = History()
    h.grant(ROOT, A, 2)
    h.say(A, 4, {}, epoch=15)
    h.raw(B, 0, 4, b"\x80", {})
    ask(t, "left in another epoch of the term; a stranger leaves", h)


def speaking_cases(t):
    h = History()
    h.grant(ROOT, A, 1, label="reader")
    h.grant(ROOT, A, 2, label="contributor")
    h.grant(ROOT, A, 1, term=9, label="late reader")
    ask(t, "the most powerful role speaks, not the highest term", h)
    h = History()
    h.grant(ROOT, A, 2, term=1, label="one")
    h.grant(ROOT, A, 2, term=2, label="two", expiry=5)
    ask(t, "of two alike the higher term", h)
    h = History()
    h.grant(ROOT, A, 2, label="short", expiry=1000)
    h.grant(ROOT, A, 2, label="long", expiry=2000)
    ask(t, "then the longer", h)
    h.grant(ROOT, A, 2, label="for ever")
    h.grant(ROOT, A, 2, label="shorter again", expiry=3000)
    ask(t, "none is the longest", h)
    h = History()
    h.grant(ROOT, C, 3)
    h.grant(ROOT, A, 2, label="by the root")
    h.grant(C, A, 2, label="by C")
    ask(t, "then the root's", h)
    h = History()
    h.grant(ROOT, A, 2, label="old")
    h.grant(ROOT, A, 2, label="new")
    ask(t, "then the newer seq", h)
    h.grant(ROOT, A, 2, label="newer epoch", epoch=1)
    ask(t, "and the newer epoch", h)
    h = History()
    h.grant(ROOT, A, 2, label="branch 1", seq=2, branch=1)
    h.grant(ROOT, A, 2, label="branch 2", seq=2, branch=2)
    ask(t, "two branches of the root's chain: the larger hash speaks", h)


def setting_cases(t):
    h = History()
    h.say(ROOT, 1, {20: "Second title", 21: 500})
    h.say(ROOT, 1, {21: 2000000, 22: 2**40})
    h.say(A, 1, {20: "Not mine", 21: SEQ_MAX})
    ask(t, "titles: the newest; quotas: the largest; only the root's", h)
    h.say(ROOT, 1, {23: 7})
    h.say(ROOT, 1, {20: "Of epoch 3", 23: 2}, epoch=3)
    ask(t, "access_version never falls", h)
    small = {16: bytes(range(16)), 17: "small", 21: 10, 22: 5000}
    network = network_id(ROOT.id, control(small))
    h = History(False)
    h.raw(ROOT, 0, 1, control(small), small)
    ask(t, "a genesis below the defaults", h, [(ROOT, 0, 1)], network=network)
    h.say(ROOT, 1, {21: 5})
    h.say(ROOT, 1, {22: 6000})
    ask(t, "and its quotas only rise", h, [(ROOT, 0, 1)], network=network)


def promise_cases(t):
    promise = (ROOT.id, C.id)
    asked = [(k, 0, l) for k in (ROOT, C, A) for l in (0, 1)]
    ask(t, "promised, nothing held", History(False), asked, promise)
    h = History()
    ask(t, "promised, the genesis is held", h, asked, promise)
    h.grant(ROOT, C, 3)
    h.grant(C, A, 2)
    ask(t, "promised, the grants are held", h, asked, promise)
    h.revoke(ROOT, C)
    ask(t, "promised and revoked", h, asked, promise)
    ask(t, "the root as inviter", History(False), asked, (ROOT.id, ROOT.id))


def random_cases(t):
    """Whatever comes out: nobody thought these up."""
    everybody = [ROOT, A, B, C, D]
    for n in range(12):
        dice = random.Random(n)
        h = History()
        for _ in range(24):
            by, who = dice.choice(everybody + [ROOT] * 3 + [C] * 2), dice.choice(everybody)
            who = A if who == by == ROOT else who
            term, epoch = dice.randrange(3), dice.choice([0, 0, 0, 1, 16])
            if dice.random() < 0.55:
                h.grant(by, who, dice.choice([1, 2, 2, 3]), term, epoch, f"label {dice.randrange(100)}", dice.choice([None, None, 1000, 2000]))
            elif dice.random() < 0.8:
                cuts = [cut(who, e, lane, dice.randrange(1, 9), 0, dice.random() < 0.05) for e in (0, 1, 16) for lane in (0, 1) if dice.random() < 0.5]
                h.revoke(by, who, term, cuts, epoch)
            else:
                h.say(by, 4, {}, epoch)
        ask(t, f"a random history, {n}", h, [(k, e, lane) for k in everybody for e in (0, 1, 16, 32) for lane in (0, 1)],
            (ROOT.id, C.id) if n % 3 == 2 else None)


def more_folds():
    t = Topic("access-2", "further histories: which of several grants and settings speaks")
    h = History()
    h.grant(ROOT, C, 3)
    h.grant(ROOT, A, 2, label="by the root, seq 3")
    for n in range(3):
        h.grant(C, B, 2, label=f"B, seq {n + 1}")
    h.grant(C, A, 2, label="by C, seq 4")
    ask(t, "the root's speaks although another is newer", h)
    h = History()
    h.grant(ROOT, C, 3)
    h.grant(ROOT, D, 3)
    h.grant(C, A, 2, label="by C")
    h.grant(D, A, 2, label="by D")
    ask(t, "two coordinators at the same epoch and seq: the larger hash speaks", h)
    h.grant(D, A, 2, label="by D, newer")
    ask(t, "and then the newer", h)
    h = History()
    again = {16: bytes(16), 17: "Another name", 20: "Another title", 21: 3000000}
    h.raw(ROOT, 1, 1, control(again), again)
    ask(t, "a second genesis record of the root is a setting, its name is not", h)
    h = History()
    h.say(ROOT, 1, {20: "epoch 0, seq 2"})
    h.say(ROOT, 1, {20: "epoch 0, seq 3"})
    h.say(ROOT, 1, {20: "epoch 1, seq 1"}, epoch=1)
    ask(t, "titles: the newer epoch before the larger seq", h)
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=[cut(A, e, lane, 2 + e) for e in range(12) for lane in (0, 1)])
    ask(t, "24 cuts", h, [(A, e, lane) for e in (0, 11, 12) for lane in (0, 1)])
    return t
