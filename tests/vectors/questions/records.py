# SPDX-License-Identifier: MPL-2.0
"""Records of the kinds: fields and payload, and the rule that a refused one breaks (SPEC 11)."""
import datetime
import json
import sys

from access import NOT_AN_ID
from basics import NETWORK, did
from formats import TOP, nested
from kit import ROOT, SEQ_MAX, SPOKE, Topic, bin_, map_, text, uint, value

TIME_MAX = 253402300799999


sys.path.insert(0, str(TOP / "tests" / "vectors"))
from independent.answers.records import write_record  # noqa: E402
from independent.answers.values import plain  # noqa: E402
from independent.record import COMMON, KINDS as TABLE  # noqa: E402

KINDS = {name: (number, {row.name: row for row in COMMON + rows}) for number, (name, rows) in TABLE.items()}


def reference(author=ROOT.id, epoch=0, seq=2, data=bytes(range(16)), network=None):
    return [network, author, epoch, seq, data]


def reference_text(r):
    where = "" if r[0] is None else r[0].hex() + "/"
    return f"{where}{did(r[1])[8:]}/{f'{r[2]}.' if r[2] else ''}{r[3]}#{r[4].hex()}"


def moment(when):
    ms, offset = when
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms, minutes=offset)
    zone = "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}{zone}"


def shown(row, v, refs):
    if row.type == "reference":
        return reference_text(v)
    if row.type == "link":
        return reference_text(refs[v - 1])
    if row.type == "time":
        return moment(v)
    if row.type == "decimal":
        return v // 100 if v % 100 == 0 else v / 100
    if row.type == "group":
        return {name: item for name, item in pairs_json({r.name: r for r in row.bounds}, v, refs)}
    return v.hex() if isinstance(v, bytes) else v


def pairs_json(rows, fields, refs):
    for name, v in fields.items():
        if name.startswith("#"):
            yield name, value(v).hex()
        elif rows[name].many:
            yield name, [shown(rows[name], x, refs) for x in v]
        else:
            yield name, shown(rows[name], v, refs)


def as_json(kind, fields):
    return dict(pairs_json(KINDS[kind][1], fields, fields.get("refs", [])))


def numbered(rows, fields):
    """Names to numbers, groups inside, whatever the values are."""
    out = {}
    for name, v in fields.items():
        row = rows.get(name)
        if row is not None and row.type == "group":
            inner = {r.name: r for r in row.bounds}
            v = [numbered(inner, x) if isinstance(x, dict) else x for x in v] if isinstance(v, list) else v
        out[int(name[1:]) if name.startswith("#") else row.number] = v
    return out


def payload(kind, fields):
    return value(numbered(KINDS[kind][1], fields))


LESSON = {"title": "Short tasks first", "result": "Scores rose by a third.", "challenge": "Teachers had little time.",
          "lesson": "Begin with one period."}
TASK = {"title": "Bridge", "prompt": "Build a bridge of paper.\n\n1. Plan\n2. Build"}
PROFILE = {"name": "Example School District"}


