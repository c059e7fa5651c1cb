# SPDX-License-Identifier: MPL-2.0
"""Canonical msgpack (1.5): every value has one spelling, and a reader refuses any other.

nil, bool, int, float, str, bytes, list and dict are the values of Python that stand for the
types. Bytes that end too early are `truncated`, everything else is `malformed` (9.3.1).
"""

import struct

from .refused import Refused, demand

DEPTH = 8
U48 = 2**48 - 1
KEY_MAX = 2**63 - 1


def check_text(data):
    """1.4: UTF-8 as RFC 3629 has it, and no U+0000. Python's strict decoder is that of RFC 3629."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Refused("malformed", "not UTF-8") from None
    demand("\0" not in text, "malformed", "U+0000 in a text")
    return text


# --- writing -------------------------------------------------------------------------------------

def pack_int(n):
    if n >= 0:
        if n < 0x80:
            return bytes([n])
        for lead, size in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
            if n < 1 << 8 * size:
                return bytes([lead]) + n.to_bytes(size, "big")
    else:
        if n >= -32:
            return bytes([n & 0xFF])
        for lead, size in ((0xD0, 1), (0xD1, 2), (0xD2, 4), (0xD3, 8)):
            if n >= -(1 << 8 * size - 1):
                return bytes([lead]) + n.to_bytes(size, "big", signed=True)
    raise ValueError("integer beyond msgpack")


def _head(n, fix, fix_max, wide):
    if n <= fix_max:
        return bytes([fix | n])
    for lead, size in wide:
        if n < 1 << 8 * size:
            return bytes([lead]) + n.to_bytes(size, "big")
    raise ValueError("longer than msgpack can say")


def pack_array(n):
    return _head(n, 0x90, 15, ((0xDC, 2), (0xDD, 4)))


def pack_map(n):
    return _head(n, 0x80, 15, ((0xDE, 2), (0xDF, 4)))


def pack_str(text):
    data = text.encode("utf-8")
    return _head(len(data), 0xA0, 31, ((0xD9, 1), (0xDA, 2), (0xDB, 4))) + data


def pack_bin(data):
    return _head(len(data), 0, -1, ((0xC4, 1), (0xC5, 2), (0xC6, 4))) + bytes(data)


def pack(value):
    if value is None:
        return b"\xc0"
    if value is False:
        return b"\xc2"
    if value is True:
        return b"\xc3"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, float):
        demand(value == value, "malformed", "NaN")
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        return pack_str(value)
    if isinstance(value, (bytes, bytearray)):
        return pack_bin(value)
    if isinstance(value, (list, tuple)):
        return pack_array(len(value)) + b"".join(pack(v) for v in value)
    if isinstance(value, dict):
        return pack_map(len(value)) + b"".join(pack(k) + pack(value[k]) for k in sorted(value))
    raise TypeError(type(value))


# --- reading -------------------------------------------------------------------------------------

class Reader:
    """Reads one value after the other from bytes; each method takes one and moves on."""

    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def left(self):
        return len(self.data) - self.at

    def take(self, n):
        demand(n <= self.left(), "truncated", f"{n} bytes wanted, {self.left()} left")
        piece = self.data[self.at:self.at + n]
        self.at += n
        return piece

    def end(self):
        demand(self.left() == 0, "malformed", "bytes behind the value")

    def lead(self):
        demand(self.left() > 0, "truncated", "no value")
        return self.data[self.at]

    def _other(self, what):
        """What stands here is no `what`; but its own spelling and length are judged first (1.5)."""
        lead = self.lead()
        if lead & 0xF0 == 0x90 or lead in self.ARRAYS:
            self.array()
        elif lead & 0xF0 == 0x80 or lead in self.MAPS:
            self.map()
        else:
            self.value()
        raise Refused("malformed", f"no {what}")

    def _wide(self, forms, least):
        """The number behind a lead byte of `forms` ({lead: (size, smallest value)})."""
        size, smallest = forms[self.take(1)[0]]
        n = int.from_bytes(self.take(size), "big")
        demand(n >= max(least, smallest), "malformed", "not the shortest form")
        return n

    UINTS = {0xCC: (1, 1 << 7), 0xCD: (2, 1 << 8), 0xCE: (4, 1 << 16), 0xCF: (8, 1 << 32)}
    INTS = {0xD0: (1, 33), 0xD1: (2, (1 << 7) + 1), 0xD2: (4, (1 << 15) + 1),
            0xD3: (8, (1 << 31) + 1)}
    STRS = {0xD9: (1, 32), 0xDA: (2, 1 << 8), 0xDB: (4, 1 << 16)}
    BINS = {0xC4: (1, 0), 0xC5: (2, 1 << 8), 0xC6: (4, 1 << 16)}
    ARRAYS = {0xDC: (2, 16), 0xDD: (4, 1 << 16)}
    MAPS = {0xDE: (2, 16), 0xDF: (4, 1 << 16)}

    def uint(self, most=2**64 - 1, least=0):
        lead = self.lead()
        if lead < 0x80:
            self.at += 1
            n = lead
        else:
            if lead not in self.UINTS:
                self._other("unsigned integer")
            n = self._wide(self.UINTS, 0)
        demand(least <= n <= most, "malformed", "integer out of bounds")
        return n

    def _negative(self):
        lead = self.lead()
        if lead >= 0xE0:
            self.at += 1
            return lead - 0x100
        size, smallest = self.INTS[self.take(1)[0]]
        n = int.from_bytes(self.take(size), "big", signed=True)
        demand(-n >= smallest, "malformed", "not the shortest form")
        return n

    def _blob(self, fix, forms, what):
        lead = self.lead()
        if fix is not None and lead & 0xE0 == fix:
            self.at += 1
            n = lead & 0x1F
        else:
            if lead not in forms:
                self._other(what)
            n = self._wide(forms, 0)
        return self.take(n)

    def text(self, most=2**32, least=0):
        data = self._blob(0xA0, self.STRS, "str")
        demand(least <= len(data) <= most, "malformed", "text out of bounds")
        return check_text(data)

    def bin(self, size=None, most=None, error="malformed"):
        data = self._blob(None, self.BINS, "bin")
        demand(size is None or len(data) == size, "malformed", "bin of another size")
        demand(most is None or len(data) <= most, error, "bin too long")
        return data

    def _count(self, fix, forms, each, what):
        lead = self.lead()
        if lead & 0xF0 == fix:
            self.at += 1
            n = lead & 0x0F
        else:
            if lead not in forms:
                self._other(what)
            n = self._wide(forms, 0)
        demand(n * each <= self.left(), "truncated", "more values than bytes")  # 1.5.8
        return n

    def array(self):
        return self._count(0x90, self.ARRAYS, 1, "array")

    def map(self):
        return self._count(0x80, self.MAPS, 2, "map")

    def key(self, before):
        """The next key of a map; `before` is the one before it, or None."""
        key = self.uint(KEY_MAX)
        demand(before is None or key > before, "malformed", "keys do not ascend")
        return key

    def value(self, depth=DEPTH):
        """Any one value, with at most `depth` arrays and maps one in another."""
        lead = self.lead()
        if lead < 0x80 or lead in self.UINTS:
            return self.uint()
        if lead >= 0xE0 or lead in self.INTS:
            return self._negative()
        if lead & 0xE0 == 0xA0 or lead in self.STRS:
            return self.text()
        if lead in self.BINS:
            return self.bin()
        if lead in (0xC0, 0xC2, 0xC3):
            self.at += 1
            return {0xC0: None, 0xC2: False, 0xC3: True}[lead]
        if lead == 0xCB:
            self.at += 1
            number = struct.unpack(">d", self.take(8))[0]
            demand(number == number, "malformed", "NaN")
            return number
        if lead & 0xF0 == 0x90 or lead in self.ARRAYS:
            demand(depth > 0, "malformed", "too deep")
            return [self.value(depth - 1) for _ in range(self.array())]
        if lead & 0xF0 == 0x80 or lead in self.MAPS:
            demand(depth > 0, "malformed", "too deep")
            fields, before = {}, None
            for _ in range(self.map()):
                before = self.key(before)
                fields[before] = self.value(depth - 1)
            return fields
        raise Refused("malformed", f"lead byte {lead:02x}")


def unpack(data):
    """One value that is the whole input (1.5.9)."""
    reader = Reader(data)
    value = reader.value()
    reader.end()
    return value
