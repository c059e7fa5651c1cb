# SPDX-License-Identifier: MPL-2.0
"""Tickets, damaged ones among them, and JOIN (SPEC 8)."""
import base64

from access import NOT_AN_ID
from basics import NETWORK
from kit import ROOT, SEQ_MAX, SPOKE, TICKET, H, Key, Topic, key, more_keys, number

SPEC_TEXT = ("PLN1-aeam7driosvfxcuz2r262p5wgjnxc5qvvbhw47j6tnq7gh5ktwnl5c3ztdcivchd3v2at4mv7vjnwlj4xjoxfsthbg7r3fasdpzxjcab"
             "wqhw6xekrdr525aj6gk72uw3fu6luxlszjtqtpy5sqjbx43uraa3id3plqdambqgaydambqgaydambqgaydambqgaydambqgaydambqgaydamaqb"
             "tonoolaaarcgk3lpavjxa33lmuaadcui4poxicprsx6vfwznhs5f24wkm4e36hmucin7g5eiag2a6324aekgq5lcfzsxqylnobwgkltpojttunzu"
             "giyjf6vgdm")


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def body_of(f):
    def short(s):
        data = s if isinstance(s, bytes) else s.encode()
        return bytes([len(data)]) + data

    out = f["network"] + f["root"] + f["inviter"] + f["seed"] + bytes([f["role"]]) + f["expiry_ms"].to_bytes(6, "big")
    out += short(f["title"]) + short(f["label"])
    out += b"\0" if f["bound"] is None else bytes([f.get("bound_flag", 1)]) + f["bound"]
    out += bytes([f.get("node_count", len(f["nodes"]))])
    for node_id, addresses in f["nodes"]:
        out += node_id + bytes([len(addresses)]) + b"".join(short(a) for a in addresses)
    return out + f.get("more", b"")


def bytes_of(f, version=1, size=None, guard=None, check=None):
    body = body_of(f)
    start = bytes([version]) + (5 + len(body) if size is None else size).to_bytes(2, "big")
    start += H("pln ticket 1", start)[:2] if guard is None else guard
    data = start + body
    return data + (H("pln ticket 1", data)[:4] if check is None else check)


def text_of(f, **more):
    return "PLN1-" + base32(bytes_of(f, **more))


def fields(f):
    return {"network": f["network"].hex(), "root": f["root"].hex(), "inviter": f["inviter"].hex(), "seed": f["seed"].hex(),
            "role": f["role"], "expiry_ms": number(f["expiry_ms"]), "title": f["title"], "label": f["label"],
            "bound": f["bound"].hex() if f["bound"] else None,
            "nodes": [{"id": i.hex(), "addresses": a} for i, a in f["nodes"]]}


SPEC = {"network": NETWORK, "root": ROOT.id, "inviter": ROOT.id, "seed": TICKET.seed, "role": 2, "expiry_ms": 1767830400000,
        "title": "Demo", "label": "Spoke", "bound": None, "nodes": [(ROOT.id, ["hub.example.org:7420"])]}


def tickets():
    t = Topic("ticket", "tickets: fields and text, what mail does to them, damaged ones; JOIN")
    assert text_of(SPEC) == SPEC_TEXT

    def both(name, **change):
        f = {**SPEC, **change}
        t.ask(name, "ticket", fields(f), {"text": text_of(f)})

    both("spec 8.7")
    both("the smallest", title="", label="", expiry_ms=0, role=1, nodes=[(ROOT.id, [])])
    both("a coordinator's, bound", role=3, bound=SPOKE.id, inviter=SPOKE.id)
    others = [k.id for k in more_keys(4)]
    long = "a" * 250 + ":7420"
    both("the largest", title="ü" * 64, label="l" * 128, bound=SPOKE.id, expiry_ms=SEQ_MAX, nodes=[(i, [long] * 4) for i in others])
    both("an IPv6 address", nodes=[(ROOT.id, ["[2001:db8::1]:7420", "!~"])])
    for n in range(5):
        both(f"spare bits, {n}", label="x" * n)
    mail(t)
    damaged(t)
    broken(t)
    joins(t)
    return t


