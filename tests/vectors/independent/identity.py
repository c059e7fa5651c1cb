# SPDX-License-Identifier: MPL-2.0
"""Hashes (1.3), node ids (3.1-3.3), signatures (3.4) and network ids (3.6).

Whether an id is valid is computed here with plain integers; only signing and verifying are
libsodium's.
"""

import functools
import hashlib

from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError

from .refused import Refused, demand
from .text import base58, unbase58

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def tag(text):
    data = text.encode("ascii")
    if len(data) > 16:
        raise ValueError(text)
    return data.ljust(16, b"\0")


def H(text, data):
    return hashlib.blake2b(tag(text) + data, digest_size=32).digest()


def _point(encoded):
    """(x, y) of a canonical encoding, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    square = u * pow(v, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_M1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def _add(a, b):
    """Extended coordinates (X, Y, Z, T) of the sum, complete for twisted Edwards with a = -1."""
    A = (a[1] - a[0]) * (b[1] - b[0]) % P
    B = (a[1] + a[0]) * (b[1] + b[0]) % P
    C = 2 * a[3] * b[3] * D % P
    E = 2 * a[2] * b[2] % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n, point):
    result, addend = (0, 1, 1, 0), (point[0], point[1], 1, point[0] * point[1] % P)
    while n:
        if n & 1:
            result = _add(result, addend)
        addend = _add(addend, addend)
        n >>= 1
    return result


def _neutral(point):
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


@functools.lru_cache(maxsize=4096)
def valid_id(key):
    if len(key) != 32 or key[31] & 0x80:
        return False
    point = _point(key)
    if point is None or not _neutral(_times(L, point)) or _neutral(_times(8, point)):
        return False
    try:
        return sodium.crypto_sign_ed25519_pk_to_curve25519(key) == curve_of_id(key)
    except Exception:
        return False


def need_id(key, error="bad-key"):
    demand(valid_id(bytes(key)), error, "not a valid node id")
    return key


def curve_of_id(key):
    """The birational image (1 + y) / (1 - y)."""
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    return ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")


def curve_secret(seed):
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    return bytes(digest)


@functools.lru_cache(maxsize=4096)
def keypair(seed):
    """(public, libsodium's 64-byte secret) of a seed, valid as an id or not."""
    return sodium.crypto_sign_seed_keypair(seed)


def id_of_seed(seed):
    return need_id(keypair(seed)[0])


def did_key(key):
    return "did:key:z" + base58(b"\xed\x01" + key)


def short_did(key):
    return did_key(key)[len("did:key:"):]


def parse_did_key(text):
    body = text[len("did:key:"):] if text.startswith("did:key:") else text
    demand(body.startswith("z") and len(body) == 48, "malformed", "no did:key")
    data = unbase58(body[1:])
    demand(len(data) == 34 and data[:2] == b"\xed\x01", "malformed", "another kind of key")
    return need_id(data[2:])


def sign(seed, text, data):
    message = tag(text) + data
    assert len(message) > 64
    return sodium.crypto_sign(message, keypair(seed)[1])[:64]


def verify(key, signature, text, data):
    message = tag(text) + data
    if len(signature) != 64 or len(message) <= 64:
        return False
    try:
        sodium.crypto_sign_open(signature + message, bytes(key))
        return True
    except (BadSignatureError, ValueError):
        return False


def need_signature(key, signature, text, data):
    demand(verify(key, signature, text, data), "bad-signature", text)


def network_id(root, genesis_payload):
    return H("pln network 1", root + H("pln data 1", genesis_payload))


def _number(text, most):
    demand(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"),
           "malformed", "no number")
    demand(int(text) <= most, "malformed", "number too large")
    return int(text)


def seq_text(epoch, seq):
    return f"{epoch}.{seq}" if epoch else str(seq)


def parse_seq_text(text):
    epoch, dot, seq = text.rpartition(".")
    number = _number(epoch, 2**32 - 1) if dot else 0
    demand(not dot or number != 0, "malformed", "epoch 0 is not written")
    seq = _number(seq, 2**48 - 1)
    demand(seq >= 1, "malformed", "seq 0")
    return number, seq


def parse_hex(text, size):
    demand(len(text) == 2 * size and all(c in "0123456789abcdef" for c in text),
           "malformed", "no hex")
    return bytes.fromhex(text)


def record_id(network, author, epoch, seq):
    return f"{network.hex()}/{did_key(author)}/{seq_text(epoch, seq)}"


def parse_record_id(text):
    parts = text.split("/")
    demand(len(parts) == 3, "malformed", "no record id")
    network = parse_hex(parts[0], 32)
    author = parse_did_key(parts[1])
    epoch, seq = parse_seq_text(parts[2])
    return {"network": network, "author": author, "epoch": epoch, "seq": seq}


__all__ = [n for n in dir() if not n.startswith("_") and n != "Refused"]