def records():
    t = Topic("record", "records of the kinds: fields and payload, and those that break a rule")

    def both(name, kind, fields):
        t.ask(name, "record", {"kind": kind, "fields": as_json(kind, fields)}, {"hex": payload(kind, fields).hex()})

    both("spec 6.5: a lesson", "lesson", LESSON)
    both("the smallest task", "task", TASK)
    both("the smallest profile", "profile", PROFILE)
    both("every field of a profile", "profile", {**PROFILE, "type": "district", "state": "NH", "locale": "rural-fringe", "grades": ["PK", "KG", "12", "UG"],
         "enrollment": "25000+", "leaid": "0100005", "web": "https://example.org/", "contact": "office@example.org", "about": "Line one\n\tline two\r\n"})
    both("every field of a task", "task", {**TASK, "purpose": "p", "materials": "m", "rubric": RUBRIC, "grades": ["09", "12"], "subjects": ["Science", "Art"],
         "competencies": ["ELA.1", "Übung"], "minutes": 100000, "dok": 4, "use": "formative", "state": "piloted", "license": "CC-BY-4.0", "common": True,
         "product": "x", "supports": "y", "notes": "z"})
    both("every field of a lesson", "lesson", {**LESSON, "context": "c", "evidence": "e", "themes": ["Bridge"], "when": [1763803800000, -300]})
    refs = [reference(), reference(SPOKE.id, 17, SEQ_MAX, b"\xff" * 16, NETWORK)]
    both("every common field", "lesson", {"refs": refs, "blobs": [b"\x01" * 32], "was": reference(), "replaces": reference(epoch=2**32 - 1),
         "salt": bytes(range(8)), "by": ["A. Teacher", "B. Teacher"], "lang": "es-MX", "source": "https://example.org/a?b=c", **LESSON})
    both("fields this version does not know", "task", {**TASK, "#14": 5, "#99": ["x", {1: None}], "#4000000000": b"\0\1"})
    both("bounds", "task", {**TASK, "title": "t" * 300, "minutes": 1, "dok": 1, "common": False, "subjects": ["s" * 100] * 16, "license": "l" * 64})
    both("times", "lesson", {**LESSON, "when": [0, 0]})
    both("the last time", "lesson", {**LESSON, "when": [TIME_MAX, -1439]})
    both("a group with parts this version does not know", "task", {**TASK, "rubric": [{"#0": 1, "description": "d", "#9": [b"x"]}]})
    both("decimals", "task", {**TASK, "rubric": [{"criteria": [{"points": n} for n in (0, 1, 50, 29, 10000000)]}]})
    both("links to one of two", "lesson", {"refs": refs, **LESSON, "about": [2, 1, 2], "led_to": 1})
    every_kind(t, both)
    samples(t)
    references(t)
    written(t)
    reading(t)
    return t


def some(row, depth):
    """A value within the row's bounds, the same each time."""
    texts = {"line": "Zeile ü", "text": "one\n\ttwo 🌽", "code": "x-1.0"}
    if row.type in texts:
        return (texts[row.type] + "." * row.bounds[0])[:row.bounds[1]]
    return {"choice": lambda: row.bounds[-1], "uint": lambda: row.bounds[1], "decimal": lambda: row.bounds[0] * 100 + 25,
            "bool": lambda: True, "time": lambda: [1763803800000, 330], "link": lambda: 1, "reference": reference,
            "blob": lambda: b"\x02" * 32, "salt": lambda: bytes(row.bounds[0] if row.bounds else 0),
            "group": lambda: {r.name: many(r, depth + 1) for r in row.bounds}}[row.type]()


def many(row, depth=0):
    return some(row, depth) if row.many is None else [some(row, depth)] * (1 if row.type in ("reference", "group") else 2)


def every_kind(t, both):
    """Each kind of the table with all that it can hold: a new kind is asked about by itself."""
    for name, (_, rows) in KINDS.items():
        both(f"all fields of the kind {name}", name, {row.name: many(row) for row in rows.values()})


def samples(t):
    for file in ("lessons", "tasks", "profile"):
        for n, line in enumerate((TOP / "contrib" / "samples" / f"{file}.ndjson").read_text().splitlines()):
            given = {name: v for name, v in json.loads(line).items() if name in ("kind", "fields")}
            t.ask(f"sample: {file} {n + 1}", "record", given, plain(write_record(given)))


def references(t):
    for name, r in (("short", reference()), ("an epoch", reference(epoch=17)), ("whole", reference(SPOKE.id, 2**32 - 1, SEQ_MAX, b"\xff" * 16, NETWORK))):
        given = {"network": r[0].hex() if r[0] else None, "author": r[1].hex(), "epoch": r[2], "seq": r[3], "data": r[4].hex()}
        t.ask(f"reference: {name}", "reference", given, {"hex": value(r).hex(), "text": reference_text(r)})


