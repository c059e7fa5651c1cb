# SPDX-License-Identifier: MPL-2.0
"""Vaults and exported keys (15). XChaCha20-Poly1305 and Argon2id are libsodium's."""

from nacl import bindings as sodium

from .identity import H, keypair, valid_id
from .pack import check_text
from .refused import Refused, demand

MAGIC = bytes.fromhex("89504c4e0d0a1a0a")
HEAD, FRAME, SEAL = 64, 65_536, 17
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def _u(n, size):
    return n.to_bytes(size, "big")


def _stream(nonce, passphrase, salt, passes, memory):
    key = sodium.crypto_pwhash_alg(32, passphrase, salt, passes, memory * 1024,
                                   sodium.crypto_pwhash_ALG_ARGON2ID13)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, nonce, key)
    return state


# ---- writing ----

def _head(what, lock):
    start = MAGIC + bytes([1, what, 1 if lock else 0, 0])
    if lock:
        start += lock["salt"] + _u(lock["passes"], 4) + _u(lock["memory"], 4) + lock["nonce"]
    start = start.ljust(HEAD - 4, b"\0")
    return start + H("pln vault 1", start)[:4]


def encode(what, content, lock=None):
    """`lock`: passphrase, salt, passes, memory, nonce; absent: an open vault. Frames are full."""
    out = _head(what, lock)
    pieces = [content[at:at + FRAME] for at in range(0, len(content), FRAME)]
    if lock:
        state = _stream(lock["nonce"], lock["passphrase"].encode(), lock["salt"], lock["passes"],
                        lock["memory"])
        pieces = pieces or [b""]
        push = sodium.crypto_secretstream_xchacha20poly1305_push
        pieces = [push(state, piece, None, FINAL if n == len(pieces) - 1 else 0)
                  for n, piece in enumerate(pieces)]
    for piece in pieces:
        out += _u(len(piece), 4) + piece
    out += _u(0, 4) + _u(len(content), 8)
    return out + H("pln vault 1", out)


# ---- reading ----

class _Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        demand(self.at + n <= len(self.data), "truncated", "ends too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def u(self, size):
        return int.from_bytes(self.take(size), "big")


def _read_head(data):
    """(what, lock or None)"""
    demand(data[:8] == MAGIC, "malformed", "another magic")
    demand(data[8] <= 1, "no-common-version")
    demand(H("pln vault 1", data[:HEAD - 4])[:4] == data[HEAD - 4:], "bad-signature", "guard")
    version, what, locked, spare = data[8:12]
    demand(version == 1 and what in (1, 2) and locked in (0, 1) and spare == 0, "malformed")
    if not locked:
        demand(not any(data[12:HEAD - 4]), "malformed", "an open one with a lock")
        return what, None
    passes, memory = int.from_bytes(data[28:32], "big"), int.from_bytes(data[32:36], "big")
    demand(passes >= 1 and memory >= 8, "malformed")
    demand(passes <= 16 and memory <= 1_048_576, "oversize")
    return what, {"salt": data[12:28], "passes": passes, "memory": memory, "nonce": data[36:60]}


def _frames(source, seal):
    while (size := source.u(4)) != 0:
        demand(seal <= size <= FRAME + seal, "malformed", "size of a frame")
        yield source.take(size)


def _open(frames, state):
    """The content of a locked vault's frames."""
    content, tag = b"", None
    for frame in frames:
        demand(tag != FINAL, "malformed", "behind the final message")
        try:
            piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, frame)
        except RuntimeError:
            raise Refused("bad-key", "another passphrase") from None
        content += piece
    demand(tag == FINAL, "malformed", "no final message")
    return content


def decode(data, passphrase=None):
    """(what, content); of a locked one without a passphrase the content is None."""
    source = _Bytes(data)
    what, lock = _read_head(source.take(HEAD))
    frames = list(_frames(source, SEAL if lock else 0))
    total = source.u(8)
    end = source.at
    demand(source.take(32) == H("pln vault 1", data[:end]), "bad-signature", "hash")
    demand(total == sum(map(len, frames)) - (SEAL * len(frames) if lock else 0), "malformed")
    demand(source.at == len(data), "malformed", "goes on behind its end")
    if not lock:
        return what, b"".join(frames)
    if passphrase is None:
        return what, None
    state = _stream(lock["nonce"], passphrase.encode(), lock["salt"], lock["passes"],
                    lock["memory"])
    return what, _open(frames, state)


# ---- keys ----

def _short(data):
    return _u(len(data), 1) + data


def encode_key(ring):
    out = keypair(ring["seed"])[0] + ring["seed"] + _u(ring["made_ms"], 6)
    out += _short(ring["name"].encode()) + _u(len(ring["networks"]), 2)
    for network in ring["networks"]:
        out += network["network"] + network["root"] + _u(network["epochs"], 4)
        out += _short(network["name"].encode()) + _u(len(network["nodes"]), 1)
        for node in network["nodes"]:
            out += node["id"] + _u(len(node["addresses"]), 1)
            out += b"".join(_short(a.encode("ascii")) for a in node["addresses"])
    return out


def _id(source):
    found = source.take(32)
    demand(valid_id(found), "bad-key")
    return found


def _text(source):
    data = source.take(source.u(1))
    demand(len(data) <= 128, "malformed")
    check_text(data)
    return data.decode()


def _count(source, size, most):
    n = source.u(size)
    demand(n <= most, "malformed", "a count")
    return n


def _address(source):
    data = source.take(source.u(1))
    demand(len(data) >= 1 and all(0x21 <= c <= 0x7E for c in data), "malformed", "an address")
    return data.decode("ascii")


def _node(source):
    return {"id": _id(source),
            "addresses": [_address(source) for _ in range(_count(source, 1, 4))]}


def _network(source):
    return {"network": source.take(32), "root": _id(source), "epochs": source.u(4),
            "name": _text(source), "nodes": [_node(source) for _ in range(_count(source, 1, 8))]}


def decode_key(data):
    source = _Bytes(data)
    own, seed = _id(source), source.take(32)
    key = keypair(seed)[0]
    demand(valid_id(key) and key == own, "bad-key")
    ring = {"seed": seed, "made_ms": source.u(6), "name": _text(source),
            "networks": [_network(source) for _ in range(_count(source, 2, 256))]}
    demand(source.at == len(data), "malformed")
    return ring
