# SPDX-License-Identifier: MPL-2.0
"""Cases that came later, each in NAME-2.json or NAME-3.json: what only one sentence of SPEC.md tells."""
from access import A, B, C, D, TERM_MAX, History, ask, both as control_both, cut, cut_fields
from basics import NETWORK
from kit import NIL, ROOT, SEQ_MAX, SPOKE, Topic, array, bin_, control, join, network_id, number, repeat, text, uint
from messages import ROWS, Messages, cursor, place_of, place_parts, row, NONE
from records import LESSON, TASK, as_json, payload, reference, KINDS
from session import PRESENCE, parts, presence_fields
from tickets import SPEC, SPEC_TEXT, fields as ticket_fields


def controls():
    t = Topic("control-2", "revokes with many cuts")
    fields = {"node": SPOKE.id.hex(), "term": TERM_MAX, "cuts": [], "reason": ""}
    for count, reason in ((25, ""), (30, "r" * 512)):
        cuts = [cut(SPOKE, 16 * TERM_MAX + e // 2, e % 2, SEQ_MAX - e) for e in range(count)]
        said = {16: SPOKE.id, 17: TERM_MAX, 18: cuts, **({19: reason} if reason else {})}
        name = f"{count} cuts" + (", the longest reason" if reason else "")
        control_both(t, "revoke", name, {**fields, "cuts": [cut_fields(c) for c in cuts], "reason": reason}, control(said))
    return t


# ---- folds ----

def folds():
    t = Topic("access-3", "the root's own grants, cuts above a revoke's term, promises, quotas")
    roots_own(t)
    cuts_and_promises(t)
    quotas(t)
    return t


def roots_own(t):
    asked = [(ROOT, e, lane) for e in (0, 16) for lane in (0, 1)]
    h = History()
    h.grant(ROOT, ROOT, 1, term=3, label="Root's name", expiry=1000)
    ask(t, "the root grants itself: only the label speaks", h, asked)
    h.grant(ROOT, ROOT, 3, label="Newer name")
    ask(t, "its newest such grant", h, asked)
    h.grant(ROOT, C, 3)
    h.grant(C, ROOT, 2, label="By C", seq=9)
    h.revoke(C, ROOT)
    h.revoke(ROOT, ROOT, term=5)
    ask(t, "nobody else names it, and no revoke ends it", h, asked)
    h.grant(ROOT, ROOT, 2)
    ask(t, "a newest one without a label takes it back", h, asked)
    h.grant(ROOT, ROOT, 2, label="Of epoch 1", epoch=1)
    ask(t, "of a newer epoch", h, asked)


def cuts_and_promises(t):
    h = History()
    h.grant(ROOT, A, 2)
    h.grant(ROOT, A, 2, term=1)
    h.revoke(ROOT, A, cuts=[cut(A, 0, 1, 4), cut(A, 16, 1, 2)])
    ask(t, "a cut of a later term has no effect", h, [(A, e, lane) for e in (0, 16) for lane in (0, 1)])
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=[cut(A, 0, 1, 4), cut(A, 16, 1, 2, forged=True)])
    ask(t, "but must verify", h, [(A, 0, 1), (A, 16, 1)])
    h = History()
    h.grant(ROOT, A, 2)
    h.revoke(ROOT, A, cuts=[cut(A, e, lane, 2 + e) for e in range(15) for lane in (0, 1)])
    ask(t, "30 cuts", h, [(A, e, lane) for e in (0, 14, 15) for lane in (0, 1)])
    asked = [(k, 0, lane) for k in (ROOT, A, C) for lane in (0, 1)]
    ask(t, "another root was promised than the genesis shows", History(), asked, (A.id, C.id))
    h = History(False)
    other = {16: bytes(16), 17: "Another network"}
    h.raw(ROOT, 0, 1, control(other), other)
    ask(t, "the genesis of another network ends no promise", h, asked, (ROOT.id, C.id))
    h = History()
    h.grant(ROOT, B, 2)
    h.grant(B, C, 2)
    ask(t, "nor does a grant that does not count", h, asked, (ROOT.id, C.id))
    h = History(False)
    h.grant(ROOT, D, 2, seq=2)
    ask(t, "without a genesis there are no settings", h, [(D, 0, 1)])
    largest = {16: bytes(range(16)), 17: "large", 21: SEQ_MAX, 22: 2**64 - 1}
    h = History(False)
    h.raw(ROOT, 0, 1, control(largest), largest)
    ask(t, "the largest quotas", h, [(ROOT, 0, 0), (ROOT, 0, 1)], network=network_id(ROOT.id, control(largest)))


def quotas(t):
    """Rounded up to whole anchors (SPEC 7.5)."""
    def end(size, unit):
        rounded = -(-size // unit) * unit
        return rounded if rounded < 2**64 else None

    for entries, size, heads in (
            (1000, 2**40, ((1000, 5000), (1023, 5000), (1024, 5000), (1025, 5000))),
            (1024, 2**40, ((1023, 5000), (1024, 5000))),
            (1025, 2**40, ((1025, 5000), (2047, 5000), (2048, 5000))),
            (SEQ_MAX, 131072, ((1, 131071), (1, 131072))),
            (SEQ_MAX, 131073, ((1, 131073), (1, 262143), (1, 262144), (2, 2**50))),
            (SEQ_MAX, 2**64 - 131072, ((SEQ_MAX, 2**64 - 131073), (5, 2**64 - 131072))),
            (SEQ_MAX, 2**64 - 131071, ((SEQ_MAX, 2**64 - 131072), (SEQ_MAX, 2**64 - 2))),
            (SEQ_MAX, 2**64 - 1, ((SEQ_MAX, 2**64 - 2),))):
        for seq, cum in heads:
            last_entry, last_byte = end(entries, 1024), end(size, 131072)
            reached = seq >= last_entry or (last_byte is not None and cum >= last_byte)
            t.ask(f"quota of {entries} entries, {size} bytes: at {seq}, {cum}", "quota",
                  {"max_entries": number(entries), "max_bytes": number(size), "seq": number(seq), "cum": number(cum)},
                  {"reached": reached})


# ---- what travels ----

def messages():
    t = Messages("message-2", "frames in which two rules meet, and what is ignored")
    fork = array(uint(4), *place_parts(ROOT.id, 0, 1), uint(7), uint(5), bin_(b"\x03" * 32), uint(0), bin_(bytes(32)), bin_(b"of a later stage"))
    t.ask("FORK of a stage that version 1 does not know", "message.read", {"hex": fork.hex()},
          {"type": "fork", "place": place_of(ROOT.id, 0, 1), "stage": 7, "seq": 5, "hash": "03" * 32, "other_seq": 0, "other_hash": "00" * 32,
           "body": b"of a later stage".hex()})
    t.refuse("an unknown type under a count that lies", b"\x92\x63", "truncated")
    t.refuse("an unknown type of 65 elements", array(*[uint(99)] * 65))
    t.refuse("an unknown type of 64 elements", array(*[uint(99)] * 64), "unknown-type")
    hello = [uint(1), uint(1), uint(0), bin_(bytes(16)), bin_(bytes(16)), *cursor(NONE), uint(0), uint(0)]
    heads = [bin_(NETWORK), uint(0), *cursor(NONE)]
    good, bad = row(*ROWS[0]), row(SPOKE.id, 0, 2, 1, bytes(32))
    for name, type_, elements, unit, times, tail, reason in (
            ("1025 rows and a byte", 0, hello, bytes(50), 1025, b"\0", "malformed"),
            ("1703 rows and a byte", 1, heads, good, 1703, b"\0", "malformed"),
            ("1703 rows, one of them of lane 2", 1, heads, good, 1702, bad, "oversize")):
        size = len(unit) * times + len(tail)
        lead = array(uint(type_), *elements, bin_(bytes(size))[:-size])
        t.refuse(name, join(lead, repeat(unit, times), tail), reason)
    entries = array(uint(3), *place_parts(ROOT.id, 0, 0), uint(0), uint(2), bin_(bytes(32)), bin_(bytes(64)), uint(0), *cursor(NONE), bin_(b""))
    t.refuse("from 0, and a byte behind the array", entries + b"\0", "bad-run")
    t.refuse("from 0, and the last byte missing", entries[:-1], "truncated")
    t.refuse("a cut length inside comes before a wrong element behind it",
             array(uint(14), b"\xd9\xff" + b"bye", uint(7), uint(7)), "truncated")
    t.refuse("an element of another type that is cut off", array(uint(14), text("bye"), NIL, b"\xcd\x01"), "truncated")
    t.refuse("an array for a text, its count too large", array(uint(14), b"\x9f", NIL, uint(0)), "truncated")
    t.refuse("an array for a text, whatever is in it", array(uint(14), array(b"\xc1"), NIL, text("")))
    return t


def wants():
    """WANT and ENTRIES for single payloads: the flags, which may be missing."""
    t = Messages("message-4", "WANT with flags, which are left out when 0, and ENTRIES of a payload")
    rows = b"".join(row(*r) for r in ROWS)
    fields = [{"author": r[0].hex(), "epoch": r[1], "lane": r[2], "from": number(r[3]), "base": r[4].hex()} for r in ROWS]
    for name, flags in (("PAYLOAD", 1), ("flags without a name", 2**32 - 2), ("all flags", 2**32 - 1)):
        t.both(name, "want", 2, {"network": NETWORK.hex(), "flags": flags, "rows": fields}, [bin_(NETWORK), bin_(rows), uint(flags)])
    t.both("PAYLOAD without rows", "want", 2, {"network": NETWORK.hex(), "flags": 1, "rows": []}, [bin_(NETWORK), bin_(b""), uint(1)])
    plain = [uint(2), bin_(NETWORK), bin_(rows)]
    for name, behind, flags in (("0 that is written", [uint(0)], 0), ("flags, and elements of a later version", [uint(1), text("x"), NIL], 1)):
        t.ask(f"want: {name}", "message.read", {"hex": array(*plain, *behind).hex()},
              {"type": "want", "network": NETWORK.hex(), "flags": flags, "rows": fields})
    for name, behind in (("flags that are a text", text("1")), ("no flags, and nil in their place", NIL), ("flags 2^32", uint(2**32)),
                         ("flags in a longer spelling", b"\xcc\x01")):
        t.refuse(f"want: {name}", array(*plain, behind))
    t.refuse("want: flags that the count promises", array(*plain, uint(1))[:-1], "truncated")
    run = b"\x00\x01\x02" + (5).to_bytes(6, "big") + (1).to_bytes(4, "big") + b"x"
    where = (SPOKE.id, 0, 1)
    elements = [*place_parts(*where), uint(7), uint(7), bin_(b"\x0d" * 32), bin_(bytes(64)), uint(2), *cursor(NONE), bin_(run)]
    t.both("one payload: base is its data, and nothing is signed", "entries", 3,
           {"place": place_of(*where), "from": 7, "to": 7, "base": "0d" * 32, "signature": "00" * 64, "flags": 2,
            "upto": {"number": 0, "tag": ""}, "run": run.hex()}, elements)
    return t


def versions():
    """R14: what a fold of version 1 does not know says nothing to it."""
    t = Topic("access-4", "access_version: who sets it, and kinds and fields of a later one")
    asked = [(k, e, lane) for k in (A, C) for e in (0, 16) for lane in (0, 1)]
    h = History()
    h.grant(ROOT, C, 3)
    h.say(C, 1, {20: "C's title", 23: 9})
    h.say(A, 1, {23: 8})
    ask(t, "of a coordinator and of a stranger it is not heard", h, asked)
    h.say(ROOT, 1, {23: 2})
    ask(t, "the root raises it", h, asked)
    h.say(ROOT, 1, {23: 1}, epoch=1)
    ask(t, "and does not lower it again", h, asked)
    for kind in (8, 9, 0xff):
        h = History()
        h.say(ROOT, kind, {16: A.id, 17: 0, 18: 2})
        h.grant(ROOT, C, 2)
        h.say(ROOT, kind, {16: C.id, 17: 0})
        ask(t, f"kind {kind} in version 1, with what a grant and a revoke say", h, asked)
        h.say(ROOT, 1, {23: 7})
        ask(t, f"kind {kind} in version 7, which this fold does not know", h, asked)
    h = History()
    h.say(ROOT, 2, {16: A.id, 17: 0, 18: 2, 40: 1})
    h.say(ROOT, 2, {16: C.id, 17: 0, 18: 3, 41: "later"})
    h.say(ROOT, 1, {23: 7, 42: 5})
    ask(t, "unknown fields are kept and say nothing", h, asked)
    h.say(ROOT, 3, {16: A.id, 17: 0, 43: 1})
    ask(t, "in a revoke likewise", h, asked)
    return t


def presences():
    t = Topic("presence-2", "what a presence may say of heads and addresses unasked")
    small = {**PRESENCE, "stamp": 0, "name": "", "version": "", "codecs": b"", "addresses": []}
    for name, f in (("heads in lanes and at seqs that cannot be",
                     {**small, "heads": [(2**32 - 1, 255, 2**64 - 1, b"\x09" * 32), (0, 2, 0, bytes(32)), (0, 2, 0, bytes(32))]}),
                    ("addresses that are none", {**small, "addresses": ["", "no port", "[::1", "ä:0", "a\nb:99999"], "heads": []}),
                    ("19 heads", {**small, "heads": [(e, 1, e + 1, bytes([e]) * 32) for e in range(19)]})):
        body = array(*parts(f))
        assert len(body) <= 1024
        t.ask(name, "presence", presence_fields(f), {"hex": body.hex()})
    return t


def codecs():
    t = Topic("codec-2", "what a frame says of its window")
    for window, readable in ((0x40, True), (0x57, True), (0xa8, True), (0xaf, True), (0xb0, False), (0xff, False)):
        for codec in (64, 1):
            frame = bytes([0x40, window]) + bytes.fromhex("2c00610900") + b"w" * 300
            given = {"codec": codec, "stored": frame.hex()}
            name = f"a window of 2^{10 + (window >> 3)} and {window & 7} eighths, codec {codec}"
            if readable:
                t.ask(name, "codec.read", given, {"content": repeat(b"w", 300)})
            else:
                t.ask(name, "codec.read", given, refused="unreadable-codec")
    return t


def tickets():
    t = Topic("ticket-2", "several beginnings in one text")
    s = SPEC_TEXT

    def refuse(name, text, reason):
        given = {"bytes": text.hex()} if isinstance(text, bytes) else {"text": text}
        t.ask(f"refused: {name}", "ticket.read", given, refused=reason)

    def read(name, text):
        given = {"bytes": text.hex()} if isinstance(text, bytes) else {"text": text}
        t.ask(name, "ticket.read", given, ticket_fields(SPEC))

    refuse("PLN2- before PLN1-", f"Not PLN2- but {s}", "no-common-version")
    refuse("PLN1- in the sentence before it", f"It begins with PLN1- as always: {s}", "bad-signature")
    refuse("another sign than a dash behind the digit", s.replace("-", "~"), "malformed")
    refuse("a byte that is no UTF-8 inside the prefix", b"PL\xffN1-" + s[5:].encode(), "malformed")
    read("PLN9 without its dash before it", "PLN9 " + s)
    read("a digit of another script before it", "PLN\uff11- PLN\u0661- " + s)
    read("PPLN1-", "P" + s)
    read("a second ticket behind it", s + "\n" + s.replace("1-", "2-"))
    read("skipped characters inside the prefix", "P\u200bL=\r\nN\u00ad1\u00a0\u2011" + s[5:])
    return t


def records():
    t = Topic("record-2", "blanks, ranges, field 0, and which rule is named of two")
    task = KINDS["task"][0]
    t.ask("field 0 is kept like any that is not known", "record.read",
          {"kind": task, "hex": payload("task", {"#0": 7, **TASK}).hex()}, {"fields": {"#0": "07", **as_json("task", TASK)}})
    for name, change in (("a no-break space is not blank", {"purpose": "\u00a0", "subjects": ["\u2003"]}),):
        t.ask(name, "record", {"kind": "task", "fields": as_json("task", {**TASK, **change})},
              {"hex": payload("task", {**TASK, **change}).hex()})
    for name, change, rule, field in (
            ("blanks before words", {"use": " "}, "empty", "use"),
            ("a blank longer than its bound", {"license": " " * 65}, "empty", "license"),
            ("size before characters", {"title": "t" * 300 + "\n"}, "too-long", "title"),
            ("the list's length before its values", {"grades": [5] * 33}, "too-many", "grades"),
            ("the first wrong value", {"grades": ["KG", "", 5]}, "empty", "grades"),
            ("a code with a line break", {"lang": "en\n"}, "code", "lang"),
            ("vertical tab is not blank", {"purpose": "\v"}, "characters", "purpose")):
        t.ask(f"read: {name}", "record.read", {"kind": task, "hex": payload("task", {**TASK, **change}).hex()},
              refused=rule, field=field)
    good = as_json("lesson", {**LESSON, "was": reference()})
    for name, was in (("an epoch 0 that is written", "/0.2#"), ("a seq with a leading zero", "/02#"), ("an epoch with one", "/01.2#"), ("seq 0", "/0#")):
        text = good["was"].replace("/2#", was)
        assert text != good["was"]
        t.ask(f"write: a reference with {name}", "record.write", {"kind": "lesson", "fields": {**good, "was": text}},
              refused="type", field="was")
    t.ask("write: a required text that is empty is missing", "record.write", {"kind": "lesson", "fields": {**as_json("lesson", LESSON), "title": ""}},
          refused="required", field="title")
    t.ask("write: blanks are not left out", "record.write", {"kind": "lesson", "fields": {**as_json("lesson", LESSON), "context": " "}},
          refused="empty", field="context")
    return t
