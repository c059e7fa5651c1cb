# SPDX-License-Identifier: MPL-2.0
"""Records of lane 1 (section 11)."""

import string

from .identity import parse_did_key, parse_hex, parse_seq_text, seq_text, short_did, valid_id
from .pack import Reader, pack
from .refused import Refused, demand

PAIRS_MAX = 256
TIME_MAX = 253_402_300_799_999
CODE = set(string.ascii_letters + string.digits + ".-+:_/")
BREAKS = {0x09, 0x0A, 0x0D}

WORDS = {
    "grades": ("PK TK K KG 1 01 2 02 3 03 4 04 5 05 6 06 7 07 8 08 9 09 10 11 12 13 UG PS AE"),
    "uses": "formative interim summative",
    "states": "draft piloted vetted operational released retired",
    "members": "district school hub partner",
    "locales": ("city city-large city-midsize city-small suburb suburb-large suburb-midsize "
                "suburb-small town town-fringe town-distant town-remote rural rural-fringe "
                "rural-distant rural-remote"),
    "enrollments": "1-299 300-999 1000-2499 2500-4999 5000-9999 10000-24999 25000+",
}
WORDS = {name: words.split() for name, words in WORDS.items()}

# (number, name, type, most values or None for one, bounds, required)
COMMON = (
    (1, "refs", "reference", 64, None, False), (2, "blobs", "blob", 64, None, False),
    (3, "was", "reference", None, None, False), (4, "replaces", "reference", None, None, False),
    (5, "salt", "salt", None, (8, 8), False), (6, "by", "line", 16, (1, 200), False),
    (7, "lang", "code", None, (2, 35), False), (8, "source", "line", None, (1, 2000), False),
)
KINDS = {
    0x0100: ("profile", (
        (16, "name", "line", None, (1, 200), True), (17, "type", "choice", None, "members", False),
        (18, "state", "code", None, (2, 8), False),
        (19, "locale", "choice", None, "locales", False),
        (20, "grades", "range", 32, "grades", False),
        (21, "enrollment", "choice", None, "enrollments", False),
        (22, "leaid", "code", None, (7, 7), False), (23, "web", "line", None, (1, 500), False),
        (24, "contact", "line", None, (1, 300), False),
        (25, "about", "text", None, (1, 8000), False))),
    0x0101: ("task", (
        (16, "title", "line", None, (1, 300), True),
        (17, "purpose", "text", None, (1, 16000), False),
        (18, "prompt", "text", None, (1, 131072), True),
        (19, "materials", "text", None, (1, 32000), False),
        (20, "rubric", "text", None, (1, 65536), False),
        (21, "grades", "range", 32, "grades", False),
        (22, "subjects", "line", 16, (1, 100), False),
        (23, "competencies", "line", 64, (1, 500), False),
        (24, "minutes", "uint", None, (1, 100000), False), (25, "dok", "uint", None, (1, 4), False),
        (26, "use", "choice", None, "uses", False), (27, "state", "choice", None, "states", False),
        (28, "license", "code", None, (1, 64), False), (29, "common", "bool", None, None, False),
        (30, "product", "text", None, (1, 8000), False),
        (31, "supports", "text", None, (1, 16000), False),
        (32, "notes", "text", None, (1, 32000), False))),
    0x0102: ("lesson", (
        (16, "title", "line", None, (1, 300), True), (17, "result", "text", None, (1, 32000), True),
        (18, "challenge", "text", None, (1, 32000), True),
        (19, "lesson", "text", None, (1, 32000), True),
        (20, "context", "text", None, (1, 16000), False),
        (21, "evidence", "text", None, (1, 16000), False),
        (22, "about", "line", 16, (1, 300), False), (23, "when", "time", None, None, False))),
}


def _blank(value):
    return isinstance(value, str) and value.strip(" \t\n\r") == ""


def _bin(value, size):
    return isinstance(value, bytes) and len(value) == size


def _uint(value, least=0, most=2**64 - 1):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _size(value, bounds):
    demand(len(value) >= bounds[0], "too-short")
    demand(len(value) <= bounds[1], "too-long")


