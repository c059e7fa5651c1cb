# SPDX-License-Identifier: MPL-2.0
"""The root handed on (SPEC 7.2.7, 7.4.2). What must come is written down by hand, case by case."""
from access import both, shared_voids, void
from basics import NETWORK
from fold import made_up
from kit import ROOT, SPOKE, Topic, control, genesis_payload, head_text, more_keys, place

A, B, C, D = more_keys(4)
NETWORK_RECORD, GRANT, REVOKE, TRANSFER = 1, 2, 3, 5
READER, CONTRIBUTOR, COORDINATOR = 1, 2, 3


def hash_of(author, epoch, lane, seq, branch):
    return made_up("transfers", author.id, epoch, lane, seq, branch)


def cut(author, epoch, lane, seq, branch=0):
    where = hash_of(author, epoch, lane, seq, branch)
    text = head_text(place(NETWORK, author.id, epoch, lane), seq, where)
    return [epoch, lane, seq, where, author.sign("pln head 1", text)]


def payloads(t):
    cuts = sorted(([cut(ROOT, 0, 1, 9), cut(ROOT, 1, 0, 2), cut(ROOT, 1, 1, 4)]), key=lambda c: c[:4])
    shown = [{"epoch": c[0], "lane": c[1], "seq": c[2], "hash": c[3].hex(), "signature": c[4].hex()} for c in cuts]
    for name, generation, listed in (("without cuts", 1, []), ("with cuts", 2, cuts), ("the last generation", 2**32 - 1, [])):
        fields = {16: generation, 17: SPOKE.id, **({18: listed} if listed else {})}
        both(t, "transfer", name, {"generation": generation, "successor": SPOKE.id.hex(),
                                   "cuts": shown if listed else []}, control(fields))
    good = {16: 1, 17: SPOKE.id}
    shared_voids(t, "transfer", control(good))
    t.ask("transfer: unknown fields are passed over", "transfer.read", {"hex": control({3: 1, **good, 40: "x"}).hex()},
          {"generation": 1, "successor": SPOKE.id.hex(), "cuts": []})
    for name, change in (("generation 0", {16: 0}), ("generation 2^32", {16: 2**32}), ("successor of 31 bytes", {17: bytes(31)}),
                         ("no valid id", {17: bytes(32)}), ("no cut in the list", {18: []}), ("cuts descend", {18: cuts[::-1]}),
                         ("two cuts of one lane 1", {18: sorted([cut(ROOT, 0, 1, 3), cut(ROOT, 0, 1, 4)])})):
        void(t, "transfer", name, control({**good, **change}))
    for number, name in ((16, "generation"), (17, "successor")):
        void(t, "transfer", f"no {name}", control({n: v for n, v in good.items() if n != number}))


class History:
    """What is said, each the next of its author's chain; `on` puts it on another branch."""

    def __init__(self):
        self.said, self.ends = [], {}
        self.say(ROOT, NETWORK_RECORD, None, payload=genesis_payload())

    def say(self, by, kind, fields, epoch=0, on=None, payload=None):
        seq, branch = self.ends.get((by.id, epoch), (0, 0))
        before = branch
        if on is not None:
            behind, branch, before = on
            seq = behind
        seq += 1
        self.ends[by.id, epoch] = seq, branch
        self.said.append({"author": by.id.hex(), "epoch": epoch, "seq": seq,
                          "hash": hash_of(by, epoch, 0, seq, branch).hex(),
                          "before": hash_of(by, epoch, 0, seq - 1, before).hex(), "kind": kind,
                          "payload": (payload if payload is not None else control(fields)).hex()})
        return self

    def grant(self, by, whom, role, term=0, label=None, **where):
        return self.say(by, GRANT, {16: whom.id, 17: term, 18: role, **({19: label} if label else {})}, **where)

    def revoke(self, by, whom, term=0, cuts=(), **where):
        return self.say(by, REVOKE, {16: whom.id, 17: term, **({18: sorted(cuts)} if cuts else {})}, **where)

    def transfer(self, by, heir, generation=1, cuts=(), **where):
        return self.say(by, TRANSFER, {16: generation, 17: heir.id, **({18: sorted(cuts)} if cuts else {})}, **where)

    def title(self, by, text, **where):
        return self.say(by, NETWORK_RECORD, {20: text}, **where)


def expect(t, name, history, root, generation, members, not_counted=(), title="Demo network"):
    """`members`: (node, term, role word, label); `not_counted`: (author, epoch, seq) of entries that do not."""
    ordered = sorted(history.said, key=lambda s: (s["author"], s["epoch"], s["seq"], s["hash"]))
    beyond = {(who.id.hex(), epoch, seq, hash_of(who, epoch, 0, seq, branch).hex()) for who, epoch, seq, branch in not_counted}
    t.ask(f"succession: {name}", "succession", {"network": NETWORK.hex(), "statements": history.said},
          {"root": root.id.hex(), "generation": generation, "title": title,
           "members": [{"node": n.id.hex(), "term": term, "role": role, "label": label}
                       for n, term, role, label in sorted(members, key=lambda m: m[0].id)],
           "counts": [(s["author"], s["epoch"], s["seq"], s["hash"]) not in beyond for s in ordered]})


