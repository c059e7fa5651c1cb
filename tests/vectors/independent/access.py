# SPDX-License-Identifier: MPL-2.0
"""The access fold (7.4), admission (7.6) and the joiner's promise (8.6)."""

from . import control
from .control import (CONTRIBUTOR, COORDINATOR, GRANT, LEAVE, NETWORK, READER, RETRACT, REVOKE,
                      TRANSFER)
from .identity import network_id, valid_id
from .refused import Refused

INFINITE = float("inf")
LANE0_ENTRIES = 65_536
MAX_ENTRIES = 1_000_000
MAX_BYTES = 2**30
ROLES = {READER: "reader", CONTRIBUTOR: "contributor", COORDINATOR: "coordinator"}


class Fold:
    """What a set of statements says.

    A statement is a dict: author, epoch, seq, chain_hash, kind, payload, and where branches
    matter `before`, the chain hash of the one before it. `promised` is the pair (root, inviter) of
    a joiner, or None.
    """

    def __init__(self, network, statements, promised=None):
        self.network, self.promised = network, promised
        self.founder = self.root = self.genesis = None
        self.chains = self._existing(statements)
        self.records = []       # (statement, fields) of all that is not void
        for s in (s for chain in self.chains.values() for s in chain.values()):
            fields = self._fields(s)
            if fields is not None:
                self.records.append((s, fields))
        self._find_founder()
        self._find_reigns()
        self._coordinator_terms()
        self.counted = [(s, f) for s, f in self.records if self._counts(s, f)]

    @staticmethod
    def _existing(statements):
        """5.3.3: of each author and epoch the smallest 65,536 by (seq, chain_hash)."""
        chains = {}
        for s in statements:
            chains.setdefault((s["author"], s["epoch"]), {})[s["seq"], s["chain_hash"]] = s
        return {name: {place: chain[place] for place in sorted(chain)[:LANE0_ENTRIES]}
                for name, chain in chains.items()}

    def _fields(self, s):
        if s["kind"] not in control.FIELDS:
            return None
        try:
            fields = control.decode(s["kind"], s["payload"])
            if s["kind"] == REVOKE:
                control.need_cuts(self.network, fields["node"], fields)
            if s["kind"] == TRANSFER:
                control.need_cuts(self.network, s["author"], fields)
            return None if fields.get("successor") == s["author"] else fields
        except Refused:
            return None

    def _find_founder(self):
        for s, f in self.records:
            if (s["kind"] == NETWORK and s["epoch"] == 0 and s["seq"] == 1 and "nonce" in f
                    and valid_id(s["author"])
                    and network_id(s["author"], s["payload"]) == self.network):
                self.founder, self.genesis = s["author"], f

    # ---- 7.4.2: one root after the other ----

    def _find_reigns(self):
        """Pairs (root, what ended its reign: a transfer and its fields, or None)."""
        self.reigns, root = [], self.founder
        while root is not None:
            claims = [(s, f) for s, f in self.records if s["kind"] == TRANSFER
                      and s["author"] == root and f["generation"] == len(self.reigns) + 1]
            end = min(claims, key=lambda c: self._age(c[0]), default=None)
            self.reigns.append((root, end))
            root = end and end[1]["successor"]
        if self.reigns:
            self.root = self.reigns[-1][0]

    @staticmethod
    def _age(s):
        return s["epoch"], s["seq"], s["chain_hash"]

    def _leads(self, chain, s, head):
        """Is the statement the head (seq, chain_hash), or on the way to it?"""
        while head in chain and head[0] > s["seq"]:
            head = (head[0] - 1, chain[head].get("before"))
        return head == (s["seq"], s["chain_hash"])

    def covers(self, fields, s, end=None):
        """7.4.3: is the statement within what these cuts, or the transfer `end`, let stand?"""
        chain = self.chains[s["author"], s["epoch"]]
        heads = [(c["seq"], c["hash"]) for c in fields.get("cuts", ())
                 if c["epoch"] == s["epoch"] and c["lane"] == 0]
        if end is not None and end["epoch"] == s["epoch"]:
            heads.append((end["seq"], end["chain_hash"]))
        if len({seq for seq, _ in chain}) == len(chain):        # not forked
            return any(s["seq"] <= seq for seq, _ in heads)
        return any(self._leads(chain, s, h) if h in chain else s["seq"] <= h[0] for h in heads)

    def reign(self, s):
        """The number of the first reign that covers it; None: it is not by a root."""
        for number, (root, end) in enumerate(self.reigns):
            if s["author"] == root and (end is None or self.covers(end[1], s, end[0])):
                return number
        return None

    def _by_root(self, kind):
        return [(s, f) for s, f in self.records
                if s["kind"] == kind and self.reign(s) is not None]

    def _newer(self, s):
        return (self.reign(s), *self._age(s))

    def _coordinator_terms(self):
        self.coordinator = {(f["node"], f["term"]) for _, f in self._by_root(GRANT)
                            if f["role"] == COORDINATOR}

    @staticmethod
    def _reach(fields, epoch, lane):
        return max((c["seq"] for c in fields.get("cuts", ())
                    if c["epoch"] == epoch and c["lane"] == lane), default=0)

    def _authorised(self, s):
        """7.4.3, of a statement that is not by a root."""
        term = s["epoch"] // 16
        return (s["author"], term) in self.coordinator and all(
            self.covers(f, s) for _, f in self._by_root(REVOKE)
            if f["node"] == s["author"] and f["term"] >= term)

    def _counts(self, s, f):
        if self.root is None or s["kind"] not in (GRANT, REVOKE):
            return False
        if self.reign(s) is not None:
            return True
        return (self._authorised(s)
                and f["node"] not in (self.root, s["author"])
                and not (s["kind"] == GRANT and f["role"] == COORDINATOR))

    def grants(self, node, term=None):
        return [(s, f) for s, f in self.counted if s["kind"] == GRANT and f["node"] == node
                and (term is None or f["term"] == term)]

    def revokes(self, node, by_root_only):
        return [f for s, f in self.counted if s["kind"] == REVOKE and f["node"] == node
                and (not by_root_only or self.reign(s) is not None)]

    def role(self, node, term):
        """0 for none."""
        if (node, term) in self.coordinator:
            return COORDINATOR
        return max((f["role"] for _, f in self.grants(node, term)), default=0)

    def limit(self, node, epoch, lane):
        most = LANE0_ENTRIES if lane == 0 else INFINITE
        if node in self.promises():
            return most if lane == 0 else 0
        if self.root is None:
            return 0
        if node == self.root:
            return most
        by_terms = self._limit_of_term(node, epoch, lane, most)
        reigned = [self._bequest(*end, epoch) for root, end in self.reigns
                   if root == node and lane == 0]
        return max([by_terms] + reigned)

    def _bequest(self, transfer, fields, epoch):
        own = transfer["seq"] if transfer["epoch"] == epoch else 0
        return max(own, self._reach(fields, epoch, 0))

    def _abdication(self, node):
        """The transfer that ended the node's last reign; None."""
        ends = [end for root, end in self.reigns if root == node and end is not None]
        return ends[-1][1] if ends else None

    def _limit_of_term(self, node, epoch, lane, most):
        term = epoch // 16
        role = self.role(node, term)
        if role == 0 and lane == 1 and self._abdication(node) is not None:
            return self._reach(self._abdication(node), epoch, lane)
        if role == 0 or (role == READER and lane == 1):
            return 0
        acting = self.revokes(node, (node, term) in self.coordinator)
        return min(most, min((self._reach(f, epoch, lane) for f in acting if f["term"] >= term),
                             default=INFINITE))

    def within(self, s):
        """7.4.5: does an entry of lane 0 count?"""
        node, term = s["author"], s["epoch"] // 16
        if s["seq"] > LANE0_ENTRIES or self.root is None:
            return False
        if self.reign(s) is not None:
            return True
        return self.role(node, term) != 0 and all(
            self.covers(f, s) for f in self.revokes(node, (node, term) in self.coordinator)
            if f["term"] >= term)

    def promises(self):
        """8.6: {node: role} of those whose promise holds."""
        if self.promised is None:
            return {}
        root, inviter = self.promised
        if self.root is None:
            return {inviter: "coordinator", root: "root"}
        if inviter == self.root or self.grants(inviter):
            return {}
        return {inviter: "coordinator"}

    def _lives(self, s, f):
        by_root = f["role"] == COORDINATOR and self.reign(s) is not None
        return all(f["term"] > r for r in
                   (g["term"] for g in self.revokes(f["node"], by_root)))

    def _rank(self, s, f):
        return (f["role"], f["term"], f.get("expiry", INFINITE), self.reign(s) is not None,
                *self._age(s), s["author"])

    def _roots_label(self):
        """7.4.6: that of the newest grant in which a root names it."""
        own = [(self._newer(s), f.get("label"))
               for s, f in self._by_root(GRANT) if f["node"] == self.root]
        return max(own, key=lambda g: g[0])[1] if own else None

    def member(self, node):
        """{role, term, label, expiry, left} of a member, or None."""
        if self.root is not None and node == self.root:
            return {"role": "root", "term": 0, "label": self._roots_label(), "expiry": None,
                    "left": False}
        living = [(s, f) for s, f in self.grants(node) if self._lives(s, f)]
        if not living:
            return None
        _, f = max(living, key=lambda g: self._rank(*g))
        left = any(s["kind"] == LEAVE and s["author"] == node and s["epoch"] // 16 == f["term"]
                   for s, _ in self.records)
        return {"role": ROLES[f["role"]], "term": f["term"], "label": f.get("label"),
                "expiry": f.get("expiry"), "left": left}

    def members(self):
        nodes = {f["node"] for s, f in self.counted if s["kind"] == GRANT}
        if self.root is not None:
            nodes.add(self.root)
        found = {n: self.member(n) for n in nodes}
        for node, role in self.promises().items():
            found[node] = {"role": role, "term": 0, "label": None, "expiry": None, "left": False}
        return {n: m for n, m in found.items() if m is not None}

    def settings(self):
        own = self._by_root(NETWORK)
        if self.genesis is None:
            return {"name": "", "title": "", "max_entries": MAX_ENTRIES, "max_bytes": MAX_BYTES,
                    "access_version": 1}
        titled = [(self._newer(s), f["title"]) for s, f in own if "title" in f]

        def quota(name, default):
            least = self.genesis.get(name, default)
            return max([least] + [f[name] for _, f in own if name in f])
        return {
            "name": self.genesis["name"],
            "title": max(titled)[1] if titled else "",
            "max_entries": quota("max_entries", MAX_ENTRIES),
            "max_bytes": quota("max_bytes", MAX_BYTES),
            "access_version": max([1] + [f["access_version"] for _, f in own
                                         if "access_version" in f]),
        }

    def admitted(self, node, now):
        """7.6.1, for a node that is a member itself."""
        if node in self.promises():
            return True
        m = self.member(node)
        return (m is not None and not m["left"]
                and (m["expiry"] is None or now < m["expiry"]))

    def next_term(self, node):
        """8.5: one above the highest term of a counted grant, 0, or None when there is none."""
        term = max((f["term"] for _, f in self.grants(node)), default=-1) + 1
        return term if term <= control.TERM_MAX else None


