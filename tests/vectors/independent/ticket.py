# SPDX-License-Identifier: MPL-2.0
"""Tickets (8.1-8.3) and what JOIN signs (8.4)."""

import re

from .identity import H, keypair, sign, valid_id, verify
from .pack import check_text
from .refused import Refused, demand
from .text import base32, base32_chars, unbase32

LOOKED_AT = 8_192
SIZE_MAX = 5_120 - 4
GUARDED = 5                     # version, size and guard
SKIPPED = {0x20, ord("="), ord(">"), 0x85, 0xA0, 0xAD, 0x34F, 0x61C, 0x1680, 0x180E, 0x3000,
           0xFEFF}
for first, last in ((0x09, 0x0D), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F),
                    (0xFE00, 0xFE0F)):
    SKIPPED.update(range(first, last + 1))
HYPHENS = set(range(0x2010, 0x2016)) | {0x2212}


def _short(data):
    return len(data).to_bytes(1, "big") + data


def encode(t):
    """The text of a ticket's fields."""
    body = t["network"] + t["root"] + t["inviter"] + t["seed"]
    body += t["role"].to_bytes(1, "big") + (t.get("expiry") or 0).to_bytes(6, "big")
    body += _short(t["title"].encode()) + _short(t["label"].encode())
    body += b"\1" + t["bound"] if t.get("bound") else b"\0"
    body += len(t["nodes"]).to_bytes(1, "big")
    for node in t["nodes"]:
        body += node["id"] + len(node["addresses"]).to_bytes(1, "big")
        body += b"".join(_short(a.encode("ascii")) for a in node["addresses"])
    start = b"\1" + (GUARDED + len(body)).to_bytes(2, "big")
    whole = start + H("pln ticket 1", start)[:2] + body
    return "PLN1-" + base32(whole + H("pln ticket 1", whole)[:4])


def _characters(text):
    """The characters that are looked at: bytes that are no UTF-8 stay as U+FFFD."""
    for char in text[:LOOKED_AT].decode("utf-8", "replace"):
        if ord(char) in HYPHENS:
            yield "-"
        elif ord(char) not in SKIPPED:
            yield char.lower() if char.isascii() else char


class _Body:
    def __init__(self, data, at):
        self.data, self.at = data, at

    def take(self, n):
        demand(self.at + n <= len(self.data), "malformed", "ends inside a field")
        self.at += n
        return self.data[self.at - n:self.at]

    def u8(self, least, most):
        n = self.take(1)[0]
        demand(least <= n <= most, "malformed", "number out of bounds")
        return n

    def id(self):
        key = self.take(32)
        demand(valid_id(key), "malformed", "not a valid node id")
        return key

    def address(self):
        data = self.take(self.u8(1, 255))
        demand(all(0x21 <= b <= 0x7E for b in data), "malformed", "address")
        return data.decode("ascii")


def decode(text):
    """The fields of the first ticket in a text (bytes)."""
    chars = "".join(_characters(text))
    found = re.search(r"pln([0-9])-", chars)
    demand(found is not None, "malformed", "no PLN digit -")
    demand(found[1] == "1", "no-common-version", "digit")
    chars = chars[found.end():]

    def read(n):
        need = base32_chars(n)
        for char in chars[:need]:
            demand(char in "abcdefghijklmnopqrstuvwxyz234567", "bad-signature", "alphabet")
        demand(len(chars) >= need, "truncated", "the text ends")
        return unbase32(chars[:need], n)

    start = read(GUARDED)
    demand(start[3:5] == H("pln ticket 1", start[:3])[:2], "bad-signature", "guard")
    demand(start[0] == 1, "no-common-version", "version")
    size = int.from_bytes(start[1:3], "big")
    demand(GUARDED <= size <= SIZE_MAX, "malformed", "size")
    whole = read(size + 4)
    demand(whole[size:] == H("pln ticket 1", whole[:size])[:4], "bad-signature", "hash")
    return _fields(_Body(whole[:size], GUARDED))


def _fields(b):
    t = {"network": b.take(32), "root": b.id(), "inviter": b.id(), "seed": b.take(32)}
    demand(valid_id(keypair(t["seed"])[0]), "malformed", "key of the seed")
    t["role"] = b.u8(1, 3)
    t["expiry"] = int.from_bytes(b.take(6), "big")
    t["title"] = check_text(b.take(b.u8(0, 128)))
    t["label"] = check_text(b.take(b.u8(0, 128)))
    t["bound"] = b.id() if b.u8(0, 1) else None
    t["nodes"] = []
    for _ in range(b.u8(1, 4)):
        node = {"id": b.id()}
        node["addresses"] = [b.address() for _ in range(b.u8(0, 4))]
        t["nodes"].append(node)
    demand(b.at == len(b.data), "malformed", "bytes behind the last node")
    return t


def join_data(network, key, node, inviter):
    return network + key + node + inviter


def sign_join(seed, network, key, node, inviter):
    return sign(seed, "pln join 1", join_data(network, key, node, inviter))


def verify_join(signer, signature, network, key, node, inviter):
    return verify(signer, signature, "pln join 1", join_data(network, key, node, inviter))


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
