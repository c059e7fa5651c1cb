# SPDX-License-Identifier: MPL-2.0
"""The payload codec (section 6)."""

import hashlib
import re

import zstandard

from .refused import Refused, demand

CONTENT_MAX = 262_144
WINDOW_EXPONENT_MAX = 21
MAGIC = b"\x28\xb5\x2f\xfd"
UNREADABLE = "unreadable-codec"
DICTIONARY_SIZE = 110_058
DICTIONARY_HASH = "a17845475c9082abee3ce0f13d4daa1a2cd2fe1fdba102fd87a880489ca20f7d"


def load_dictionary(path):
    """The bytes of dictionary 1 out of the file of data that 6.3 points at."""
    with open(path, encoding="ascii") as f:
        text = f.read()
    numbers = re.findall(r"\d+", text[text.index("{") + 1:text.rindex("}")])
    data = bytes(int(n) for n in numbers)
    if (len(data) != DICTIONARY_SIZE or data[:4] != bytes.fromhex("37a430ec")
            or hashlib.blake2b(data, digest_size=32).hexdigest() != DICTIONARY_HASH):
        raise ValueError("these are not the bytes of dictionary 1")
    return data


def _frame(stored):
    """(content size, whether the one frame ends at the last byte): the header of RFC 8878."""
    demand(len(stored) >= 1, UNREADABLE, "empty")
    descriptor = stored[0]
    demand(descriptor & 0x0F == 0, UNREADABLE, "checksum, dictionary id or reserved bit")
    single, flag = descriptor >> 5 & 1, descriptor >> 6
    at = 1 if single else 2
    demand(len(stored) >= at, UNREADABLE, "header ends early")
    demand(single or stored[1] >> 3 <= WINDOW_EXPONENT_MAX, UNREADABLE, "window too large")
    width = (1 if single else 0, 2, 4, 8)[flag]
    demand(width > 0, UNREADABLE, "no content size")
    demand(len(stored) >= at + width, UNREADABLE, "header ends early")
    size = int.from_bytes(stored[at:at + width], "little") + (256 if width == 2 else 0)
    at += width
    last = False
    while not last:
        demand(len(stored) >= at + 3, UNREADABLE, "block header ends early")
        block = int.from_bytes(stored[at:at + 3], "little")
        last, kind, length = bool(block & 1), block >> 1 & 3, block >> 3
        demand(kind != 3, UNREADABLE, "reserved block")
        at += 3 + (1 if kind == 1 else length)
    demand(at == len(stored), UNREADABLE, "the frame does not end at the last byte")
    return size


class Codec:
    def __init__(self, dictionary):
        self.dictionary = zstandard.ZstdCompressionDict(
            dictionary, dict_type=zstandard.DICT_TYPE_FULLDICT)

    def decode(self, codec, stored):
        if codec == 0:
            demand(len(stored) <= CONTENT_MAX, "oversize")
            return bytes(stored)
        demand(codec in (1, 64), UNREADABLE, "codec not known")
        size = _frame(stored)
        demand(size <= CONTENT_MAX, UNREADABLE, "content too large")
        reader = zstandard.ZstdDecompressor(
            dict_data=self.dictionary if codec == 1 else None, max_window_size=1 << 31)
        try:
            content = reader.decompress(MAGIC + bytes(stored), max_output_size=max(size, 1))
        except zstandard.ZstdError as e:
            raise Refused(UNREADABLE, str(e)) from None
        demand(len(content) == size, UNREADABLE, "another size than it says")
        return content

    def encode(self, codec, content, level=19):
        """Some stored form of the content. Readers do not care which (6.4)."""
        if codec == 0:
            return bytes(content)
        params = zstandard.ZstdCompressionParameters.from_level(
            level, source_size=len(content), format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_content_size=True, write_checksum=False, write_dict_id=False)
        return zstandard.ZstdCompressor(
            compression_params=params,
            dict_data=self.dictionary if codec == 1 else None).compress(bytes(content))
