# SPDX-License-Identifier: MPL-2.0
"""Messages (9.3) and presences (9.13). Elements are read from left to right; the first that
breaks a rule names the error."""

import hashlib

from .identity import need_signature, sign, tag
from .pack import U48, Reader, pack, pack_array
from .refused import Refused, demand

FRAME_MAX = 524_288
RUN_MAX = 393_228
U32 = 2**32 - 1
U62 = 2**62


class Uint:
    def __init__(self, most):
        self.most = most

    def read(self, r):
        return r.uint(self.most)

    def write(self, value):
        return pack(value)


class Bin:
    def __init__(self, size=None, most=None, error="malformed", sizes=None):
        self.size, self.most, self.error, self.sizes = size, most, error, sizes

    def read(self, r):
        data = r.bin(self.size, self.most, self.error)
        demand(self.sizes is None or len(data) in self.sizes, "malformed", "bin of another size")
        return data

    def write(self, value):
        return pack(bytes(value))


class Text:
    def __init__(self, most):
        self.most = most

    def read(self, r):
        return r.text(self.most)

    def write(self, value):
        return pack(value)


class MaybeNetwork:
    def read(self, r):
        if r.lead() == 0xC0:
            r.at += 1
            return None
        return r.bin(32)

    def write(self, value):
        return pack(value)


class MayBeMissing(Uint):
    """The last element of a message that may end before it; 0 is left out."""


class Cursor:
    """Two elements: number, and tag, bin(8), or bin(0) exactly when number is 0."""

    def read(self, r):
        number = r.uint(U48)
        return {"number": number, "tag": r.bin(8 if number else 0)}

    def write(self, value):
        return pack(value["number"]) + pack(value["tag"])


