# SPDX-License-Identifier: MPL-2.0
"""base58btc (3.3) and base32 (8.1)."""

from .refused import demand

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text):
    number = 0
    for char in text:
        demand(char in BASE58, "malformed", "no base58")
        number = number * 58 + BASE58.index(char)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base32(data):
    bits = "".join(f"{b:08b}" for b in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(BASE32[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


def base32_chars(size):
    """How many characters `size` bytes take."""
    return (size * 8 + 4) // 5


def unbase32(text, size):
    """The `size` bytes of exactly base32_chars(size) characters."""
    number = 0
    for char in text:
        demand(char in BASE32, "bad-signature", "outside the alphabet")
        number = number << 5 | BASE32.index(char)
    spare = len(text) * 5 - size * 8
    demand(number & ((1 << spare) - 1) == 0, "bad-signature", "spare bits")
    return (number >> spare).to_bytes(size, "big")
