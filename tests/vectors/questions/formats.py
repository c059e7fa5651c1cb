# SPDX-License-Identifier: MPL-2.0
"""msgpack in its one spelling and in others, and payloads as codecs store them (SPEC 1.5, 6)."""
import hashlib
import pathlib
import re
import struct

import zstandard

from kit import NIL, Topic, array, bin_, join, map_, number, repeat, text, uint, value

TOP = pathlib.Path(__file__).resolve().parents[3]


def typed(v):
    """A Python value as the cases write it down."""
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, int):
        return {"int": v if -2**53 < v < 2**53 else str(v)}
    if isinstance(v, float):
        return {"float": struct.pack(">d", v).hex()}
    if isinstance(v, str):
        return {"str": v}
    if isinstance(v, bytes):
        return {"bin": v.hex()}
    if isinstance(v, list):
        return {"array": [typed(x) for x in v]}
    return {"map": [[number(k), typed(v[k])] for k in sorted(v)]}


def spelled(v):
    if isinstance(v, float):
        return b"\xcb" + struct.pack(">d", v)
    if isinstance(v, list):
        return array(*(spelled(x) for x in v))
    if isinstance(v, dict):
        return map_(*((uint(k), spelled(v[k])) for k in sorted(v)))
    return value(v)


def nested(depth, inner=b"\x00"):
    return b"\x91" * depth + inner


def packs():
    t = Topic("pack", "canonical msgpack: values and their one spelling, and spellings that are refused")
    edges = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1,
             -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**53, -2**63]
    for n in edges:
        ask(t, f"integer {n}", n)
    for v, name in ((None, "nil"), (True, "true"), (False, "false"), (0.0, "float 0"), (-0.0, "float -0"), (1.5, "float 1.5"),
                    (float("inf"), "float infinity"), (float("-inf"), "float -infinity"), (5e-324, "the least float")):
        ask(t, name, v)
    for size in (0, 1, 31, 32, 255, 256):
        ask(t, f"str of {size} bytes", "s" * size)
        ask(t, f"bin of {size} bytes", b"\x80" * size)
    for size in (65535, 65536):
        hexed = (b"b" * size).hex()
        lead = bin_(b"b" * size)[:-size]
        t.ask(f"bin of {size} bytes", "pack", {"value": {"bin": repeat(b"b", size)}}, {"hex": join(lead, repeat(b"b", size))})
        assert bytes.fromhex(hexed)
    for s, name in (("\x01", "U+0001"), ("é", "two bytes"), ("\u07ff\u0800", "two and three bytes"), ("\ud7ff\ue000", "around the surrogates"),
                    ("\ufffe\uffff", "noncharacters"), ("\U00010000\U0010ffff", "four bytes"), ("e\u0301", "not normalised")):
        ask(t, f"str: {name}", s)
    for count in (0, 1, 15, 16):
        ask(t, f"array of {count}", [0] * count)
        ask(t, f"map of {count}", {k: k for k in range(count)})
    ask(t, "map keys ascend as numbers", {0: None, 127: 1, 128: "a", 255: b"b", 256: [], 65536: {}, 2**32: True, 2**63 - 1: -1})
    ask(t, "arrays and maps in one another", {1: [1, {2: ["x", b"y", None]}], 3: {}})
    deep = 0
    for _ in range(8):
        deep = [deep]
    ask(t, "eight arrays in one another", deep)
    wide(t)
    refused(t)
    return t


def ask(t, name, v):
    t.ask(name, "pack", {"value": typed(v)}, {"hex": spelled(v).hex()})


def wide(t):
    for count in (65535, 65536):
        lead = array(*[b""] * count)
        t.ask(f"array of {count}, all there and one more", "pack.read",
              {"hex": join(lead, repeat(NIL, count + 1))}, refused="malformed")
        t.ask(f"array of {count}, one missing", "pack.read", {"hex": join(lead, repeat(NIL, count - 1))},
              refused="truncated")