class Rows:
    """One bin; `fields` are (name, width, is it an integer, rule of its value or None)."""

    def __init__(self, fields, most):
        self.fields, self.most = fields, most
        self.width = sum(width for _, width, _, _ in fields)

    def read(self, r):
        return self.split(r.bin())

    def split(self, data):
        demand(len(data) % self.width == 0, "malformed", "rows of another width")
        demand(len(data) // self.width <= self.most, "oversize", "rows")
        return [self._row(data[i:i + self.width]) for i in range(0, len(data), self.width)]

    def _row(self, data):
        row, at = {}, 0
        for name, width, integer, rule in self.fields:
            piece = data[at:at + width]
            row[name] = int.from_bytes(piece, "big") if integer else piece
            demand(rule is None or rule(row[name]), "malformed", name)
            at += width
        return row

    def join(self, rows):
        return b"".join(row[name].to_bytes(width, "big") if integer else row[name]
                        for row in rows for name, width, integer, _ in self.fields)

    def write(self, rows):
        return pack(self.join(rows))


class Addresses:
    def read(self, r):
        count = r.array()
        demand(count <= 8, "malformed", "addresses")
        return [r.text(255) for _ in range(count)]

    def write(self, value):
        return pack(value)


def _lane(n):
    return n <= 1


def _seq(n):
    return 1 <= n <= U48


ID = NETWORK = HASH = Bin(32)
HELLO_ROWS = Rows((("hash", 16, False, None), ("number", 6, True, None),
                   ("tag", 8, False, None), ("access", 10, False, None),
                   ("digest", 10, False, None)), 1024)
HEADS_ROWS = Rows((("author", 32, False, None), ("epoch", 4, True, None), ("lane", 1, True, _lane),
                   ("seq", 8, True, _seq), ("hash", 32, False, None)), 1702)
WANT_ROWS = Rows((("author", 32, False, None), ("epoch", 4, True, None), ("lane", 1, True, _lane),
                  ("from", 8, True, _seq), ("base", 32, False, None)), 1024)
OWN_HEADS = Rows((("epoch", 4, True, None), ("lane", 1, True, None), ("seq", 8, True, None),
                  ("hash", 32, False, None)), 22)

MESSAGES = {
    0: ("hello", (("version_min", Uint(U32)), ("version_max", Uint(U32)), ("time_ms", Uint(U48)),
                  ("store", Bin(16)), ("nonce", Bin(16)), ("arrivals", Cursor()),
                  ("credit", Uint(U62)), ("flags", Uint(U32)), ("rows", HELLO_ROWS))),
    1: ("heads", (("network", NETWORK), ("flags", Uint(U32)), ("upto", Cursor()),
                  ("rows", HEADS_ROWS))),
    2: ("want", (("network", NETWORK), ("rows", WANT_ROWS), ("flags", MayBeMissing(U32)))),
    3: ("entries", (("network", NETWORK), ("author", ID), ("epoch", Uint(U32)), ("lane", Uint(1)),
                    ("from", Uint(U48)), ("to", Uint(U48)), ("base", HASH),
                    ("signature", Bin(64)), ("flags", Uint(U32)), ("upto", Cursor()),
                    ("run", Bin(most=RUN_MAX, error="oversize")))),
    4: ("fork", (("network", NETWORK), ("author", ID), ("epoch", Uint(U32)), ("lane", Uint(1)),
                 ("stage", Uint(U32)), ("seq", Uint(U48)), ("hash", HASH),
                 ("other_seq", Uint(U48)), ("other_hash", HASH),
                 ("body", Bin(most=98304, error="oversize")))),
    5: ("credit", (("total", Uint(U62)),)),
    6: ("prune", (("network", NETWORK),)),
    7: ("graft", (("network", NETWORK),)),
    8: ("presence", (("body", Bin(most=1024, error="oversize")), ("signature", Bin(64)))),
    12: ("join", (("network", NETWORK), ("node", ID), ("inviter", ID), ("name", Text(128)),
                  ("by_node", Bin(64)), ("by_ticket", Bin(64)))),
    13: ("welcome", (("network", NETWORK), ("root", ID), ("title", Text(512)))),
    14: ("bye", (("reason", Text(64)), ("network", MaybeNetwork()), ("detail", Text(512)))),
    15: ("digest", (("network", NETWORK), ("access", HASH), ("digest", HASH), ("flags", Uint(U32)),
                    ("upto", Cursor()), ("buckets", Bin(sizes=(0, 8192))))),
    16: ("twin", (("since", Uint(U48)), ("address", Text(255)))),
}
NUMBERS = {name: number for number, (name, _) in MESSAGES.items()}

PRESENCE = (("network", NETWORK), ("node", ID), ("stamp", Uint(U48)), ("name", Text(128)),
            ("version", Text(32)), ("codecs", Bin(most=64, error="oversize")),
            ("addresses", Addresses()), ("digest", HASH), ("access", HASH),
            ("heads", OWN_HEADS))


def _width(elements):
    return sum(2 if isinstance(kind, Cursor) else not isinstance(kind, MayBeMissing)
               for _, kind in elements)


def _read(r, count, elements, behind, sound=None):
    demand(count >= _width(elements) + behind, "malformed", "too few elements")
    left = count - behind - _width(elements)
    fields = {}
    for name, kind in elements:
        missing = isinstance(kind, MayBeMissing)
        fields[name] = 0 if missing and left == 0 else kind.read(r)
        left -= missing and left > 0
    if sound is not None:
        sound(fields)
    for _ in range(left):
        r.value()
    r.end()
    return fields


def _entries_sound(fields):
    demand(1 <= fields["from"] <= fields["to"] and fields["to"] - fields["from"] < 1024,
           "bad-run", "from and to")


def decode(frame):
    """(name, fields) of a frame."""
    demand(len(frame) <= FRAME_MAX, "oversize", "frame")
    r = Reader(frame)
    count = r.array()
    demand(1 <= count <= 64, "malformed", "elements")
    number = r.uint()
    demand(number in MESSAGES, "unknown-type", str(number))
    name, elements = MESSAGES[number]
    return name, _read(r, count, elements, 1, _entries_sound if name == "entries" else None)


def encode(name, fields):
    elements = [(key, kind) for key, kind in MESSAGES[NUMBERS[name]][1]
                if not isinstance(kind, MayBeMissing) or fields[key] != 0]
    more = sum(isinstance(kind, MayBeMissing) for _, kind in elements)
    return (pack_array(1 + _width(elements) + more) + pack(NUMBERS[name])
            + b"".join(kind.write(fields[key]) for key, kind in elements))


def decode_presence(body):
    demand(len(body) <= 1024, "oversize", "presence")
    r = Reader(body)
    count = r.array()
    demand(count <= 64, "malformed", "elements")
    return _read(r, count, PRESENCE, 0)


def encode_presence(fields):
    return (pack_array(len(PRESENCE))
            + b"".join(kind.write(fields[key]) for key, kind in PRESENCE))


def sign_presence(seed, body):
    return sign(seed, "pln presence 1", body)


def verify_presence(body, signature):
    need_signature(decode_presence(body)["node"], signature, "pln presence 1", body)


def keyed_hash(network, sender, receiver, nonce):
    """9.4.2: what stands for a network in a HELLO row."""
    return hashlib.blake2b(tag("pln hello 1") + sender + receiver + nonce,
                           digest_size=16, key=network).digest()


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