def mail(t):
    def read(name, text):
        given = {"bytes": text.hex()} if isinstance(text, bytes) else {"text": text}
        t.ask(name, "ticket.read", given, fields(SPEC))

    s = SPEC_TEXT
    read("in capitals", s.upper())
    read("with text around it", f"Hello,\nhere is your ticket: {s}. Yours, R.")
    read("letters right behind it", s + "abc")
    read("broken into lines", "\n".join(s[i:i + 60] for i in range(0, len(s), 60)))
    read("quoted", "> " + "\r\n> ".join(s[i:i + 40] for i in range(0, len(s), 40)))
    read("quoted-printable", "=\r\n".join(s[i:i + 75] for i in range(0, len(s), 75)))
    read("a letter at a time", "\t".join(s))
    for point in (0x85, 0xa0, 0xad, 0x34f, 0x61c, 0x1680, 0x180e, 0x2000, 0x200b, 0x200f, 0x2028, 0x202f, 0x205f, 0x2060, 0x206f, 0x3000,
                  0xfe00, 0xfe0f, 0xfeff, 0x0b, 0x0c):
        read(f"with U+{point:04X} inside", s[:2] + chr(point) + s[2:30] + chr(point) * 2 + s[30:])
    for dash in (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212):
        read(f"U+{dash:04X} for the dash", s.replace("-", chr(dash)))
    read("PLN without a digit stands before it", "PLN PLNX- PLN1 " + s)
    read("bytes before it that are no UTF-8", b"\xff\xfe\x80" + s.encode())
    read("7700 letters before it", "x" * 7700 + s)
    read("what follows is not UTF-8", s.encode() + b"\xff\xff")


def damaged(t):
    def refuse(name, text, reason):
        given = {"bytes": text.hex()} if isinstance(text, bytes) else {"text": text}
        t.ask(f"refused: {name}", "ticket.read", given, refused=reason)

    s = SPEC_TEXT
    refuse("empty", "", "malformed")
    refuse("no ticket in it", "Please send me the ticket, PLN 1", "malformed")
    refuse("the prefix without its dash", s.replace("-", ""), "malformed")
    refuse("its prefix stands past 8192 bytes", "x" * 8192 + s, "malformed")
    for digit in "0239":
        refuse(f"PLN{digit}-", f"PLN{digit}-" + s[5:], "no-common-version")
    refuse("version 2 under a fitting guard", text_of(SPEC, version=2), "no-common-version")
    refuse("version 0 under a fitting guard", text_of(SPEC, version=0), "no-common-version")
    refuse("only the prefix", "PLN1-", "truncated")
    refuse("three letters", s[:8], "truncated")
    refuse("half of it", s[:200], "truncated")
    refuse("the last letter missing", s[:-1], "truncated")
    refuse("a letter in the middle missing", s[:100] + s[101:], "truncated")
    refuse("its end stands past 8192 bytes", "x" * 8000 + s, "truncated")
    for at in (5, 8, 12, 13, 60, 150, len(s) - 1):
        other = "b" if s[at] != "b" else "c"
        refuse(f"letter {at} is another", s[:at] + other + s[at + 1:], "bad-signature")
    refuse("two letters swapped", s[:20] + s[21] + s[20] + s[22:], "bad-signature")
    for wrong in ("0", "1", "8", "9", "-", "_", "ä", "!", "\0", "𝒶"):
        refuse(f"{wrong!a} is no letter of the alphabet", s[:50] + wrong + s[51:], "bad-signature")
    refuse("a byte that is no UTF-8", s[:50].encode() + b"\xff" + s[51:].encode(), "bad-signature")
    spare = {**SPEC, "label": "x"}
    data = bytes_of(spare)
    assert len(data) % 5
    text = text_of(spare)
    last = "abcdefghijklmnopqrstuvwxyz234567".index(text[-1])
    refuse("spare bits are not zero", text[:-1] + "abcdefghijklmnopqrstuvwxyz234567"[last | 1], "bad-signature")
    refuse("another guard", text_of(SPEC, guard=b"\0\0"), "bad-signature")
    refuse("another hash", text_of(SPEC, check=b"\0\0\0\0"), "bad-signature")
    refuse("size 5117 under a fitting guard", text_of(SPEC, size=5117), "malformed")
    refuse("size 4 under a fitting guard", text_of(SPEC, size=4), "malformed")


