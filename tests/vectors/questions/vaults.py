# SPDX-License-Identifier: MPL-2.0
"""Vaults, open and locked, damaged ones among them; exported keys (SPEC 15)."""
import nacl.bindings as sodium

from access import NOT_AN_ID
from basics import NETWORK
from kit import ROOT, SPOKE, H, Topic, repeat

MAGIC = bytes.fromhex("89504c4e0d0a1a0a")
LOCK = {"passphrase": "correct horse battery staple", "salt": bytes(range(16)).hex(), "passes": 1, "memory": 8,
        "nonce": bytes(range(24)).hex()}
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def u(n, size):
    return n.to_bytes(size, "big")


def head_of(what=1, lock=None, version=1, locked=None, spare=0, guard=None, rest=None):
    data = MAGIC + bytes([version, what, (1 if lock else 0) if locked is None else locked, spare])
    if lock:
        data += bytes.fromhex(lock["salt"]) + u(lock["passes"], 4) + u(lock["memory"], 4) + bytes.fromhex(lock["nonce"])
    data = (data + (rest or b"")).ljust(60, b"\0")
    return data + (H("pln vault 1", data)[:4] if guard is None else guard)


def seal(pieces, lock, final=True):
    key = sodium.crypto_pwhash_alg(32, lock["passphrase"].encode(), bytes.fromhex(lock["salt"]), lock["passes"],
                                   lock["memory"] * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, bytes.fromhex(lock["nonce"]), key)
    return [sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, None, FINAL if final and n == len(pieces) - 1 else 0)
            for n, piece in enumerate(pieces)]


def vault_of(frames, total, head, check=None, more=b""):
    data = head + b"".join(u(len(f), 4) + f for f in frames) + u(0, 4) + u(total, 8)
    return data + (H("pln vault 1", data) if check is None else check) + more


def vaults():
    t = Topic("vault", "vaults, open and locked, damaged ones; exported keys")
    writes(t)
    reads(t)
    refusals(t)
    keys(t)
    return t


def writes(t):
    def ask(name, what, content, shown, lock):
        pieces = [content[at:at + 65536] for at in range(0, len(content), 65536)]
        frames = seal(pieces or [b""], lock) if lock else pieces
        t.ask(name, "vault", {"what": what, "content": shown, "lock": lock},
              {"hex": vault_of(frames, len(content), head_of(what, lock)).hex()})

    ask("open and empty", 1, b"", "", None)
    ask("open", 1, b"rows", b"rows".hex(), None)
    ask("open, one frame more than full", 1, b"\x5a" * 65537, repeat(b"\x5a", 65537), None)
    ask("locked and empty", 2, b"", "", LOCK)
    ask("locked", 2, b"a key", b"a key".hex(), LOCK)
    ask("locked, a full frame", 2, b"\x5a" * 65536, repeat(b"\x5a", 65536), LOCK)
    ask("locked, one frame more than full", 2, b"\x5a" * 65537, repeat(b"\x5a", 65537), LOCK)
    ask("locked with Unicode, more passes and memory", 2, b"a key", b"a key".hex(),
        {**LOCK, "passphrase": "Größe 🌾", "passes": 3, "memory": 64})


def reads(t):
    small = vault_of([b"ro", b"w", b"s"], 4, head_of())
    t.ask("open, frames of any size", "vault.read", {"hex": small.hex(), "passphrase": None},
          {"what": 1, "content": b"rows".hex()})
    locked = vault_of(seal([b"a ", b"", b"key"], LOCK), 5, head_of(2, LOCK))
    t.ask("locked, frames of any size", "vault.read", {"hex": locked.hex(), "passphrase": LOCK["passphrase"]},
          {"what": 2, "content": b"a key".hex()})
    t.ask("locked, seen to be whole without its passphrase", "vault.read", {"hex": locked.hex(), "passphrase": None},
          {"what": 2, "content": None})


