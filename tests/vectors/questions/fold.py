# SPDX-License-Identifier: MPL-2.0
"""The access fold as SPEC 7.4 says it, slowly and literally: what the cases of access.json are answered with."""
import nacl.exceptions
import nacl.signing

from kit import H, head_text, network_id, number, place, tag

INFINITY = float("inf")
ROLES = {1: "reader", 2: "contributor", 3: "coordinator", 4: "root"}


class Said:
    """A statement: who, where, and what its payload says (`fields`; None: void)."""

    def __init__(self, author, epoch, seq, hash_, kind, payload, fields):
        self.author, self.epoch, self.seq, self.hash = author, epoch, seq, hash_
        self.kind, self.payload, self.fields = kind, payload, fields

    def case(self):
        return {"author": self.author.hex(), "epoch": self.epoch, "seq": number(self.seq), "hash": self.hash.hex(),
                "kind": self.kind, "payload": self.payload.hex()}


def verifies(node, network, cut):
    epoch, lane, seq, chain_hash, signature = cut
    message = tag("pln head 1") + head_text(place(network, node, epoch, lane), seq, chain_hash)
    try:
        nacl.signing.VerifyKey(node).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False
    return True


class Fold:
    def __init__(self, network, statements):
        self.network = network
        self.statements = [s for s in statements if s.fields is not None and s.seq <= 65536]
        self.grants = [s for s in self.statements if s.kind == 2]
        self.revokes = [s for s in self.statements if s.kind == 3
                        and all(verifies(s.fields[16], network, c) for c in s.fields.get(18, []))]
        self.root = None
        for s in self.statements:
            if s.kind == 1 and (s.epoch, s.seq) == (0, 1) and 16 in s.fields and network_id(s.author, s.payload) == network:
                self.root = s.author

    def coordinator_term(self, node, term):
        return any(g.author == self.root and g.fields[16] == node and g.fields[17] == term and g.fields[18] == 3
                   for g in self.grants)

    @staticmethod
    def reach(revoke, epoch, lane):
        return max([c[2] for c in revoke.fields.get(18, []) if (c[0], c[1]) == (epoch, lane)], default=0)

    def authority(self, author, epoch):
        if not self.coordinator_term(author, epoch // 16):
            return 0
        return min([self.reach(r, epoch, 0) for r in self.revokes
                    if r.author == self.root and r.fields[16] == author and r.fields[17] >= epoch // 16], default=INFINITY)

    def counts(self, s):
        if self.root is None:
            return False
        if s.author == self.root:
            return True
        about = s.fields[16]
        return (s.seq <= self.authority(s.author, s.epoch) and about not in (self.root, s.author)
                and not (s.kind == 2 and s.fields[18] == 3))

    def role(self, node, term):
        if self.coordinator_term(node, term):
            return 3
        return max([g.fields[18] for g in self.grants
                    if g.fields[16] == node and g.fields[17] == term and self.counts(g)], default=0)

    def limit(self, node, epoch, lane):
        if self.root is None:
            return 0
        most = 65536 if lane == 0 else INFINITY
        if node == self.root:
            return most
        term = epoch // 16
        role = self.role(node, term)
        if role == 0 or (role == 1 and lane == 1):
            return 0
        acting = [r for r in self.revokes if r.fields[16] == node and r.fields[17] >= term
                  and (r.author == self.root if self.coordinator_term(node, term) else self.counts(r))]
        return min([self.reach(r, epoch, lane) for r in acting] + [most])

    def speaking(self, node):
        living = []
        for g in self.grants:
            if g.fields[16] != node or not self.counts(g):
                continue
            by_root = g.author == self.root and g.fields[18] == 3
            ends = [r.fields[17] for r in self.revokes if r.fields[16] == node
                    and (r.author == self.root if by_root else self.counts(r))]
            if all(g.fields[17] > e for e in ends):
                living.append(g)
        return max(living, default=None, key=lambda g: (
            g.fields[18], g.fields[17], g.fields.get(20, INFINITY), g.author == self.root, g.epoch, g.seq, g.hash, g.author))

    def left(self, node, term):
        return any(s.kind == 4 and s.author == node and s.epoch // 16 == term for s in self.statements)

    def members(self):
        found = []
        everybody = {g.fields[16] for g in self.grants} | ({self.root} if self.root else set())
        for node in sorted(everybody):
            grant = None if node == self.root else self.speaking(node)
            if node == self.root:
                found.append(member(node, 0, 4, self.roots_label()))
            elif grant:
                f = grant.fields
                found.append(member(node, f[17], f[18], f.get(19, ""), f.get(20, 0), self.left(node, f[17])))
        return found

    def roots_label(self):
        own = [(g.epoch, g.seq, g.hash, g.fields.get(19, "")) for g in self.grants
               if g.author == self.root and g.fields[16] == self.root]
        return max(own)[3] if own else ""

    def settings(self):
        mine = [s for s in self.statements if s.kind == 1 and s.author == self.root and self.root]
        genesis = next((s.fields for s in mine if 16 in s.fields and (s.epoch, s.seq) == (0, 1)), {})
        titles = sorted(((s.epoch, s.seq, s.hash, s.fields[20]) for s in mine if 20 in s.fields))
        return {"name": genesis.get(17, ""), "title": titles[-1][3] if titles else "",
                "max_entries": number(max([genesis.get(21, 1000000)] + [s.fields.get(21, 0) for s in mine])),
                "max_bytes": number(max([genesis.get(22, 2**30)] + [s.fields.get(22, 0) for s in mine])),
                "access_version": max([1] + [s.fields.get(23, 1) for s in mine])}


class Promised(Fold):
    """SPEC 8.6: what counts for a joiner that does not hold everything yet."""

    def __init__(self, network, statements, root, inviter):
        super().__init__(network, statements)
        self.promises = {}
        if self.root is None:
            self.promises = {inviter: 3, root: 4}
        elif inviter != self.root and not any(g.fields[16] == inviter and self.counts(g) for g in self.grants):
            self.promises = {inviter: 3}

    def limit(self, node, epoch, lane):
        if node in self.promises:
            return 65536 if lane == 0 else 0
        return super().limit(node, epoch, lane)

    def members(self):
        known = [m for m in super().members() if bytes.fromhex(m["node"]) not in self.promises]
        return sorted(known + [member(n, 0, r) for n, r in self.promises.items()], key=lambda m: m["node"])


def member(node, term, role, label="", expiry=0, left=False):
    return {"node": node.hex(), "term": term, "role": ROLES[role], "label": label, "expiry_ms": expiry, "left": left}


def answer(fold, asked):
    limits = [fold.limit(node, epoch, lane) for node, epoch, lane in asked]
    return {"root": fold.root.hex() if fold.root else None, "members": fold.members(),
            "limits": [None if n == INFINITY else number(n) for n in limits], "settings": fold.settings()}


def made_up(*words):
    return H("test", repr(words).encode())