def refused(t):
    wrong = {"5 as cc": "cc05", "127 as cc": "cc7f", "255 as cd": "cd00ff", "65535 as ce": "ce0000ffff", "2^32-1 as cf": "cf00000000ffffffff",
             "5 as d0": "d005", "5 as d1": "d10005", "5 as d2": "d200000005", "5 as d3": "d30000000000000005",
             "128 as d1": "d10080", "2^31 as d3": "d30000000080000000",
             "-1 as d0": "d0ff", "-32 as d0": "d0e0", "-33 as d1": "d1ffdf", "-128 as d1": "d1ff80", "-32768 as d2": "d2ffff8000",
             "-2^31 as d3": "d3ffffffff80000000",
             "str of 31 as d9": "d91f" + "61" * 31, "str of 255 as da": "da00ff" + "61" * 255, "str of 1 as db": "db0000000161",
             "bin of 255 as c5": "c500ff" + "00" * 255, "bin of 1 as c6": "c60000000100",
             "array of 15 as dc": "dc000f" + "00" * 15, "array of 1 as dd": "dd0000000100",
             "map of 0 as de": "de0000", "map of 1 as df": "df000000010000",
             "c1": "c1", "float of 32 bits": "ca3f800000", "NaN": "cb7ff8000000000000", "NaN, negative": "cbfff8000000000000",
             "NaN, signalling": "cb7ff0000000000001", "NaN, all bits": "cbffffffffffffffff",
             "ext 8": "c7010500", "ext 16": "c800010500", "ext 32": "c9000000010500", "fixext 1": "d40500", "fixext 2": "d5050000",
             "fixext 4": "d60500000000", "fixext 8": "d7ff" + "00" * 8, "fixext 16": "d805" + "00" * 16,
             "key is a text": "81a16100", "key is negative": "81ff00", "key is nil": "81c000", "key is an array": "819000",
             "key is a float": "81cb000000000000000000", "key 2^63": "81cf800000000000000000", "a key twice": "8201000100",
             "keys descend": "8202000100", "keys descend inside an array": "918202000100",
             "str with U+0000": "a100", "str: lone continuation": "a180", "str: overlong /": "a2c0af", "str: overlong three": "a3e0809f",
             "str: overlong four": "a4f08080af", "str: surrogate": "a3eda080", "str: above U+10FFFF": "a4f4908080",
             "str: f5": "a4f5808080", "str: fe": "a1fe", "str: ends inside a character": "a1c3", "str: wrong continuation": "a2c328",
             "nine arrays in one another": nested(9).hex(), "nine maps in one another": ("8101" * 9 + "00"), "two values": "0000",
             "nil and more": "c0c0", "an array and more": "900a"}
    for name, data in wrong.items():
        t.ask(f"refused: {name}", "pack.read", {"hex": data}, refused="malformed")
    short = {"nothing": "", "cc alone": "cc", "cd and one byte": "cd01", "cf and seven": "cf01020304050607", "d3 and one": "d380",
             "cb and seven": "cb00000000000000", "d9 alone": "d9", "str of 2, 1 there": "a261", "bin of 4 GiB": "c6ffffffff00",
             "str of 4 GiB": "dbffffffff", "array of 2, 1 there": "9200", "array of 4 G elements": "ddffffffff00", "map of 1 and a key": "8101",
             "map of 2 G pairs": "df80000000", "map whose pairs would wrap to 0": "df8000000000", "map of 8, 15 bytes there": "88" + "0100" * 7 + "01",
             "inside: bin of 3, 2 there": "92c4030000"}
    for name, data in short.items():
        t.ask(f"short: {name}", "pack.read", {"hex": data}, refused="truncated")
    t.ask("eight arrays, the innermost empty", "pack.read", {"hex": (b"\x91" * 7 + b"\x90").hex()}, {"value": typed([[[[[[[[]]]]]]]])})
    t.ask("nine, the innermost empty", "pack.read", {"hex": (b"\x91" * 8 + b"\x90").hex()}, refused="malformed")
    assert text("a") == b"\xa1a"


def dictionary_1():
    """By the recipe of SPEC 6.3."""
    source = (TOP / "proto" / "dictionary_1.c").read_text()
    return bytes(int(n) for n in re.findall(r"\d+", source[source.index("{") + 1:source.rindex("}")]))


LESSON = bytes.fromhex("8410b153686f7274207461736b7320666972737411b753636f72657320726f736520627920612074686972642e12b9546561636865727320"
                       "686164206c6974746c652074696d652e13b6426567696e2077697468206f6e6520706572696f642e")
LESSON_1 = bytes.fromhex("2060850100588410b153b7b954b66f6e2e0bfc942e167726664a61d6f945db1e69c390110ed04e67cb909481f2408e07ee2af85103")
LETTERS = bytes.fromhex("20c845000008610100440a0801")


def frame(content, dictionary=None, **more):
    """A zstd frame, magic included."""
    options = {"write_content_size": True, "write_checksum": False, "write_dict_id": False, **more}
    return zstandard.ZstdCompressor(level=12, dict_data=dictionary, **options).compress(content)


