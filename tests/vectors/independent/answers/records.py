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


def time_text(value):
    ms, offset = value
    local = EPOCH + datetime.timedelta(milliseconds=ms, minutes=offset)
    sign, size = "-" if offset < 0 else "+", abs(offset)
    zone = "Z" if offset == 0 else f"{sign}{size // 60:02d}:{size % 60:02d}"
    return local.isoformat(timespec="milliseconds") + zone


def time_value(text):
    demand(isinstance(text, str), "type")
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(Z|([+-])(\d\d):(\d\d))", text,
                         re.ASCII)
    demand(found is not None, "type")
    offset = 0
    if found[3]:
        offset = (int(found[4]) * 60 + int(found[5])) * (-1 if found[3] == "-" else 1)
    try:
        local = datetime.datetime.fromisoformat(found[1]) - EPOCH
    except ValueError:
        raise Refused("type", "time") from None
    ms = local // datetime.timedelta(milliseconds=1) - offset * 60_000
    demand(ms >= 0, "type")
    return [ms, offset]


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


def decimal_text(hundredths):
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def decimal_value(value):
    demand(isinstance(value, (int, float)) and not isinstance(value, bool), "type")
    hundredths = round(value * 100)
    demand(hundredths >= 0 and abs(value * 100 - hundredths) < 1e-6, "type")
    return hundredths


TO_JSON = {"time": time_text, "blob": bytes.hex, "salt": bytes.hex, "decimal": decimal_text,
           "reference": lambda v: record.reference_text(record.reference(v))}
FROM_JSON = {"time": time_value, "blob": hex_value, "salt": hex_value, "decimal": decimal_value,
             "reference": reference_value, "uint": integer_value}


def rows_of(rows):
    return {row.number: row for row in rows}


def kind_rows(kind):
    return record.COMMON + record.KINDS[kind][1]


def value_to(row, value, refs):
    if row.type == "link":
        return TO_JSON["reference"](refs[value - 1])
    if row.type == "group":
        return fields_to(row.bounds, value, refs)
    return TO_JSON.get(row.type, lambda v: v)(value)


def fields_to(rows, values, refs):
    rows, fields = rows_of(rows), {}
    for n, value in values.items():
        row = rows.get(n)
        if row is None:
            fields[f"#{n}"] = pack.pack(value)
        elif row.many is None:
            fields[row.name] = value_to(row, value, refs)
        else:
            fields[row.name] = [value_to(row, v, refs) for v in value]
    return fields


def number_of_field(rows, name):
    for row in rows:
        if row.name == name:
            return row.number
    found = re.fullmatch(r"#(0|[1-9][0-9]*)", name)
    if found is None or int(found[1]) in rows_of(rows) or int(found[1]) > pack.KEY_MAX:
        refused = Refused("unknown-field")
        refused.field = name
        raise refused
    return int(found[1])


def one_from(row, value, refs):
    if row.type == "link":
        wanted = reference_value(value)
        if wanted not in refs:
            refs.append(wanted)
        return refs.index(wanted) + 1
    if row.type == "group":
        demand(isinstance(value, dict), "type")
        return fields_from(row.bounds, value, refs)
    return FROM_JSON.get(row.type, lambda v: v)(value)


def value_from(row, value, refs):
    if row is None:
        return pack.unpack(hex_value(value))
    if row.many is None:
        return one_from(row, value, refs)
    demand(isinstance(value, list), "type")
    return [one_from(row, v, refs) for v in value]


def _nothing(value):
    """What a writer leaves out: null, the empty text, the empty list."""
    return value is None or (isinstance(value, (str, list)) and len(value) == 0)


def fields_from(rows, fields, refs):
    """In ascending order of numbers, so that links bring their refs in that order."""
    values = {}
    named = [(number_of_field(rows, name), name) for name in fields
             if name.startswith("#") or not _nothing(fields[name])]
    for n, name in sorted(named):
        try:
            values[n] = value_from(rows_of(rows).get(n), fields[name], refs)
        except Refused as e:
            e.field = f"{name}.{e.field}" if e.field else name
            raise
    return values


@op("record.read", {"kind": int, "hex": bytes})
def read_record(i):
    values = record.decode(i["kind"], i["hex"])
    return {"fields": fields_to(kind_rows(i["kind"]), values, values.get(record.REFS, []))}


@op("record.write", None)
def write_record(i):
    if i.keys() != {"kind", "fields"}:
        raise ValueError("members")
    kind = KIND_NUMBERS.get(i["kind"])
    demand(kind is not None, "kind")
    refs = [reference_value(v) for v in i["fields"].get("refs") or []]
    values = fields_from(kind_rows(kind), i["fields"], refs)
    if refs:
        values[record.REFS] = refs
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


@op("record.salt", {"seed": bytes, "network": bytes, "kind": int, "hex": bytes})
def _(i):
    fields = record.decode(i["kind"], i["hex"])
    return {"hex": record.encode(record.salted(i["seed"], i["network"], i["kind"], fields))}


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
