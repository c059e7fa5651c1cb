# SPDX-License-Identifier: MPL-2.0
"""Which records get a salt, and the one that is the same for the same content (SPEC 11.3)."""
import hashlib
import struct

from basics import NETWORK
from kit import ROOT, SPOKE, Topic, tag
from records import KINDS, LESSON, TASK, many_pairs, payload

SALT = bytes(range(8))


def made(key, network, kind, fields):
    data = tag("pln salt 1") + network + struct.pack(">H", KINDS[kind][0]) + payload(kind, fields)
    return hashlib.blake2b(data, key=key.seed, digest_size=32).digest()[:8]


def salts():
    t = Topic("salt", "records that get a salt, and those that do not")

    def ask(name, kind, before, after, key=ROOT, network=NETWORK):
        t.ask(name, "record.salt", {"seed": key.seed.hex(), "network": network.hex(), "kind": KINDS[kind][0],
                                    "hex": before.hex()}, {"hex": after.hex()})

    def gets(name, kind, fields, key=ROOT, network=NETWORK):
        salt = {"salt": made(key, network, kind, fields)}
        ask(name, kind, payload(kind, fields), payload(kind, {**fields, **salt}), key, network)

    def stays(name, kind, data):
        ask(name, kind, data, data)

    comment = {"text": "Name: A. B."}
    gets("a personal kind", "comment", comment)
    gets("the same with another key", "comment", comment, key=SPOKE)
    gets("the same in another network", "comment", comment, network=bytes(32))
    gets("another personal kind, the same field", "need", {"title": "Name: A. B."})
    gets("a personal field", "task", {**TASK, "by": ["A. Teacher"]})
    gets("a personal field behind the salt's place", "lesson", {**LESSON, "credit": ["A. Teacher"]})
    gets("fields before and behind it", "task", {"replaces": [None, ROOT.id, 0, 1, bytes(16)], **TASK, "by": ["A"]})
    gets("a personal part of a group", "plan", {"title": "Plan", "steps": [{"title": "a"}, {"title": "b", "owner": "A. B."}]})
    stays("no part of the group is", "plan", payload("plan", {"title": "Plan", "steps": [{"title": "a"}]}))
    stays("nothing personal", "task", payload("task", TASK))
    stays("it has one", "comment", payload("comment", {**comment, "salt": SALT}))
    stays("256 pairs", "task", many_pairs(254))
    return t