def _control(code):
    return code < 0x20 or 0x7F <= code <= 0x9F


def _words(value, type_, words):
    ends = [value] if type_ == "choice" or "-" not in value else value.split("-", 1)
    demand(all(end in words for end in ends), "choice")


def _text(value, type_, bounds, required):
    demand(isinstance(value, str), "type")
    demand(not _blank(value), "required" if required else "empty")
    if type_ in ("choice", "range"):
        _words(value, type_, WORDS[bounds])
        return
    _size(value.encode(), bounds)
    codes = [ord(c) for c in value]
    if type_ == "code":
        demand(all(c in CODE for c in value), "code")
    elif type_ == "line":
        demand(not any(map(_control, codes)), "one-line")
    else:
        demand(not any(_control(c) and c not in BREAKS for c in codes), "characters")


def reference(value):
    """The fields of a reference, checked."""
    demand(isinstance(value, list) and len(value) == 5, "type")
    network, author, epoch, seq, data = value
    demand(network is None or _bin(network, 32), "type")
    demand(_bin(author, 32) and valid_id(author), "type")
    demand(_uint(epoch, 0, 2**32 - 1) and _uint(seq, 1, 2**48 - 1) and _bin(data, 16), "type")
    return {"network": network, "author": author, "epoch": epoch, "seq": seq, "data": data}


def pack_reference(ref):
    return pack([ref["network"], ref["author"], ref["epoch"], ref["seq"], ref["data"]])


def _one(value, type_, bounds, required):
    if type_ in ("line", "text", "code", "choice", "range"):
        _text(value, type_, bounds, required)
    elif type_ in ("uint", "time"):
        demand(_uint(value), "type")
        least, most = bounds or (0, TIME_MAX)
        demand(least <= value <= most, "out-of-range")
    elif type_ == "bool":
        demand(isinstance(value, bool), "type")
    elif type_ == "reference":
        reference(value)
    elif type_ == "blob":
        demand(_bin(value, 32), "type")
    else:
        demand(isinstance(value, bytes), "type")
        _size(value, bounds)


def _field(value, type_, most, bounds, required):
    if most is None:
        _one(value, type_, bounds, required)
        return
    demand(isinstance(value, list), "type")
    demand(value, "required" if required else "empty")
    demand(len(value) <= most, "too-many")
    for item in value:
        _one(item, type_, bounds, required)


def decode_map(payload):
    """The pairs of any record of lane 1, whatever its kind."""
    try:
        r = Reader(payload)
        fields = r.value()
        r.end()
    except Refused as e:
        raise Refused("payload", str(e)) from None
    demand(isinstance(fields, dict), "payload", "no map")
    demand(len(fields) <= PAIRS_MAX, "too-many-fields")
    return fields


def check(kind, fields):
    """Refuses pairs that break a rule of the kind; `field` of the refusal names the place."""
    demand(kind in KINDS, "kind")
    for number, name, type_, most, bounds, required in COMMON + KINDS[kind][1]:
        try:
            if number in fields:
                _field(fields[number], type_, most, bounds, required)
            else:
                demand(not required, "required")
        except Refused as e:
            e.field = name
            raise


def decode(kind, payload):
    demand(kind in KINDS, "kind")
    fields = decode_map(payload)
    check(kind, fields)
    return fields


def encode(fields):
    return pack(fields)


def reference_text(ref):
    """11.2: [NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA."""
    network = ref["network"].hex() + "/" if ref["network"] is not None else ""
    return (f"{network}{short_did(ref['author'])}/{seq_text(ref['epoch'], ref['seq'])}"
            f"#{ref['data'].hex()}")


def parse_reference(text):
    rest, hash_, data = text.partition("#")
    demand(hash_, "malformed", "no data")
    parts = rest.split("/")
    demand(len(parts) in (2, 3), "malformed", "no reference")
    epoch, seq = parse_seq_text(parts[-1])
    return {"network": parse_hex(parts[0], 32) if len(parts) == 3 else None,
            "author": parse_did_key(parts[-2]), "epoch": epoch, "seq": seq,
            "data": parse_hex(data, 16)}


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
