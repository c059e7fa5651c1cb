# SPDX-License-Identifier: MPL-2.0
"""Evidence: one entry of lane 0 without its chain (SPEC 9.14.1)."""
from basics import NETWORK
from kit import ROOT, SPOKE, H, Chain, Topic, control, head_text, header

TIME = 1767225600000


def revoke(reason):
    return control({16: SPOKE.id, 17: 0, 19: reason})


def shown(chain, payload, seq=None, lead=header, codec=0, kind=3):
    """Behind what @chain holds: (fields, bytes) of its next entry."""
    seq = chain.seq + 1 if seq is None else seq
    entry = lead(codec, kind, TIME, len(payload)) + payload
    after = H("pln link 1", chain.hash + entry[:13] + H("pln data 1", payload))
    signature = chain.author.sign("pln head 1", head_text(chain.place, seq, after))
    epoch = int.from_bytes(chain.place[64:68], "big")
    data = (chain.author.id + epoch.to_bytes(4, "big") + seq.to_bytes(8, "big") + chain.hash
            + signature + entry)
    fields = {"author": chain.author.id.hex(), "epoch": epoch, "seq": seq,
              "base": chain.hash.hex(), "signature": signature.hex(), "entry": entry.hex()}
    return fields, data, after


def ask(t, name, chain, payload, **other):
    fields, data, after = shown(chain, payload, **other)
    t.ask(f"evidence: {name}", "evidence", fields, {"hex": data.hex()})
    t.ask(f"evidence read: {name}", "evidence.read", {"network": NETWORK.hex(), "hex": data.hex()},
          {"author": fields["author"], "epoch": fields["epoch"], "seq": fields["seq"],
           "base": fields["base"], "hash": after.hex(), "kind": other.get("kind", 3)})
    return data


def evidence():
    t = Topic("evidence", "One entry of lane 0 that stands by itself: shown to who was put out.")
    chain = Chain(ROOT, NETWORK, 0, 0)
    ask(t, "the first entry of a chain", chain, revoke("left"))
    for _ in range(4):
        chain.add(0, 2, TIME, b"before")
    good = ask(t, "behind four others", chain, revoke("expired"))
    ask(t, "of another epoch", Chain(ROOT, NETWORK, 17, 0), revoke("two machines"))
    ask(t, "the last that can count", chain, revoke("late"), seq=65536)
    ask(t, "of any kind of lane 0", chain, b"", kind=4)
    ask(t, "with the largest payload", chain, bytes(4096))

    def refuse(name, data, reason, network=NETWORK):
        t.ask(f"evidence refused: {name}", "evidence.read",
              {"network": network.hex(), "hex": data.hex()}, refused=reason)

    refuse("nothing", b"", "malformed")
    refuse("no entry", good[:140], "bad-run")
    refuse("seq 0", good[:36] + bytes(8) + good[44:], "malformed")
    refuse("seq 65537", shown(chain, revoke("late"), seq=65537)[1], "malformed")
    refuse("an author that is no id", b"\xff" * 32 + good[32:], "bad-key")
    refuse("another author", SPOKE.id + good[32:], "bad-signature")
    refuse("another epoch", good[:35] + b"\x01" + good[36:], "bad-signature")
    refuse("another seq", good[:43] + b"\x06" + good[44:], "bad-signature")
    refuse("another hash before it", good[:44] + bytes(32) + good[76:], "bad-signature")
    refuse("another signature", good[:76] + bytes(64) + good[140:], "bad-signature")
    refuse("another payload", good[:-1] + bytes([good[-1] ^ 1]), "bad-signature")
    refuse("of another network", good, "bad-signature", network=bytes(32))
    refuse("without its last byte", good[:-1], "truncated")
    refuse("two entries", good + good[140:], "bad-run")
    refuse("a payload of 4,097 bytes", shown(chain, bytes(4097))[1], "malformed")
    refuse("a compressed payload", shown(chain, revoke("left"), codec=1)[1], "malformed")
    withheld = bytes([0x80]) + good[141:153] + H("pln data 1", good[153:])
    refuse("a withheld payload", good[:140] + withheld, "malformed")
    return t
