# SPDX-License-Identifier: MPL-2.0
"""Arrivals, digests, messages and presences."""

from .. import digest, identity, message
from .ops import CURSOR, PLACE, accepted, op
from .values import typed, unhex

ROW = {"op": int, "chain": int, "from": int, "to": int}


@op("arrival.read", {"hex": bytes})
def read_arrival(i):
    return digest.read_arrival_row(i["hex"])


def arrival_row(i):
    return digest.arrival_row(i["op"], i["chain"], i["from"], i["to"])


@op("arrival", ROW, back=lambda o: read_arrival({"hex": unhex(o["hex"])}))
def _(i):
    return {"hex": arrival_row(i)}


@op("cursors", {"store": bytes, "rows": [ROW]})
def _(i):
    tags = [digest.arrival_start(i["store"])]
    for row in i["rows"]:
        tags.append(digest.arrival_next(tags[-1], arrival_row(row)))
    return {"tags": tags}


@op("element", {"author": bytes, "epoch": int, "lane": int, "seq": int, "hash": bytes,
                "holes": [int]})
def _(i):
    return {"hex": digest.element(i["author"], i["epoch"], i["lane"], i["seq"], i["hash"],
                                  digest.holes(i["holes"]))}


@op("bucket", {"elements": [bytes]})
def _(i):
    return {"hash": digest.bucket(i["elements"])}


@op("digest", {"network": bytes, "elements": [bytes]})
def _(i):
    used = sorted({e[0] for e in i["elements"]})
    all_ = digest.buckets(i["elements"])
    return {"digest": digest.digest(i["network"], i["elements"]),
            "access": digest.access_digest(i["network"], i["elements"]),
            "buckets": {f"{n:02x}": all_[n] for n in used}}


HELLO_ROW = {"hash": bytes, "number": int, "tag": bytes, "access": bytes, "digest": bytes}
HEAD = {"author": bytes, "epoch": int, "lane": int, "seq": int, "hash": bytes}
WANTED = {"author": bytes, "epoch": int, "lane": int, "from": int, "base": bytes}
MESSAGES = {
    "hello": {"version_min": int, "version_max": int, "time_ms": int, "store": bytes,
              "nonce": bytes, "arrivals": CURSOR, "credit": int, "flags": int,
              "rows": [HELLO_ROW]},
    "heads": {"network": bytes, "flags": int, "upto": CURSOR, "rows": [HEAD]},
    "want": {"network": bytes, "flags": int, "rows": [WANTED]},
    "entries": {"place": PLACE, "from": int, "to": int, "base": bytes, "signature": bytes,
                "flags": int, "upto": CURSOR, "run": bytes},
    "fork": {"place": PLACE, "stage": int, "seq": int, "hash": bytes, "other_seq": int,
             "other_hash": bytes, "body": bytes},
    "credit": {"total": int},
    "prune": {"network": bytes},
    "graft": {"network": bytes},
    "presence": {"body": bytes, "signature": bytes},
    "join": {"network": bytes, "node": bytes, "inviter": bytes, "name": str, "by_node": bytes,
             "by_ticket": bytes},
    "welcome": {"network": bytes, "root": bytes, "title": str},
    "bye": {"reason": str, "network": (bytes, None), "detail": str},
    "digest": {"network": bytes, "access": bytes, "digest": bytes, "flags": int, "upto": CURSOR,
               "buckets": bytes},
    "twin": {"since": int, "address": str},
}


@op("message.read", {"hex": bytes})
def read_message(i):
    name, fields = message.decode(i["hex"])
    if "place" in MESSAGES[name]:
        fields["place"] = {member: fields.pop(member) for member in PLACE}
    return {"type": name, **fields}


@op("message", None, back=lambda o: read_message({"hex": unhex(o["hex"])}))
def _(i):
    name = i["type"]
    fields = typed({k: v for k, v in i.items() if k != "type"}, MESSAGES[name])
    return {"hex": message.encode(name, {**fields, **fields.pop("place", {})})}


@op("hello_row", HELLO_ROW, back=lambda o: message.HELLO_ROWS.split(unhex(o["hex"]))[0])
def _(i):
    return {"hex": message.HELLO_ROWS.join([i])}


@op("hello_hash", {"network": bytes, "sender": bytes, "receiver": bytes, "nonce": bytes})
def _(i):
    return {"hash": message.keyed_hash(i["network"], i["sender"], i["receiver"], i["nonce"])}


@op("presence.read", {"hex": bytes})
def read_presence(i):
    return message.decode_presence(i["hex"])


@op("presence", {"network": bytes, "node": bytes, "stamp": int, "name": str, "version": str,
                 "codecs": bytes, "addresses": [str], "digest": bytes, "access": bytes,
                 "heads": [{"epoch": int, "lane": int, "seq": int, "hash": bytes}]},
    back=lambda o: read_presence({"hex": unhex(o["hex"])}))
def _(i):
    return {"hex": message.encode_presence(i)}


@op("presence.sign", {"seed": bytes, "body": bytes})
def _(i):
    return {"signature": message.sign_presence(i["seed"], i["body"])}


@op("presence.verify", {"node": bytes, "body": bytes, "signature": bytes})
def _(i):
    return accepted(identity.verify(i["node"], i["signature"], "pln presence 1", i["body"]),
                    "bad-signature")
