# SPDX-License-Identifier: MPL-2.0
"""Records of lane 1 (section 11)."""

import collections
import hashlib
import pathlib
import re
import string

from .identity import parse_did_key, parse_hex, parse_seq_text, seq_text, short_did, tag, valid_id
from .pack import Reader, pack
from .refused import Refused, demand

PAIRS_MAX = 256
TIME_MAX = 253_402_300_799_999
CODE = set(string.ascii_letters + string.digits + ".-+:_/")
BREAKS = {0x09, 0x0A, 0x0D}

OFFSET_MAX = 1439
REFS = 1
SALT = 5
TABLE = pathlib.Path(__file__).resolve().parents[3] / "proto" / "kinds.def"

# number, name, type, most values or None for one, bounds, required, personal; `bounds` is (least,
# most), the words of a choice, the rows of a group, or None.
Row = collections.namedtuple("Row", "number name type many bounds required personal")


def _calls(text):
    """(macro, arguments) of each line group that 11.4 names, in order; texts without their quotes."""
    text = re.sub(r"^\s*(//|#).*$", "", text, flags=re.M)
    for macro, inside in re.findall(r"PLN_(\w+)(?:\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\")*)\))?", text):
        found = re.findall(r'\s*("(?:[^"\\]|\\.)*"|[^,"]+?)\s*(?:,|$)', inside or "")
        yield macro, [a[1:-1].replace('\\"', '"') if a.startswith('"') else a for a in found]


def _row(arguments, words, parts):
    number, name, type_, many, least, most, flags, _, list_, _, _ = arguments
    bounds = {"CHOICE": lambda: words[list_], "GROUP": lambda: parts[list_],
              "BOOL": lambda: None, "TIME": lambda: None, "LINK": lambda: None,
              "REFERENCE": lambda: None, "BLOB": lambda: None}.get(
                  type_, lambda: (int(least), int(most)))()
    return Row(int(number), name, type_.lower(), int(many) or None, bounds, "REQUIRED" in flags,
               "PERSONAL" in flags)


def read_table(text):
    """(common rows, number -> (name, rows), numbers of personal kinds) of kinds.def."""
    words, parts, kinds, personal, common, here = {}, {}, {}, set(), [], None
    for macro, arguments in _calls(text):
        if macro == "CHOICES":
            here = words.setdefault(arguments[0], [])
        elif macro == "CHOICE":
            here.append(arguments[0])
        elif macro == "PARTS":
            here = parts.setdefault(arguments[0], [])
        elif macro == "COMMON":
            here = common
        elif macro == "KIND":
            here = []
            kinds[int(arguments[0], 16)] = (arguments[1], here)
            personal |= {int(arguments[0], 16)} if arguments[2] == "PERSONAL" else set()
        elif macro == "FIELD":
            here.append(_row(arguments, words, parts))
    return common, kinds, personal


COMMON, KINDS, PERSONAL = read_table(TABLE.read_text())


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


def _text(value, type_, bounds, required):
    demand(isinstance(value, str), "type")
    demand(not _blank(value), "required" if required else "empty")
    if type_ == "choice":
        demand(value in bounds, "choice")
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


def _time(value):
    demand(isinstance(value, list) and len(value) == 2, "type")
    ms, offset = value
    demand(_uint(ms) and isinstance(offset, int) and not isinstance(offset, bool), "type")
    demand(abs(offset) <= OFFSET_MAX and ms <= TIME_MAX, "out-of-range")
    demand(0 <= ms + offset * 60_000 <= TIME_MAX, "out-of-range")


def _one(value, row, refs):
    type_, bounds = row.type, row.bounds
    if type_ in ("line", "text", "code", "choice"):
        _text(value, type_, bounds, row.required)
    elif type_ in ("uint", "decimal"):
        demand(_uint(value), "type")
        unit = 100 if type_ == "decimal" else 1
        demand(bounds[0] * unit <= value <= bounds[1] * unit, "out-of-range")
    elif type_ == "bool":
        demand(isinstance(value, bool), "type")
    elif type_ == "time":
        _time(value)
    elif type_ == "link":
        demand(_uint(value), "type")
        demand(1 <= value <= refs, "link")
    elif type_ == "reference":
        reference(value)
    elif type_ == "blob":
        demand(_bin(value, 32), "type")
    elif type_ == "group":
        demand(isinstance(value, dict), "type")
        demand(len(value) <= PAIRS_MAX, "type")
        demand(value, "empty")
        _rows(bounds, value, refs)
    else:
        demand(isinstance(value, bytes), "type")
        _size(value, bounds)


def _field(value, row, refs):
    if row.many is None:
        _one(value, row, refs)
        return
    demand(isinstance(value, list), "type")
    demand(value, "required" if row.required else "empty")
    demand(len(value) <= row.many, "too-many")
    for n, item in enumerate(value):
        _one(item, row, refs)
        demand(row.number != REFS or refs is not None or item not in value[:n], "repeated")


def _rows(rows, fields, refs):
    """Every row against its value; the refusal's `field` grows on its way out."""
    for row in rows:
        try:
            if row.number in fields:
                _field(fields[row.number], row, refs)
            else:
                demand(not row.required, "required")
        except Refused as e:
            e.field = f"{row.name}.{e.field}" if e.field else row.name
            raise


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
    _rows(COMMON[:REFS], fields, None)
    refs = fields.get(REFS)
    _rows(COMMON[REFS:] + KINDS[kind][1], fields, len(refs) if isinstance(refs, list) else 0)


def decode(kind, payload):
    demand(kind in KINDS, "kind")
    fields = decode_map(payload)
    check(kind, fields)
    return fields


def encode(fields):
    return pack(fields)


def _personal(rows, fields):
    for row in rows:
        if row.number not in fields:
            continue
        value = fields[row.number]
        if row.personal or row.type == "group" and any(
                _personal(row.bounds, item) for item in (value if row.many else [value])):
            return True
    return False


def lacks_salt(kind, fields):
    """11.3: does the record need a salt that it does not have?"""
    return SALT not in fields and len(fields) < PAIRS_MAX and (
        kind in PERSONAL or _personal(COMMON + KINDS[kind][1], fields))


def salted(seed, network, kind, fields):
    """The fields with the salt that gives the same content the same bytes again."""
    if not lacks_salt(kind, fields):
        return fields
    text = tag("pln salt 1") + network + kind.to_bytes(2, "big") + encode(fields)
    return {**fields, SALT: hashlib.blake2b(text, key=seed, digest_size=32).digest()[:8]}


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