def successions(t):
    root, coordinator, contributor = "root", "coordinator", "contributor"
    expect(t, "nobody hands on", History().grant(ROOT, A, CONTRIBUTOR), ROOT, 0,
           [(ROOT, 0, root, ""), (A, 0, contributor, "")])
    expect(t, "the transfer covers itself (M1)", History().grant(ROOT, A, CONTRIBUTOR, label="Hub").transfer(ROOT, A), A, 1,
           [(A, 0, root, "Hub")])
    expect(t, "what the former root says later does not count",
           History().grant(ROOT, B, COORDINATOR).transfer(ROOT, A).grant(ROOT, C, COORDINATOR).revoke(ROOT, B), A, 1,
           [(A, 0, root, ""), (B, 0, coordinator, "")], [(ROOT, 0, 4, 0), (ROOT, 0, 5, 0)])
    expect(t, "a grant to itself before it",
           History().grant(ROOT, A, CONTRIBUTOR).grant(ROOT, ROOT, COORDINATOR, 1, "Founder").transfer(ROOT, A)
           .grant(ROOT, C, CONTRIBUTOR, epoch=16).grant(ROOT, D, COORDINATOR, epoch=16), A, 1,
           [(A, 0, root, ""), (ROOT, 1, coordinator, "Founder"), (C, 0, contributor, "")])
    expect(t, "the new root makes and unmakes coordinators",
           History().grant(ROOT, B, COORDINATOR).transfer(ROOT, A).revoke(A, B).grant(A, C, COORDINATOR).grant(C, D, CONTRIBUTOR),
           A, 1, [(A, 0, root, ""), (C, 0, coordinator, ""), (D, 0, contributor, "")])
    cuts = [cut(ROOT, 1, 0, 1)]
    expect(t, "cuts of other epochs", History().grant(ROOT, C, COORDINATOR, epoch=1).grant(ROOT, D, COORDINATOR, epoch=1)
           .transfer(ROOT, A, cuts=cuts), A, 1, [(A, 0, root, ""), (C, 0, coordinator, "")], [(ROOT, 1, 2, 0)])
    forged = [cut(ROOT, 1, 0, 1)]
    forged[0][4] = bytes(64)
    expect(t, "a cut that does not verify makes it void", History().transfer(ROOT, A, cuts=forged), ROOT, 0, [(ROOT, 0, root, "")])
    expect(t, "to itself, by a coordinator, of a later generation",
           History().grant(ROOT, B, COORDINATOR).transfer(ROOT, ROOT).transfer(B, A).transfer(ROOT, A, 2), ROOT, 0,
           [(ROOT, 0, root, ""), (B, 0, coordinator, "")])
    expect(t, "of two, the smaller seq", History().title(ROOT, "on").transfer(ROOT, A).grant(A, C, COORDINATOR)
           .transfer(ROOT, B, on=(1, 1, 0)).grant(B, D, COORDINATOR), B, 1, [(B, 0, root, ""), (D, 0, coordinator, "")],
           [(ROOT, 0, 2, 0), (ROOT, 0, 3, 0), (A, 0, 1, 0)])
    expect(t, "of two, the smaller epoch", History().transfer(ROOT, A, epoch=1).transfer(ROOT, B), B, 1, [(B, 0, root, "")],
           [(ROOT, 1, 1, 0)])
    expect(t, "another branch beside it (M5)", History().title(ROOT, "before").transfer(ROOT, A)
           .revoke(ROOT, A, on=(1, 1, 0)).title(ROOT, "beside"), A, 1, [(A, 0, root, "")],
           [(ROOT, 0, 2, 1), (ROOT, 0, 3, 1)], title="before")
    expect(t, "another branch that it lists", History().transfer(ROOT, A, cuts=[cut(ROOT, 0, 0, 2, 1)])
           .grant(ROOT, B, COORDINATOR, on=(1, 1, 0)), A, 1, [(A, 0, root, ""), (B, 0, coordinator, "")])
    expect(t, "no coordinator acts on the new root", History().grant(ROOT, B, COORDINATOR).grant(ROOT, A, CONTRIBUTOR)
           .revoke(B, A).transfer(ROOT, A), A, 1, [(A, 0, root, ""), (B, 0, coordinator, "")])
    expect(t, "handed on and back", History().title(ROOT, "one").grant(ROOT, A, CONTRIBUTOR).transfer(ROOT, A).title(A, "two")
           .transfer(A, ROOT, 2).grant(ROOT, D, COORDINATOR), ROOT, 2,
           [(ROOT, 0, root, ""), (A, 0, contributor, ""), (D, 0, coordinator, "")], title="two")


def transfers():
    t = Topic("transfer", "transfers: fields and payload, and who is root by a set of statements")
    payloads(t)
    successions(t)
    return t