def written(t):
    """From JSON, as a person writes it."""
    def refuse(name, kind, fields, rule, field):
        t.ask(f"write: {name}", "record.write", {"kind": kind, "fields": fields}, refused=rule, field=field)

    t.ask("write: members in any order", "record.write", {"kind": "lesson", "fields": dict(reversed(LESSON.items()))}, {"hex": payload("lesson", LESSON).hex()})
    t.ask("write: empty values are left out", "record.write", {"kind": "lesson", "fields": {**LESSON, "context": "", "about": [], "themes": [], "when": None}},
          {"hex": payload("lesson", LESSON).hex()})
    refuse("a field that there is not", "lesson", {**LESSON, "titel": "x"}, "unknown-field", "titel")
    refuse("a number for a text", "lesson", {**LESSON, "title": 5}, "type", "title")
    refuse("a text for a number", "task", {**TASK, "minutes": "many"}, "type", "minutes")
    refuse("a negative number", "task", {**TASK, "minutes": -1}, "type", "minutes")
    refuse("a salt that is no hex", "lesson", {**LESSON, "salt": "zz"}, "type", "salt")
    refuse("a reference that is none", "lesson", {**LESSON, "was": "x/1#00"}, "type", "was")
    refuse("a time that is none", "lesson", {**LESSON, "when": "yesterday"}, "type", "when")
    refuse("a required field is missing", "lesson", {k: v for k, v in LESSON.items() if k != "lesson"}, "required", "lesson")
    refuse("a required field has blanks", "lesson", {**LESSON, "result": " \n\t"}, "required", "result")
    refuse("no word of the list", "task", {**TASK, "use": "daily"}, "choice", "use")
    refuse("control characters", "task", {**TASK, "title": "a\nb"}, "one-line", "title")
    refuse("a part that there is not", "task", {**TASK, "rubric": [{"criteria": [{"nam": "x"}]}]}, "unknown-field", "rubric.criteria.nam")
    refuse("three decimals", "task", {**TASK, "rubric": [{"criteria": [{"points": 1.125}]}]}, "type", "rubric.criteria.points")
    given = {"kind": "lesson", "fields": {**LESSON, "led_to": reference_text(R0), "about": [reference_text(reference(seq=9)), reference_text(R0)]}}
    t.ask("write: links bring their refs", "record.write", given,
          {"hex": payload("lesson", {"refs": [reference(seq=9), R0], **LESSON, "about": [1, 2], "led_to": 2}).hex()})
    given = {"kind": "lesson", "fields": {**given["fields"], "refs": [reference_text(R0)]}}
    t.ask("write: behind those that are named", "record.write", given,
          {"hex": payload("lesson", {"refs": [R0, reference(seq=9)], **LESSON, "about": [2, 1], "led_to": 1}).hex()})


def reading(t):
    def refuse(name, kind, data, rule, field=""):
        number_ = KINDS[kind][0] if kind in KINDS else kind
        data = data if isinstance(data, bytes) else payload(kind, data)
        t.ask(f"read: {name}", "record.read", {"kind": number_, "hex": data.hex()}, refused=rule, field=field)

    for number_ in (0x0000, 0x0001, 0x00ff, 0x7103, 0xffff):
        refuse(f"kind 0x{number_:04x}", number_, payload("lesson", LESSON), "kind")
    good = payload("task", TASK)
    for name, data in (("nothing", b""), ("an array", b"\x90"), ("cut short", good[:-1]), ("a byte more", good + b"\0"), ("keys descend", b"\x82\x12\xa1x\x10\xa1x"),
                       ("not canonical", b"\x81\x10\xd9\x01a"), ("too deep", map_((uint(33), nested(8)))), ("str is no UTF-8", b"\x81\x10\xa1\xff"),
                       ("a key is no integer", map_((text("title"), text("x"))))):
        refuse(f"payload: {name}", "task", data, "payload")
    t.ask("read: 256 pairs, seven deep", "record.read", {"kind": KINDS["task"][0], "hex": many_pairs(254).hex()},
          {"fields": {**as_json("task", TASK), **{f"#{n}": nested(7).hex() for n in range(1000, 1254)}}})
    refuse("257 pairs", "task", many_pairs(255), "too-many-fields")
    for name, kind, change, rule, field in BROKEN:
        base = {"task": TASK, "lesson": LESSON, "profile": PROFILE}[kind]
        refuse(name, kind, {k: v for k, v in {**base, **change}.items() if v is not ...}, rule, field)
    for name, bad in NOT_AN_ID:
        refuse(f"a reference's author: {name}", "task", {**TASK, "was": reference(bad)}, "type", "was")


