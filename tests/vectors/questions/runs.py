# SPDX-License-Identifier: MPL-2.0
"""Runs that are accepted, and those that are refused (SPEC 4.6)."""
from basics import GRANT, NETWORK, place_fields
from kit import ROOT, SEQ_MAX, SPOKE, H, Chain, Topic, genesis_payload, head_text, header, join, repeat, withheld


def given(chain, base, run, signature):
    return {"place": place_fields(chain), "base": base, "run": run if isinstance(run, dict) else run.hex(),
            "signature": signature.hex()}


def runs():
    t = Topic("run", "runs on the chain they extend: accepted, or refused with the reason")
    control(t)
    records(t)
    anchored(t)
    ends(t)
    return t


def control(t):
    chain = Chain(ROOT, NETWORK, 0, 0)
    base = chain.mark()
    chain.add(0, 1, 1767225600000, genesis_payload())
    first = chain.bytes
    t.ask("spec 4.9: entry 1 of lane 0", "run", given(chain, base, first, chain.signature()),
          {**chain.head(), "count": 1})
    base = chain.mark()
    chain.add(0, 2, 1767225601000, GRANT)
    second, signature = chain.bytes, chain.signature()
    t.ask("spec 4.9: entry 2 of lane 0", "run", given(chain, base, second, signature), {**chain.head(), "count": 1})
    other = {**base, "hash": bytes(32).hex()}
    t.ask("on another base the signature does not fit", "run", given(chain, other, second, signature),
          refused="bad-signature")
    start = Chain(ROOT, NETWORK, 0, 0).head()
    t.ask("two entries of lane 0 pass an anchor", "run", given(chain, start, first + second, signature),
          refused="bad-run")
    for name, codec, size, reason in (("4096 bytes in lane 0", 0, 4096, None), ("4097 bytes in lane 0", 0, 4097, "malformed"),
                                      ("codec 1 in lane 0", 1, 5, "malformed"), ("codec 64 in lane 0", 64, 5, "malformed")):
        c = Chain(ROOT, NETWORK, 1, 0)
        base = c.mark()
        c.add(codec, 1, 9, b"\x80" * size)
        run = join(header(codec, 1, 9, size), repeat(b"\x80", size))
        t.ask(name, "run", given(c, base, run, c.signature()), None if reason else {**c.head(), "count": 1}, reason)
    c = Chain(ROOT, NETWORK, 1, 0)
    base = c.mark()
    c.add(0, 1, 9, b"\x80")
    t.ask("withheld in lane 0", "run", given(c, base, withheld(0, 1, 9, b"\x80"), c.signature()), refused="malformed")
    c = Chain(ROOT, NETWORK, 1, 0)
    base = c.mark()
    c.add(0, 0x0101, 9, b"\x80")
    t.ask("a kind of lane 1 in lane 0 is accepted", "run", given(c, base, c.bytes, c.signature()),
          {**c.head(), "count": 1})


def records(t):
    c = Chain(SPOKE, NETWORK, 3, 1)
    base = c.mark()
    bodies = [(1, 0x0102, 10, b"\x20\x00\x01\x00\x00"), (0, 0x0001, 0, b""), (127, 0xffff, SEQ_MAX, b"any"),
              (96, 0x0200, 1, b"\xff" * 40)]
    for body in bodies:
        c.add(*body)
    run, signature = c.bytes, c.signature()
    t.ask("four entries: kinds, codecs, times and payloads are not looked at", "run", given(c, base, run, signature),
          {**c.head(), "count": 4})
    mixed = b"".join(withheld(*b) if n % 2 else run_entry(b) for n, b in enumerate(bodies))
    t.ask("the same with two withheld hashes alike", "run", given(c, base, mixed, signature), {**c.head(), "count": 4})
    t.ask("empty", "run", given(c, base, b"", signature), refused="bad-run")
    t.ask("half a header", "run", given(c, base, run[:6], signature), refused="truncated")
    t.ask("the last byte missing", "run", given(c, base, run[:-1], signature), refused="truncated")
    t.ask("a byte too many", "run", given(c, base, run + b"\0", signature), refused="truncated")
    t.ask("the last entry missing", "run", given(c, base, run[:-53], signature), refused="bad-signature")
    t.ask("one bit of a payload differs", "run", given(c, base, run[:-1] + b"\xfe", signature), refused="bad-signature")
    t.ask("one bit of a time differs", "run", given(c, base, run[:8] + bytes([run[8] ^ 1]) + run[9:], signature),
          refused="bad-signature")
    t.ask("one bit of the signature differs", "run",
          given(c, base, run, signature[:40] + bytes([signature[40] ^ 4]) + signature[41:]), refused="bad-signature")
    by_root = ROOT.sign("pln head 1", head_text(c.place, c.seq, c.hash))
    t.ask("signed by somebody else", "run", given(c, base, run, by_root), refused="bad-signature")
    big = header(0, 0x0101, 1, 262145)
    t.ask("an entry larger than allowed", "run", given(c, base, big + bytes(20), signature), refused="oversize")


def run_entry(body):
    return header(body[0], body[1], body[2], len(body[3])) + body[3]


def anchored(t):
    c = Chain(SPOKE, NETWORK, 4, 1)
    base = c.mark()
    for _ in range(1024):
        c.add(0, 0x0101, 5, b"")
    unit = header(0, 0x0101, 5, 0)
    t.ask("1024 entries up to the anchor", "run", given(c, base, repeat(unit, 1024), c.signature()),
          {**c.head(), "count": 1024})
    c.add(0, 0x0101, 5, b"")
    t.ask("1025 entries pass it", "run", given(c, base, repeat(unit, 1025), c.signature()), refused="bad-run")
    c = Chain(SPOKE, NETWORK, 5, 1)
    base = c.mark()
    c.add(0, 0x0101, 1, bytes(131071 - 13))
    c.add(0, 0x0101, 2, bytes(262144))
    largest = join(header(0, 0x0101, 1, 131058), repeat(b"\0", 131058), header(0, 0x0101, 2, 262144), repeat(b"\0", 262144))
    t.ask("the largest run there is: 393228 bytes", "run", given(c, base, largest, c.signature()), {**c.head(), "count": 2})
    c.add(0, 0x0101, 3, b"")
    beyond = join(largest, header(0, 0x0101, 3, 0))
    t.ask("an entry after an anchor by bytes", "run", given(c, base, beyond, c.signature()), refused="bad-run")
    c = Chain(SPOKE, NETWORK, 5, 1)
    base = c.mark()
    c.add(0, 0x0101, 1, b"\x07" * 131059)
    short = withheld(0, 0x0101, 1, b"\x07" * 131059)
    t.ask("a withheld entry has its full weight: an anchor", "run", given(c, base, short, c.signature()),
          {**c.head(), "count": 1})
    c.add(0, 0x0101, 2, b"")
    t.ask("and nothing may follow it", "run", given(c, base, short + header(0, 0x0101, 2, 0), c.signature()),
          refused="bad-run")


def ends(t):
    c = Chain(SPOKE, NETWORK, 6, 1)
    c.seq, c.cum, c.hash = SEQ_MAX - 1, 2**56, H("pln link 1", b"")
    base = c.mark()
    c.add(0, 0x0101, 1, b"last")
    t.ask("the last seq there is", "run", given(c, base, c.bytes, c.signature()), {**c.head(), "count": 1})
    base = c.mark()
    t.ask("behind the last seq", "run", given(c, base, header(0, 0x0101, 1, 0), c.signature()), refused="bad-run")
