# SPDX-License-Identifier: MPL-2.0
"""Control records, the access fold and tickets."""

import random

from .. import access, control, identity, ticket
from .ops import OPS, Op, accepted, op
from .values import unhex

# Name here, name in control.py, shape, what absence is written as.
CUT = {"epoch": int, "lane": int, "seq": int, "hash": bytes, "signature": bytes}
CONTROL = {
    "network": (control.NETWORK, (
        ("nonce", "nonce", (bytes, None), None), ("name", "name", str, ""),
        ("guardians", "guardians", [bytes], []), ("threshold", "threshold", int, 0),
        ("title", "title", str, ""), ("max_entries", "max_entries", int, 0),
        ("max_bytes", "max_bytes", int, 0), ("access_version", "access_version", int, 0))),
    "grant": (control.GRANT, (
        ("node", "node", bytes, None), ("term", "term", int, None), ("role", "role", int, None),
        ("label", "label", str, ""), ("expiry_ms", "expiry", int, 0),
        ("succeeds", "succeeds", (bytes, None), None))),
    "revoke": (control.REVOKE, (
        ("node", "node", bytes, None), ("term", "term", int, None), ("cuts", "cuts", [CUT], []),
        ("reason", "reason", str, ""))),
    "leave": (control.LEAVE, ()),
    "retract": (control.RETRACT, (
        ("author", "author", bytes, None), ("epoch", "epoch", int, None),
        ("seq", "seq", int, None), ("data", "data", bytes, None), ("reason", "reason", str, ""),
        ("undo", "undo", bool, False))),
}


def _control_ops(name, kind, fields):
    def read(i):
        found = control.decode(kind, i["hex"])
        return {here: found.get(there, absent) for here, there, _, absent in fields}

    def write(i):
        return {"hex": control.encode(kind, {there: i[here] for here, there, _, absent in fields
                                             if here in ("term", "epoch") or i[here] != absent})}
    OPS[name] = Op({here: shape for here, _, shape, _ in fields}, write,
                   back=lambda o: read({"hex": unhex(o["hex"])}))
    OPS[name + ".read"] = Op({"hex": bytes}, read)


for _name, (_kind, _fields) in CONTROL.items():
    _control_ops(_name, _kind, _fields)


@op("network_id", {"root": bytes, "genesis": bytes})
def _(i):
    return {"network": identity.network_id(i["root"], i["genesis"])}


def folded(network, statements, promise, ask):
    fold = access.Fold(network, statements, promise)
    members = [{"node": node, "term": m["term"], "role": m["role"], "label": m["label"] or "",
                "expiry_ms": m["expiry"] or 0, "left": m["left"]}
               for node, m in sorted(fold.members().items())]
    limits = [fold.limit(a["node"], a["epoch"], a["lane"]) for a in ask]
    return {"root": fold.root, "members": members, "settings": fold.settings(),
            "limits": [None if n == access.INFINITE else n for n in limits]}


@op("fold", {"network": bytes, "promise": ({"root": bytes, "inviter": bytes}, None),
             "statements": [{"author": bytes, "epoch": int, "seq": int, "hash": bytes,
                             "kind": int, "payload": bytes}],
             "ask": [{"node": bytes, "epoch": int, "lane": int}]})
def _(i):
    promise = i["promise"] and (i["promise"]["root"], i["promise"]["inviter"])
    statements = [{**s, "chain_hash": s["hash"]} for s in i["statements"]]
    answer = folded(i["network"], statements, promise, i["ask"])
    for seed in range(4):       # a set has no order, and nothing twice
        again = statements + statements[:3]
        random.Random(seed).shuffle(again)
        if folded(i["network"], again, promise, i["ask"]) != answer:
            raise AssertionError("another order gives another answer")
    return answer


@op("fate", {"network": bytes,
             "statements": [{"author": bytes, "epoch": int, "seq": int, "hash": bytes,
                             "kind": int, "payload": bytes}],
             "ask": [{"author": bytes, "epoch": int, "seq": int, "data": bytes}]})
def _(i):
    fold = access.Fold(i["network"], [{**s, "chain_hash": s["hash"]} for s in i["statements"]])
    found = [access.fate(fold, a["author"], a["epoch"], a["seq"], a["data"]) for a in i["ask"]]
    return {"fates": [{"fate": what, "by": by} for what, by in found]}


@op("quota", {"max_entries": int, "max_bytes": int, "seq": int, "cum": int})
def _(i):
    return {"reached": access.quota_reached(i["max_entries"], i["max_bytes"], i["seq"],
                                            i["cum"])}


TICKET = {"network": bytes, "root": bytes, "inviter": bytes, "seed": bytes, "role": int,
          "expiry_ms": int, "title": str, "label": str, "bound": (bytes, None),
          "nodes": [{"id": bytes, "addresses": [str]}]}


@op("ticket.read", None)
def read_ticket(i):
    if i.keys() not in ({"text"}, {"bytes"}):
        raise ValueError("members")
    found = ticket.decode(unhex(i["bytes"]) if "bytes" in i else i["text"].encode())
    found["expiry_ms"] = found.pop("expiry")
    return found


@op("ticket", TICKET, back=read_ticket)
def _(i):
    return {"text": ticket.encode({**i, "expiry": i["expiry_ms"]})}


@op("join", {"network": bytes, "ticket_seed": bytes, "node_seed": bytes, "inviter": bytes})
def _(i):
    key, node = identity.keypair(i["ticket_seed"])[0], identity.keypair(i["node_seed"])[0]
    about = i["network"], key, node, i["inviter"]
    return {"message": ticket.join_data(*about),
            "by_node": ticket.sign_join(i["node_seed"], *about),
            "by_ticket": ticket.sign_join(i["ticket_seed"], *about)}


@op("join.verify", {"network": bytes, "ticket": bytes, "node": bytes, "inviter": bytes,
                    "by_node": bytes, "by_ticket": bytes})
def _(i):
    about = i["network"], i["ticket"], i["node"], i["inviter"]
    return accepted(ticket.verify_join(i["node"], i["by_node"], *about)
                    and ticket.verify_join(i["ticket"], i["by_ticket"], *about), "bad-signature")