def many_pairs(more):
    pairs = [(uint(KINDS["task"][1][n][0]), text(v)) for n, v in TASK.items()]
    return map_(*pairs, *((uint(n), nested(7)) for n in range(1000, 1000 + more)))


R0 = reference()
RUBRIC = [{"title": "Part", "description": "All of it", "criteria": [{"name": "Claim", "levels": [{"name": "Strong", "points": 400, "description": "holds"}, {"points": 250}]},
                                                                      {"name": "Form", "points": 1000, "description": "neat"}]}]
R = reference()
BROKEN = [
    ("no title", "task", {"title": ...}, "required", "title"), ("no prompt", "task", {"prompt": ...}, "required", "prompt"),
    ("no field at all", "task", {"title": ..., "prompt": ...}, "required", "title"), ("no name", "profile", {"name": ...}, "required", "name"),
    ("title is empty", "task", {"title": ""}, "required", "title"), ("title is blank", "task", {"title": " \t\r\n"}, "required", "title"),
    ("purpose is empty", "task", {"purpose": ""}, "empty", "purpose"), ("purpose is blank", "task", {"purpose": "  "}, "empty", "purpose"),
    ("an empty list", "task", {"grades": []}, "empty", "grades"), ("an empty text in a list", "task", {"subjects": ["a", ""]}, "empty", "subjects"),
    ("title is a bin", "task", {"title": b"x"}, "type", "title"), ("title is a list", "task", {"title": ["x"]}, "type", "title"),
    ("grades is no list", "task", {"grades": "K"}, "type", "grades"), ("a number among grades", "task", {"grades": [5]}, "type", "grades"),
    ("minutes is a text", "task", {"minutes": "5"}, "type", "minutes"), ("minutes is negative", "task", {"minutes": -1}, "type", "minutes"),
    ("common is a number", "task", {"common": 1}, "type", "common"), ("when is a text", "lesson", {"when": "2026"}, "type", "when"),
    ("when is a number", "lesson", {"when": 5}, "type", "when"), ("when of three", "lesson", {"when": [5, 0, 0]}, "type", "when"), ("an offset that is a text", "lesson", {"when": [5, "Z"]}, "type", "when"),
    ("a negative time", "lesson", {"when": [-1, 0]}, "type", "when"), ("an offset of a day", "lesson", {"when": [10**9, 1440]}, "out-of-range", "when"),
    ("a clock before 1970", "lesson", {"when": [0, -1]}, "out-of-range", "when"), ("a clock after 9999", "lesson", {"when": [TIME_MAX, 1]}, "out-of-range", "when"),
    ("a link to nothing", "lesson", {"led_to": 1}, "link", "led_to"), ("a link to place 0", "lesson", {"refs": [R0], "led_to": 0}, "link", "led_to"),
    ("a link past the refs", "lesson", {"refs": [R0], "about": [1, 2]}, "link", "about"), ("a link that is a reference", "lesson", {"refs": [R0], "led_to": R0}, "type", "led_to"),
    ("a ref twice", "lesson", {"refs": [R0, reference(seq=9), R0]}, "repeated", "refs"),
    ("a group that is a text", "task", {"rubric": ["good work"]}, "type", "rubric"), ("an empty group", "task", {"rubric": [{}]}, "empty", "rubric"),
    ("a group without criteria", "task", {"rubric": [{"criteria": []}]}, "empty", "rubric.criteria"), ("a number for a level's name", "task", {"rubric": [{"criteria": [{"levels": [{"name": 4}]}]}]}, "type", "rubric.criteria.levels.name"),
    ("points above their bound", "task", {"rubric": [{"criteria": [{"points": 10000001}]}]}, "out-of-range", "rubric.criteria.points"), ("a title of two lines", "task", {"rubric": [{"title": "a\nb"}]}, "one-line", "rubric.title"),
    ("21 levels", "task", {"rubric": [{"criteria": [{"levels": [{"points": 1}] * 21}]}]}, "too-many", "rubric.criteria.levels"),
    ("a blob of 31 bytes", "task", {"blobs": [bytes(31)]}, "type", "blobs"), ("a salt is a text", "task", {"salt": "12345678"}, "type", "salt"),
    ("a nil for a text", "task", {"purpose": None}, "type", "purpose"),
    ("a reference of four", "task", {"was": R[:4]}, "type", "was"), ("a reference of six", "task", {"was": R + [0]}, "type", "was"),
    ("a reference to seq 0", "task", {"was": R[:3] + [0, R[4]]}, "type", "was"), ("a reference to seq 2^48", "task", {"was": R[:3] + [2**48, R[4]]}, "type", "was"),
    ("a reference to epoch 2^32", "task", {"was": R[:2] + [2**32] + R[3:]}, "type", "was"), ("a reference with 15 bytes of data", "task", {"was": R[:4] + [bytes(15)]}, "type", "was"),
    ("a reference's network of 31 bytes", "task", {"was": [bytes(31)] + R[1:]}, "type", "was"), ("refs is no list", "task", {"refs": R}, "type", "refs"),
    ("lang of 1 byte", "task", {"lang": "e"}, "too-short", "lang"), ("leaid of 6 bytes", "profile", {"leaid": "010000"}, "too-short", "leaid"),
    ("salt of 7 bytes", "task", {"salt": bytes(7)}, "too-short", "salt"), ("salt of 9 bytes", "task", {"salt": bytes(9)}, "too-long", "salt"),
    ("title of 301 bytes", "task", {"title": "t" * 301}, "too-long", "title"), ("bounds are in bytes, not letters", "task", {"title": "ü" * 151}, "too-long", "title"),
    ("license of 65 bytes", "task", {"license": "l" * 65}, "too-long", "license"), ("17 subjects", "task", {"subjects": ["s"] * 17}, "too-many", "subjects"),
    ("33 grades", "task", {"grades": ["KG"] * 33}, "too-many", "grades"), ("501 references", "task", {"refs": [R] * 501}, "too-many", "refs"),
    ("minutes 0", "task", {"minutes": 0}, "out-of-range", "minutes"), ("minutes 100001", "task", {"minutes": 100001}, "out-of-range", "minutes"),
    ("dok 5", "task", {"dok": 5}, "out-of-range", "dok"), ("a time after the year 9999", "lesson", {"when": [TIME_MAX + 1, 0]}, "out-of-range", "when"),
    ("use is no word", "task", {"use": "daily"}, "choice", "use"), ("words are as written", "task", {"use": "Formative"}, "choice", "use"),
    ("a grade that there is not", "task", {"grades": ["14"]}, "choice", "grades"), ("a grade without its zero", "task", {"grades": ["9"]}, "choice", "grades"), ("a span of grades", "task", {"grades": ["09-12"]}, "choice", "grades"),
    ("a blank in a code", "task", {"license": "CC BY"}, "code", "license"), ("a letter beyond ASCII in a code", "task", {"lang": "dé"}, "code", "lang"),
    ("a line break in a line", "task", {"title": "a\nb"}, "one-line", "title"), ("a tab in a line", "task", {"title": "a\tb"}, "one-line", "title"),
    ("DEL in a line", "task", {"title": "a\x7fb"}, "one-line", "title"), ("U+0085 in a line", "task", {"title": "a\x85b"}, "one-line", "title"),
    ("U+0001 in a text", "task", {"prompt": "a\x01b"}, "characters", "prompt"), ("DEL in a text", "task", {"prompt": "a\x7f"}, "characters", "prompt"),
    ("U+009F in a text", "task", {"prompt": "a\x9f"}, "characters", "prompt"), ("vertical tab in a text", "task", {"prompt": "a\vb"}, "characters", "prompt"),
    ("the first fault is named", "task", {"lang": "e", "title": ..., "dok": 9}, "too-short", "lang"),
    ("a missing field comes at its place", "task", {"title": ..., "dok": 9}, "required", "title"),
]
assert bin_(b"") == b"\xc4\x00"
