# SPDX-License-Identifier: MPL-2.0
"""Hashes, identities, signatures, entries, chains, runs, msgpack and the payload codec."""

import hashlib
import pathlib
import struct

from .. import chain, codec, identity, pack
from ..refused import demand
from .ops import PLACE, accepted, op, place_of
from .values import number, typed, unhex

PROTO = pathlib.Path(__file__).resolve().parents[4] / "proto"
DICTIONARY = codec.load_dictionary(PROTO / "dictionary_1.c")
CODEC = codec.Codec(DICTIONARY)


@op("tag", {"text": str})
def _(i):
    return {"hex": identity.tag(i["text"])}


@op("hash", {"tag": str, "data": bytes})
def _(i):
    return {"hash": identity.H(i["tag"], i["data"])}


@op("key", {"seed": bytes})
def _(i):
    key = identity.id_of_seed(i["seed"])
    return {"id": key, "curve_public": identity.curve_of_id(key),
            "curve_secret": identity.curve_secret(i["seed"]), "did": identity.did_key(key)}


@op("id", {"id": bytes})
def _(i):
    return {"curve_public": identity.curve_of_id(identity.need_id(i["id"]))}


@op("did.read", {"text": str})
def read_did(i):
    return {"id": identity.parse_did_key(i["text"])}


@op("did", {"id": bytes}, back=lambda o: read_did({"text": o["did"]}))
def _(i):
    return {"did": identity.did_key(i["id"])}


@op("ed25519", {"seed": bytes, "message": bytes})
def _(i):
    public, secret = identity.keypair(i["seed"])
    return {"public": public, "signature": identity.sodium.crypto_sign(i["message"], secret)[:64]}


@op("sign", {"seed": bytes, "tag": str, "message": bytes})
def _(i):
    signature = identity.sign(i["seed"], i["tag"], i["message"])
    key = identity.keypair(i["seed"])[0]
    identity.need_signature(key, signature, i["tag"], i["message"])
    return {"id": key, "signature": signature}


@op("verify", {"id": bytes, "tag": str, "message": bytes, "signature": bytes})
def _(i):
    return accepted(identity.verify(i["id"], i["signature"], i["tag"], i["message"]),
                    "bad-signature")


@op("entry.read", {"hex": bytes})
def read_entry(i):
    e, end = chain.read_entry(i["hex"])
    del e["header"]
    return {**e, "stored_size": end}


def read_header(o):
    head = unhex(o["hex"])
    codec_, kind = head[0], int.from_bytes(head[1:3], "big")
    return {"codec": codec_, "kind": kind, "time_ms": int.from_bytes(head[3:9], "big"),
            "size": int.from_bytes(head[9:], "big")}


@op("header", {"codec": int, "kind": int, "time_ms": int, "size": int}, back=read_header)
def _(i):
    return {"hex": chain.header(i["codec"], i["kind"], i["time_ms"], i["size"])}


ENTRY = {"codec": int, "kind": int, "time_ms": int, "payload": bytes}


def entry_read_back(case):
    """What reading the entry gives, said by the case and not by the reader."""
    i, o = case["in"], case["out"]
    return {**i, "payload": None if i["withheld"] else i["payload"], "data": o["data"],
            "size": len(i["payload"]) // 2, "stored_size": len(o["hex"]) // 2}


@op("entry", {**ENTRY, "withheld": bool}, back=lambda o: read_entry({"hex": unhex(o["hex"])}),
    back_to=entry_read_back)
def _(i):
    data = chain.data_hash(i["payload"])
    e = {**i, "size": len(i["payload"]), "data": data}
    return {"hex": chain.entry(e), "data": data, "weight": chain.HEADER + e["size"]}


@op("place", PLACE, back=lambda o: chain.read_place(unhex(o["hex"])))
def _(i):
    return {"hex": place_of(i)}


@op("chain", {"place": PLACE, "entries": [ENTRY]})
def _(i):
    head = chain.Head(place_of(i["place"]))
    start, heads = head.hash, []
    for e in i["entries"]:
        head, anchor = head.step(chain.read_entry(chain.entry(e))[0])
        heads.append({"seq": head.seq, "hash": head.hash, "cum": head.cum, "anchor": anchor})
    return {"start": start, "heads": heads}


@op("anchor", {"lane": int, "seq": int, "cum_before": int, "cum": int})
def _(i):
    return {"anchor": chain.is_anchor(i["lane"], i["seq"], i["cum_before"], i["cum"])}


@op("head", {"seed": bytes, "network": bytes, "epoch": int, "lane": int, "seq": int, "hash": bytes})
def _(i):
    where = chain.place(i["network"], identity.keypair(i["seed"])[0], i["epoch"], i["lane"])
    signature = chain.sign_head(i["seed"], where, i["seq"], i["hash"])
    demand(chain.verify_head(where, i["seq"], i["hash"], signature), "bad-signature")
    return {"signature": signature}


@op("head.verify", {"place": PLACE, "seq": int, "hash": bytes, "signature": bytes})
def _(i):
    return accepted(chain.verify_head(place_of(i["place"]), i["seq"], i["hash"], i["signature"]),
                    "bad-signature")


@op("run", {"place": PLACE, "base": {"seq": int, "hash": bytes, "cum": int}, "run": bytes,
            "signature": bytes})
def _(i):
    base = i["base"]
    head = chain.Head(place_of(i["place"]), base["seq"], base["hash"], base["cum"])
    end, entries = chain.verify_run(head, i["run"], i["signature"])
    return {"seq": end.seq, "hash": end.hash, "cum": end.cum, "count": len(entries)}


def value_of(v):
    """A value of pack.json as Python has it."""
    if v is None or isinstance(v, bool):
        return v
    (kind, inner), = v.items()
    return {
        "int": lambda: number(inner),
        "float": lambda: struct.unpack(">d", unhex(inner))[0],
        "str": lambda: typed(inner, str),
        "bin": lambda: unhex(inner),
        "array": lambda: [value_of(x) for x in inner],
        "map": lambda: {number(k): value_of(x) for k, x in inner},
    }[kind]()


def value_to(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, int):
        return {"int": v}
    if isinstance(v, float):
        return {"float": struct.pack(">d", v)}
    if isinstance(v, str):
        return {"str": v}
    if isinstance(v, bytes):
        return {"bin": v}
    if isinstance(v, list):
        return {"array": [value_to(x) for x in v]}
    return {"map": [[k, value_to(x)] for k, x in v.items()]}


@op("pack.read", {"hex": bytes})
def read_pack(i):
    return {"value": value_to(pack.unpack(i["hex"]))}


@op("pack", None, back=lambda o: read_pack({"hex": unhex(o["hex"])}))
def _(i):
    if i.keys() != {"value"}:
        raise ValueError("members")
    return {"hex": pack.pack(value_of(i["value"]))}


@op("codec.read", {"codec": int, "stored": bytes})
def _(i):
    content = CODEC.decode(i["codec"], i["stored"])
    if i["codec"] in (1, 64):   # our own spelling of it reads back, too
        demand(CODEC.decode(i["codec"], CODEC.encode(i["codec"], content)) == content, "malformed")
    return {"content": content}


@op("dictionary", {"number": int})
def _(i):
    demand(i["number"] == 1, "not-found")
    return {"size": len(DICTIONARY),
            "hash": hashlib.blake2b(DICTIONARY, digest_size=32).digest()}