def refusals(t):
    good = vault_of([b"rows"], 4, head_of())
    sealed = seal([b"a ", b"key"], LOCK)

    def refuse(name, data, reason, passphrase=None):
        t.ask(f"refused: {name}", "vault.read", {"hex": data.hex(), "passphrase": passphrase}, refused=reason)

    refuse("another magic", b"\x88" + good[1:], "malformed")
    refuse("a later version", vault_of([b"rows"], 4, head_of(version=2)), "no-common-version")
    refuse("version 0", vault_of([b"rows"], 4, head_of(version=0)), "malformed")
    refuse("neither backup nor key", vault_of([b"rows"], 4, head_of(what=3)), "malformed")
    refuse("an unknown lock", vault_of([b"rows"], 4, head_of(locked=2)), "malformed")
    refuse("the spare byte", vault_of([b"rows"], 4, head_of(spare=1)), "malformed")
    refuse("an open one with a salt", vault_of([b"rows"], 4, head_of(rest=b"\1")), "malformed")
    refuse("the guard", vault_of([b"rows"], 4, head_of(guard=b"\0\0\0\0")), "bad-signature")
    refuse("the hash", vault_of([b"rows"], 4, head_of(), check=bytes(32)), "bad-signature")
    refuse("a total that is not so", vault_of([b"rows"], 5, head_of()), "malformed")
    refuse("a frame above 65,536 bytes", vault_of([b"x" * 65537], 65537, head_of())[:80], "malformed")
    refuse("a byte behind the end", vault_of([b"rows"], 4, head_of(), more=b"\0"), "malformed")
    for at in (0, 7, 63, 64, 67, 71, 75, len(good) - 33, len(good) - 1):
        refuse(f"cut after {at} bytes", good[:at], "truncated")
    for name, change, reason in (("no pass", {"passes": 0}, "malformed"), ("17 passes", {"passes": 17}, "oversize"),
                                 ("7 KiB", {"memory": 7}, "malformed"), ("more than 1 GiB", {"memory": 1048577}, "oversize"),
                                 ("4 TiB", {"memory": 2**32 - 1}, "oversize")):
        refuse(name, vault_of([], 0, head_of(2, {**LOCK, **change})), reason)
    refuse("another passphrase", vault_of(sealed, 5, head_of(2, LOCK)), "bad-key", "correct horse")
    refuse("messages in another order", vault_of(sealed[::-1], 5, head_of(2, LOCK)), "bad-key", LOCK["passphrase"])
    refuse("no final message", vault_of(sealed[:1], 2, head_of(2, LOCK)), "malformed", LOCK["passphrase"])
    refuse("no message", vault_of([], 0, head_of(2, LOCK)), "malformed", LOCK["passphrase"])
    refuse("a message behind the final one", vault_of(sealed + seal([b""], LOCK), 5, head_of(2, LOCK)), "malformed",
           LOCK["passphrase"])
    refuse("a locked frame of 16 bytes", vault_of([b"x" * 16], 0, head_of(2, LOCK)), "malformed")


def short(data):
    return u(len(data), 1) + data


def network_bytes(n, **change):
    out = n["network"] + n["root"] + u(n["epochs"], 4) + short(n["name"].encode()) + u(change.get("nodes", len(n["nodes"])), 1)
    for node_id, addresses in n["nodes"]:
        out += node_id + u(change.get("addresses", len(addresses)), 1) + b"".join(short(a.encode()) for a in addresses)
    return out


def key_bytes(networks, name="Spoke", seed=SPOKE.seed, own=SPOKE.id, count=None, **change):
    return (own + seed + u(1767830400000, 6) + short(name if isinstance(name, bytes) else name.encode())
            + u(len(networks) if count is None else count, 2) + b"".join(network_bytes(n, **change) for n in networks))


def keys(t):
    demo = {"network": NETWORK, "root": ROOT.id, "epochs": 17, "name": "Demo",
            "nodes": [(ROOT.id, ["hub.example.org:7420", "[2001:db8::1]:7420"])]}
    bare = {"network": bytes(32), "root": SPOKE.id, "epochs": 0, "name": "", "nodes": []}
    many = {**demo, "name": "ü" * 64, "epochs": 2**32 - 1, "nodes": [(ROOT.id, ["a:1"] * 4)] * 8}

    def ask(name, networks, node_name="Spoke"):
        shown = [{"network": n["network"].hex(), "root": n["root"].hex(), "epochs": n["epochs"], "name": n["name"],
                  "nodes": [{"id": i.hex(), "addresses": a} for i, a in n["nodes"]]} for n in networks]
        t.ask(name, "keyring", {"seed": SPOKE.seed.hex(), "made_ms": 1767830400000, "name": node_name, "networks": shown},
              {"hex": key_bytes(networks, node_name).hex()})

    def refuse(name, data, reason):
        t.ask(f"key refused: {name}", "keyring.read", {"hex": data.hex()}, refused=reason)

    ask("a key alone", [], "")
    ask("a key with a network", [demo])
    ask("a key with three networks, one at its bounds", [demo, bare, many])
    whole = key_bytes([demo])
    for at in (0, 31, 32, 63, 69, 70, 76, 77, len(whole) - 1):
        refuse(f"cut after {at} bytes", whole[:at], "truncated")
    refuse("a byte behind the end", whole + b"\0", "malformed")
    refuse("another seed", key_bytes([demo], seed=ROOT.seed), "bad-key")
    for name, bad in NOT_AN_ID:
        refuse(f"an id: {name}", key_bytes([demo], own=bad), "bad-key")
        refuse(f"a root: {name}", key_bytes([{**demo, "root": bad}]), "bad-key")
        refuse(f"a node: {name}", key_bytes([{**demo, "nodes": [(bad, [])]}]), "bad-key")
    refuse("257 networks", key_bytes([], count=257), "malformed")
    refuse("9 nodes", key_bytes([demo], nodes=9), "malformed")
    refuse("5 addresses", key_bytes([demo], addresses=5), "malformed")
    refuse("an empty address", key_bytes([{**demo, "nodes": [(ROOT.id, [""])]}]), "malformed")
    refuse("a blank in an address", key_bytes([{**demo, "nodes": [(ROOT.id, ["a b:1"])]}]), "malformed")
    refuse("a name of 129 bytes", key_bytes([], name="x" * 129), "malformed")
    refuse("a name that is not UTF-8", key_bytes([], name=b"\xff"), "malformed")
