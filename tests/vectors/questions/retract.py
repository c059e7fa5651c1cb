# SPDX-License-Identifier: MPL-2.0
"""Retracts and what becomes of the entries they name (SPEC 7.2.5, 7.4.8)."""
from access import History, both, shared_voids, void
from basics import NETWORK
from fold import made_up
from kit import ROOT, SEQ_MAX, SPOKE, Topic, control, map_, more_keys, bin_, uint

A, B, C, D = more_keys(4)       # two coordinators, two contributors
RETRACT = 6
DATA = bytes(range(32))


def retract(author=SPOKE, epoch=0, seq=1, data=DATA, reason=None, undo=False):
    fields = {16: author.id, 17: epoch, 18: seq, 19: data}
    fields.update({20: reason} if reason else {})
    fields.update({21: True} if undo else {})
    return fields


def payloads(t):
    for name, more in (("no reason", {}), ("a reason", {"reason": "names a pupil: ä"}), ("an undo", {"undo": True}),
                       ("all largest", {"epoch": 2**32 - 1, "seq": SEQ_MAX, "reason": "x" * 512, "undo": True})):
        fields = retract(**more)
        both(t, "retract", name, {"author": fields[16].hex(), "epoch": fields[17], "seq": fields[18], "data": DATA.hex(),
                                  "reason": fields.get(20, ""), "undo": fields.get(21, False)}, control(fields))
    good = control(retract())
    shared_voids(t, "retract", good)
    for name, change in (("author of 31 bytes", {16: bytes(31)}), ("epoch 2^32", {17: 2**32}), ("seq 0", {18: 0}),
                         ("seq 2^48", {18: 2**48}), ("data of 33 bytes", {19: bytes(33)}), ("an empty reason", {20: ""}),
                         ("a reason of 513 bytes", {20: "x" * 513}), ("undo false", {21: False}), ("undo 1", {21: 1})):
        void(t, "retract", name, control({**retract(), **change}))
    for number, name in ((16, "author"), (17, "epoch"), (18, "seq"), (19, "data")):
        void(t, "retract", f"no {name}", control({n: v for n, v in retract().items() if n != number}))
    void(t, "retract", "more than 4096 bytes", map_((uint(99), bin_(bytes(4100)))))


class Words(History):
    def __init__(self):
        super().__init__()
        for who, role in ((A, 3), (B, 3), (C, 2), (D, 2)):
            self.grant(ROOT, who, role)

    def word(self, by, seq, undo=False, epoch=0, whose=C, data=None):
        self.say(by, RETRACT, retract(whose, 0, seq, data or data_of(whose, seq), None, undo), epoch)
        return self

    def cut(self, by, whose, seq):
        where = made_up("chain", whose.id, 0, 0, seq, 0)
        text = NETWORK + whose.id + bytes(5) + seq.to_bytes(8, "big") + where
        self.revoke(by, whose, 0, [[0, 0, seq, where, whose.sign("pln head 1", text)]])
        return self


def data_of(whose, seq):
    return made_up("data", whose.id, 0, 1, seq, 0)


def fate(t, name, history, *expected):
    """The fates of C's entries 1, 2, 3 ..."""
    t.ask(f"fate: {name}", "fate",
          {"network": NETWORK.hex(), "statements": [s.case() for s in history.said],
           "ask": [{"author": C.id.hex(), "epoch": 0, "seq": i + 1, "data": data_of(C, i + 1).hex()}
                   for i in range(len(expected))]},
          {"fates": [{"fate": f[0], "by": f[1].id.hex() if f[1] else None} for f in expected]})


STANDS = ("stands", None)


def fates(t):
    fate(t, "nothing is said", Words(), STANDS)
    fate(t, "its author, its author in another epoch, the root", Words().word(C, 1).word(C, 2, epoch=1).word(ROOT, 3),
         ("erased", C), ("erased", C), ("erased", ROOT))
    fate(t, "a coordinator, a contributor, a stranger", Words().word(A, 1).word(D, 2).word(SPOKE, 3),
         ("hidden", A), STANDS, STANDS)
    fate(t, "a coordinator in a term in which it is none", Words().word(A, 1, epoch=16), STANDS)
    fate(t, "other bytes than the entry has", Words().word(C, 1, data=DATA), STANDS)
    fate(t, "an undo by the same coordinator, and a third word",
         Words().word(A, 1).word(A, 1, True).word(A, 2).word(A, 2, True).word(A, 2), STANDS, ("hidden", A))
    fate(t, "an undo by another coordinator, by the root", Words().word(A, 1).word(B, 1, True).word(A, 2).word(ROOT, 2, True),
         ("hidden", A), STANDS)
    fate(t, "two coordinators, one undoes", Words().word(A, 1).word(B, 1).word(A, 1, True), ("hidden", B))
    fate(t, "author and root undo in vain", Words().word(C, 1).word(C, 1, True).word(ROOT, 2).word(ROOT, 2, True),
         ("erased", C), ("erased", ROOT))
    fate(t, "the root spared it, its author withdraws it", Words().word(A, 1).word(ROOT, 1, True).word(C, 1), ("erased", C))
    fate(t, "a newer epoch is newer than any seq", Words().word(A, 1, epoch=1).word(A, 2).word(A, 1, True), ("hidden", A))
    fate(t, "a coordinator cut before its second word", Words().word(A, 1).word(A, 2).cut(ROOT, A, 1), ("hidden", A), STANDS)
    fate(t, "an author cut before its second word", Words().word(C, 1).word(C, 2).cut(A, C, 1), ("erased", C), STANDS)
    fate(t, "the first by epoch and seq is named", Words().word(C, 2).word(C, 1).word(ROOT, 1, epoch=0), ("erased", C))


def retracts():
    t = Topic("retract", "retracts: fields and payload, and what becomes of entries")
    payloads(t)
    fates(t)
    return t