def fate(fold, author, epoch, seq, data):
    """7.4.8: what becomes of an entry, and the author of the record to show."""
    final, hiding, spared, words = [], [], False, {}
    for s, f in fold.records:
        if s["kind"] != RETRACT or (f["author"], f["epoch"], f["seq"], f["data"]) != (author, epoch, seq, data):
            continue
        if not fold.within(s):
            continue
        age = (s["epoch"], s["seq"], s["chain_hash"], s["author"])
        undo = f.get("undo", False)
        by_root = fold.reign(s) is not None
        if s["author"] == author or by_root:
            if not undo:
                final.append(age)
            elif by_root:
                spared = True
        elif (s["author"], s["epoch"] // 16) in fold.coordinator:
            words.setdefault(s["author"], []).append((age, undo))
    for said in words.values():
        age, undo = max(said)
        if not undo:
            hiding.append(age)
    if final:
        return "erased", min(final)[3]
    return ("hidden", min(hiding)[3]) if hiding and not spared else ("stands", None)


def _round_up(number, unit):
    """7.5: to whole anchors; no limit where 64 bits end."""
    rounded = -(-number // unit) * unit
    return rounded if rounded < 2**64 else INFINITE


def quota_reached(max_entries, max_bytes, seq, cum):
    """7.5: does the chain of lane 1 that stands at (seq, cum) count no further?"""
    return seq >= _round_up(max_entries, 1024) or cum >= _round_up(max_bytes, 131_072)


__all__ = ["Fold", "INFINITE", "quota_reached"]