def stored(content, dictionary=None, **more):
    made = frame(content, dictionary, **more)
    assert made[:4] == b"\x28\xb5\x2f\xfd"
    return made[4:]


def codecs():
    t = Topic("codec", "stored payloads and their content; frames made by python-zstandard")
    data = dictionary_1()
    loaded = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT)
    t.ask("dictionary 1", "dictionary", {"number": 1}, {"size": len(data), "hash": hashlib.blake2b(data, digest_size=32).hexdigest()})
    for n in (0, 2, 63, 64):
        t.ask(f"no dictionary {n}", "dictionary", {"number": n}, refused="not-found")

    def ask_read(name, codec, bytes_, content=None):
        given = {"codec": codec, "stored": bytes_ if isinstance(bytes_, dict) else bytes_.hex()}
        if content is None:
            t.ask(name, "codec.read", given, refused="unreadable-codec")
        else:
            t.ask(name, "codec.read", given, {"content": content if isinstance(content, dict) else content.hex()})

    ask_read("raw", 0, LESSON, LESSON)
    ask_read("raw, empty", 0, b"", b"")
    ask_read("raw, largest", 0, repeat(b"r", 262144), repeat(b"r", 262144))
    ask_read("spec 6.5: codec 1", 1, LESSON_1, LESSON)
    ask_read("spec 6.5: codec 64", 64, LETTERS, repeat(b"a", 200))
    ask_read("another author's bytes for the same content", 1, stored(LESSON, loaded), LESSON)
    ask_read("without dictionary in codec 64", 64, stored(LESSON * 4), LESSON * 4)
    ask_read("empty content, codec 64", 64, stored(b""), b"")
    ask_read("empty content, codec 1", 1, bytes.fromhex("2000010000"), b"")
    ask_read("a raw block", 64, bytes.fromhex("2003190000") + b"abc", b"abc")
    ask_read("two blocks", 64, bytes.fromhex("2004100000") + b"ab" + bytes.fromhex("110000") + b"cd", b"abcd")
    ask_read("with a window", 64, bytes.fromhex("40002c00610900") + b"w" * 300, repeat(b"w", 300))
    ask_read("the largest content", 64, stored(bytes(262144)), repeat(b"\0", 262144))
    ask_read("one byte more", 64, stored(bytes(262145)))
    bad_codecs(ask_read, data, loaded)
    return t


def bad_codecs(ask_read, data, loaded):
    for codec in (2, 63, 65, 95, 96, 127):
        ask_read(f"codec {codec} is not known", codec, LETTERS)
    plain = stored(LESSON * 4)
    ask_read("with its magic", 64, frame(LESSON * 4))
    ask_read("with a checksum", 64, stored(LESSON * 4, write_checksum=True))
    ask_read("with the id of its dictionary", 1, stored(LESSON, loaded, write_dict_id=True))
    ask_read("without a content size", 64, stored(LESSON * 4, write_content_size=False))
    ask_read("reserved bit set", 64, bytes([plain[0] | 8]) + plain[1:])
    ask_read("a checksum announced, none there", 64, bytes([plain[0] | 4]) + plain[1:])
    ask_read("a byte behind it", 64, plain + b"\0")
    ask_read("a second frame behind it", 64, plain + frame(b"more"))
    ask_read("a second frame without magic", 64, plain + plain)
    ask_read("a skippable frame behind it", 64, plain + bytes.fromhex("502a4d1800000000"))
    ask_read("nothing", 64, b"")
    ask_read("nothing, codec 1", 1, b"")
    ask_read("the last byte missing", 64, plain[:-1])
    ask_read("only the frame header", 64, plain[:2])
    ask_read("content size one too small", 64, bytes.fromhex("2002190000") + b"abc")
    ask_read("content size one too large", 64, bytes.fromhex("2004190000") + b"abc")
    ask_read("content size of 2^64-1", 64, bytes.fromhex("e0ffffffffffffffff190000") + b"abc")
    ask_read("content size of 1 GiB", 64, bytes.fromhex("a000000040190000") + b"abc")
    ask_read("a reserved block type", 64, bytes.fromhex("20031f0000") + b"abc")
    ask_read("no last block", 64, bytes.fromhex("2003180000") + b"abc")
    ask_read("made with dictionary 1, read without", 64, LESSON_1)
    ask_read("raw text is no frame", 64, b"hello, world")
    assert data[:4] == bytes.fromhex("37a430ec")
