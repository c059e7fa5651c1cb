# SPDX-License-Identifier: MPL-2.0
"""Records of lane 1: fields by name, as record.json has them."""

import datetime
import re

from .. import pack, record
from ..refused import Refused, demand
from .ops import op
from .values import number, plain, same, typed, unhex

EPOCH = datetime.datetime(1970, 1, 1)
KIND_NUMBERS = {name: number_ for number_, (name, _) in record.KINDS.items()}


def time_text(ms):
    return (EPOCH + datetime.timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"


def time_number(text):
    demand(isinstance(text, str) and re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text, re.ASCII), "type")
    try:
        since = datetime.datetime.fromisoformat(text[:-1]) - EPOCH
    except ValueError:
        raise Refused("type", "time") from None
    demand(since >= datetime.timedelta(0), "out-of-range")
    return since // datetime.timedelta(milliseconds=1)


def reference_value(text):
    try:
        ref = record.parse_reference(typed(text, str))
    except (Refused, ValueError):
        raise Refused("type", "reference") from None
    return [ref[name] for name in ("network", "author", "epoch", "seq", "data")]


def hex_value(text):
    try:
        return unhex(text)
    except ValueError:
        raise Refused("type", "hex") from None


def integer_value(value):
    try:
        return number(value)
    except ValueError:
        raise Refused("type", "integer") from None


TO_JSON = {"time": time_text, "blob": bytes.hex, "salt": bytes.hex,
           "reference": lambda v: record.reference_text(record.reference(v))}
FROM_JSON = {"time": time_number, "blob": hex_value, "salt": hex_value,
             "reference": reference_value, "uint": integer_value}


def rows_of(kind):
    return {row[0]: row for row in record.COMMON + record.KINDS[kind][1]}


def fields_to(kind, values):
    rows, fields = rows_of(kind), {}
    for n, value in values.items():
        if n not in rows:
            fields[f"#{n}"] = pack.pack(value)
            continue
        _, name, type_, most, _, _ = rows[n]
        convert = TO_JSON.get(type_, lambda v: v)
        fields[name] = convert(value) if most is None else [convert(v) for v in value]
    return fields


def number_of_field(kind, name):
    for n, row in rows_of(kind).items():
        if row[1] == name:
            return n
    found = re.fullmatch(r"#(0|[1-9][0-9]*)", name)
    if found is None or int(found[1]) in rows_of(kind) or int(found[1]) > pack.KEY_MAX:
        refused = Refused("unknown-field")
        refused.field = name
        raise refused
    return int(found[1])


def value_from(kind, n, value):
    if n not in rows_of(kind):
        return pack.unpack(hex_value(value))
    _, _, type_, most, _, _ = rows_of(kind)[n]
    convert = FROM_JSON.get(type_, lambda v: v)
    if most is None:
        return convert(value)
    demand(isinstance(value, list), "type")
    return [convert(v) for v in value]


def fields_from(kind, fields):
    values = {}
    for name in fields:
        n = number_of_field(kind, name)
        try:
            values[n] = value_from(kind, n, fields[name])
        except Refused as e:
            e.field = name
            raise
    return values


@op("record.read", {"kind": int, "hex": bytes})
def read_record(i):
    return {"fields": fields_to(i["kind"], record.decode(i["kind"], i["hex"]))}


def _nothing(value):
    """What a writer leaves out: null, the empty text, the empty list."""
    return value is None or (isinstance(value, (str, list)) and len(value) == 0)


@op("record.write", None)
def write_record(i):
    if i.keys() != {"kind", "fields"}:
        raise ValueError("members")
    kind = KIND_NUMBERS.get(i["kind"])
    demand(kind is not None, "kind")
    values = fields_from(kind, {name: v for name, v in i["fields"].items() if not _nothing(v)})
    demand(len(values) <= record.PAIRS_MAX, "too-many-fields")
    record.check(kind, values)
    return {"hex": record.encode(values)}


@op("record", None, back=None)
def _(i):
    answer = write_record(i)
    kind = KIND_NUMBERS[i["kind"]]
    again = plain(read_record({"kind": kind, "hex": answer["hex"]})["fields"])
    if not same(again, i["fields"]):
        raise AssertionError(f"reads back as {again}")
    return answer


def read_reference(o):
    by_hex = record.reference(pack.unpack(unhex(o["hex"])))
    by_text = record.parse_reference(o["text"])
    if by_hex != by_text:
        raise AssertionError("bytes and text differ")
    return by_hex


@op("reference", {"network": (bytes, None), "author": bytes, "epoch": int, "seq": int,
                  "data": bytes}, back=read_reference)
def _(i):
    return {"hex": record.pack_reference(i), "text": record.reference_text(i)}
