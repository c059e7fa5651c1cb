# SPDX-License-Identifier: MPL-2.0
"""The access fold (7.4), admission (7.6) and the joiner's promise (8.6)."""

from . import control
from .control import CONTRIBUTOR, COORDINATOR, GRANT, LEAVE, NETWORK, READER, RETRACT, REVOKE
from .identity import network_id, valid_id
from .refused import Refused

INFINITE = float("inf")
LANE0_ENTRIES = 65_536
MAX_ENTRIES = 1_000_000
MAX_BYTES = 2**30
ROLES = {READER: "reader", CONTRIBUTOR: "contributor", COORDINATOR: "coordinator"}


class Fold:
    """What a set of statements says.

    A statement is a dict: author, epoch, seq, chain_hash, kind, payload. `promised` is the pair
    (root, inviter) of a joiner, or None.
    """

    def __init__(self, network, statements, promised=None):
        self.network, self.promised = network, promised
        self.root = self.genesis = None
        self.records = []       # (statement, fields) of all that is not void
        for s in self._existing(statements):
            fields = self._fields(s)
            if fields is not None:
                self.records.append((s, fields))
        self._find_root()
        self._coordinator_terms()
        self.counted = [(s, f) for s, f in self.records if self._counts(s, f)]

    @staticmethod
    def _existing(statements):
        """5.3.3: of each author and epoch the smallest 65,536 by (seq, chain_hash)."""
        chains = {}
        for s in statements:
            chains.setdefault((s["author"], s["epoch"]), {})[s["seq"], s["chain_hash"]] = s
        for chain in chains.values():
            for place in sorted(chain)[:LANE0_ENTRIES]:
                yield chain[place]

    def _fields(self, s):
        if s["kind"] not in control.FIELDS:
            return None
        try:
            fields = control.decode(s["kind"], s["payload"])
            if s["kind"] == REVOKE:
                control.need_cuts(self.network, fields)
            return fields
        except Refused:
            return None

    def _find_root(self):
        for s, f in self.records:
            if (s["kind"] == NETWORK and s["epoch"] == 0 and s["seq"] == 1 and "nonce" in f
                    and valid_id(s["author"])
                    and network_id(s["author"], s["payload"]) == self.network):
                self.root, self.genesis = s["author"], f

    def _by_root(self, kind):
        return [(s, f) for s, f in self.records
                if s["kind"] == kind and self.root is not None and s["author"] == self.root]

    def _coordinator_terms(self):
        self.coordinator = {(f["node"], f["term"]) for _, f in self._by_root(GRANT)
                            if f["role"] == COORDINATOR}

    @staticmethod
    def _reach(fields, epoch, lane):
        return max((c["seq"] for c in fields.get("cuts", ())
                    if c["epoch"] == epoch and c["lane"] == lane), default=0)

    def authority(self, author, epoch):
        if author == self.root:
            return INFINITE
        term = epoch // 16
        if (author, term) not in self.coordinator:
            return 0
        return min((self._reach(f, epoch, 0) for _, f in self._by_root(REVOKE)
                    if f["node"] == author and f["term"] >= term), default=INFINITE)

    def _counts(self, s, f):
        if self.root is None or s["kind"] not in (GRANT, REVOKE):
            return False
        if s["author"] == self.root:
            return True
        return (s["seq"] <= self.authority(s["author"], s["epoch"])
                and f["node"] not in (self.root, s["author"])
                and not (s["kind"] == GRANT and f["role"] == COORDINATOR))

    def grants(self, node, term=None):
        return [(s, f) for s, f in self.counted if s["kind"] == GRANT and f["node"] == node
                and (term is None or f["term"] == term)]

    def revokes(self, node, by_root_only):
        return [f for s, f in self.counted if s["kind"] == REVOKE and f["node"] == node
                and (s["author"] == self.root or not by_root_only)]

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
        term = epoch // 16
        role = self.role(node, term)
        if role == 0 or (role == READER and lane == 1):
            return 0
        acting = self.revokes(node, (node, term) in self.coordinator)
        return min(most, min((self._reach(f, epoch, lane) for f in acting if f["term"] >= term),
                             default=INFINITE))

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
        by_root = s["author"] == self.root and f["role"] == COORDINATOR
        return all(f["term"] > r for r in
                   (g["term"] for g in self.revokes(f["node"], by_root)))

    @staticmethod
    def _rank(root, s, f):
        return (f["role"], f["term"], f.get("expiry", INFINITE), s["author"] == root,
                s["epoch"], s["seq"], s["chain_hash"], s["author"])

    def _roots_label(self):
        """7.4.6: that of the newest grant in which the root names itself."""
        own = [((s["epoch"], s["seq"], s["chain_hash"]), f.get("label"))
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
        _, f = max(living, key=lambda g: self._rank(self.root, *g))
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
        titled = [((s["epoch"], s["seq"], s["chain_hash"]), f["title"])
                  for s, f in own if "title" in f]

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
        if s["seq"] > fold.limit(s["author"], s["epoch"], 0):
            continue
        age = (s["epoch"], s["seq"], s["chain_hash"], s["author"])
        undo = f.get("undo", False)
        if s["author"] in (author, fold.root):
            if not undo:
                final.append(age)
            elif s["author"] == fold.root:
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