def broken(t):
    def refuse(name, **change):
        t.ask(f"under a fitting hash: {name}", "ticket.read", {"text": text_of({**SPEC, **change})}, refused="malformed")

    for name, bad in NOT_AN_ID:
        refuse(f"root: {name}", root=bad)
        refuse(f"inviter: {name}", inviter=bad)
        refuse(f"bound to: {name}", bound=bad)
        refuse(f"a node's id: {name}", nodes=[(bad, [])])
    for n in (2, 3, 5):
        assert key(n).id[31] & 0x80
        refuse(f"seed of 32 bytes {n:02x}", seed=bytes([n]) * 32)
    refuse("role 0", role=0)
    refuse("role 4", role=4)
    refuse("title of 129 bytes", title="t" * 129)
    refuse("label of 129 bytes", label="l" * 129)
    refuse("title is no UTF-8", title=b"\xff")
    refuse("title with U+0000", title="a\0b")
    refuse("label with a surrogate", label=b"\xed\xa0\x80")
    refuse("bound 2", bound=SPOKE.id, bound_flag=2)
    refuse("no nodes", nodes=[])
    refuse("five nodes", nodes=[(ROOT.id, [])] * 5)
    refuse("more nodes announced than there are", node_count=2)
    refuse("five addresses", nodes=[(ROOT.id, ["a:1"] * 5)])
    refuse("an empty address", nodes=[(ROOT.id, [""])])
    refuse("a blank in an address", nodes=[(ROOT.id, ["a b:1"])])
    refuse("DEL in an address", nodes=[(ROOT.id, ["a\x7f:1"])])
    refuse("an address that is not ASCII", nodes=[(ROOT.id, ["ä:1"])])
    refuse("U+0000 in an address", nodes=[(ROOT.id, ["a\0:1"])])
    refuse("a byte behind the last node", more=b"\0")


def joins(t):
    text = NETWORK + TICKET.id + SPOKE.id + ROOT.id
    by_node, by_ticket = SPOKE.sign("pln join 1", text), TICKET.sign("pln join 1", text)
    t.ask("spec 8.7: JOIN", "join", {"network": NETWORK.hex(), "ticket_seed": TICKET.seed.hex(), "node_seed": SPOKE.seed.hex(),
                                     "inviter": ROOT.id.hex()},
          {"message": text.hex(), "by_node": by_node.hex(), "by_ticket": by_ticket.hex()})
    assert by_node.hex().startswith("d8c3c274113a4684")
    good = {"network": NETWORK.hex(), "ticket": TICKET.id.hex(), "node": SPOKE.id.hex(), "inviter": ROOT.id.hex(),
            "by_node": by_node.hex(), "by_ticket": by_ticket.hex()}
    t.ask("JOIN verifies", "join.verify", good, {})
    other = Key(bytes([11]) * 32)
    for name, change in (("the signatures swapped", {"by_node": by_ticket.hex(), "by_ticket": by_node.hex()}),
                         ("another network", {"network": bytes(32).hex()}), ("another inviter", {"inviter": SPOKE.id.hex()}),
                         ("another node", {"node": other.id.hex()}), ("another ticket", {"ticket": other.id.hex()}),
                         ("only the node's is right", {"by_ticket": bytes(64).hex()}), ("only the ticket's is right", {"by_node": bytes(64).hex()}),
                         ("signed as a head", {"by_node": SPOKE.sign("pln head 1", text).hex()})):
        t.ask(f"JOIN refused: {name}", "join.verify", {**good, **change}, refused="bad-signature")
