# SPDX-License-Identifier: MPL-2.0
"""What every topic uses: hashes, keys and msgpack from outside the C code, and a way to write cases."""
import hashlib
import json
import pathlib
import struct

import nacl.bindings as sodium

SEQ_MAX = 2**48 - 1
ORDER = 2**252 + 27742317777372353535851937790883648493


def tag(text):
    return text.encode("ascii").ljust(16, b"\0")


def H(text, data):
    return hashlib.blake2b(tag(text) + data, digest_size=32).digest()


class Key:
    """A node: everything that follows from its seed."""

    def __init__(self, seed):
        self.seed = seed
        self.id, self.secret = sodium.crypto_sign_seed_keypair(seed)

    def sign_bare(self, message):
        return sodium.crypto_sign(message, self.secret)[:64]

    def sign(self, text, message):
        return self.sign_bare(tag(text) + message)


def key(number):
    return Key(bytes([number]) * 32)


ROOT, SPOKE, TICKET = key(1), key(4), key(6)


def more_keys(count):
    """Further valid ids, none of them one of the three above."""
    found, number = [], 7
    while len(found) < count:
        candidate = key(number)
        if candidate.id[31] < 0x80:
            found.append(candidate)
        number += 1
    return found


def place(network, author, epoch, lane):
    return network + author + struct.pack(">IB", epoch, lane)


def header(codec, kind, time_ms, size):
    return struct.pack(">BH", codec, kind) + time_ms.to_bytes(6, "big") + struct.pack(">I", size)


def entry(codec, kind, time_ms, payload):
    return header(codec, kind, time_ms, len(payload)) + payload


def withheld(codec, kind, time_ms, payload):
    return header(codec | 0x80, kind, time_ms, len(payload)) + H("pln data 1", payload)


def head_text(where, seq, chain_hash):
    return where + struct.pack(">Q", seq) + chain_hash


class Chain:
    """A chain being written: its heads, and the entries since `mark`."""

    def __init__(self, author, network, epoch, lane):
        self.author, self.network, self.epoch, self.lane = author, network, epoch, lane
        self.place = place(network, author.id, epoch, lane)
        self.seq, self.cum = 0, 0
        self.hash = H("pln chain 1", self.place)
        self.bytes = b""

    def head(self):
        return {"seq": self.seq, "hash": self.hash.hex(), "cum": number(self.cum)}

    def mark(self):
        self.bytes = b""
        return self.head()

    def add(self, codec, kind, time_ms, payload):
        before = self.cum
        top = header(codec, kind, time_ms, len(payload))
        self.hash = H("pln link 1", self.hash + top + H("pln data 1", payload))
        self.seq += 1
        self.cum += 13 + len(payload)
        self.bytes += top + payload
        return self.lane == 0 or self.seq % 1024 == 0 or self.cum // 131072 > before // 131072

    def signature(self):
        return self.author.sign("pln head 1", head_text(self.place, self.seq, self.hash))


def genesis_payload(**fields):
    return control({16: bytes(range(16)), 17: "Demo", 20: "Demo network", 23: 1, **fields})


def network_id(root, payload):
    return H("pln network 1", root + H("pln data 1", payload))


# ---- msgpack, one byte string at a time, so that wrong spellings can be written as well ----

def uint(n):
    for limit, lead, form in ((0x80, b"", ">B"), (0x100, b"\xcc", ">B"), (0x10000, b"\xcd", ">H"),
                              (2**32, b"\xce", ">I"), (2**64, b"\xcf", ">Q")):
        if n < limit:
            return lead + struct.pack(form, n)
    raise ValueError(n)


def sized(n, short, forms):
    """Lead bytes of a length or count: `short` is (limit, base) of the one-byte form, or None."""
    if short and n < short[0]:
        return bytes([short[1] | n])
    for lead, form, limit in forms:
        if n < limit:
            return bytes([lead]) + struct.pack(form, n)
    raise ValueError(n)


def text(s):
    data = s.encode() if isinstance(s, str) else s
    forms = ((0xd9, ">B", 2**8), (0xda, ">H", 2**16), (0xdb, ">I", 2**32))
    return sized(len(data), (32, 0xa0), forms) + data


def bin_(data):
    return sized(len(data), None, ((0xc4, ">B", 2**8), (0xc5, ">H", 2**16), (0xc6, ">I", 2**32))) + data


def array(*items):
    return sized(len(items), (16, 0x90), ((0xdc, ">H", 2**16), (0xdd, ">I", 2**32))) + b"".join(items)


def map_(*pairs):
    lead = sized(len(pairs), (16, 0x80), ((0xde, ">H", 2**16), (0xdf, ">I", 2**32)))
    return lead + b"".join(k + v for k, v in pairs)


NIL, FALSE, TRUE = b"\xc0", b"\xc2", b"\xc3"


def value(v):
    """A Python value in its one spelling."""
    if v is None:
        return NIL
    if isinstance(v, bool):
        return TRUE if v else FALSE
    if isinstance(v, int):
        if v >= 0:
            return uint(v)
        for low, lead, form in ((-32, b"", ">b"), (-128, b"\xd0", ">b"), (-2**15, b"\xd1", ">h"),
                                (-2**31, b"\xd2", ">i"), (-2**63, b"\xd3", ">q")):
            if v >= low:
                return lead + struct.pack(form, v)
    if isinstance(v, str):
        return text(v)
    if isinstance(v, bytes):
        return bin_(v)
    if isinstance(v, (list, tuple)):
        return array(*(value(x) for x in v))
    if isinstance(v, dict):
        return map_(*((uint(k), value(v[k])) for k in sorted(v)))
    raise TypeError(v)


def control(fields):
    """The payload of a control record or record: field number to value."""
    return value(fields)


# ---- cases ----

def number(n):
    return n if n < 2**53 else str(n)


def repeat(unit, times):
    return {"repeat": unit.hex(), "times": times}


def join(*parts):
    return {"join": [p.hex() if isinstance(p, bytes) else p for p in parts]}


class Topic:
    """One file of vectors being collected."""

    def __init__(self, name, about):
        self.name, self.about, self.cases = name, about, []
        self.names = set()

    def ask(self, name, op, given, out=None, refused=None, **more):
        assert name not in self.names, name
        self.names.add(name)
        case = {"name": name, "op": op, "in": given}
        if refused is not None:
            case["refused"] = refused
        elif out is not None:
            case["out"] = out
        self.cases.append({**case, **more})

    def write(self, folder, spec):
        path = pathlib.Path(folder) / f"{self.name}.json"
        with path.open("x", encoding="utf-8") as file:
            json.dump({"about": self.about, "spec": spec, "cases": self.cases}, file, indent=1,
                      ensure_ascii=False)
            file.write("\n")
