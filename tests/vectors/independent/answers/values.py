# SPDX-License-Identifier: MPL-2.0
"""Values as the vector files write them, and as Python has them."""

import re

EXACT = 2**53                   # from here on integers are strings


def expand(value):
    """Long bytes are replaced by the hex they mean, wherever they stand."""
    if isinstance(value, list):
        return [expand(v) for v in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"repeat", "times"}:
        return value["repeat"] * value["times"]
    if value.keys() == {"join"}:
        return "".join(expand(v) for v in value["join"])
    return {name: expand(v) for name, v in value.items()}


def unhex(text):
    if not isinstance(text, str) or re.fullmatch(r"([0-9a-f]{2})*", text) is None:
        raise ValueError(f"no lower-case hex: {text!r}")
    return bytes.fromhex(text)


def number(value):
    """An integer as these files write it; any other spelling is a mistake in the file."""
    if (isinstance(value, str) and re.fullmatch(r"-?[1-9][0-9]*", value)
            and abs(int(value)) >= EXACT):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < EXACT:
        return value
    raise ValueError(f"no integer: {value!r}")


def plain(value):
    """A result as these files write it."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= EXACT:
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    return value


def same(a, b):
    """Equal, and of the same JSON type: 1, 1.0 and true are three values."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def typed(value, shape):
    """A JSON value as Python has it: `shape` is bytes, int, str, bool, [shape], {name: shape},
    or (shape, None) for what may be null. Members that the shape does not have are a mistake."""
    if shape is bytes:
        return unhex(value)
    if shape is int:
        return number(value)
    if isinstance(shape, list):
        return [typed(v, shape[0]) for v in value]
    if isinstance(shape, tuple):
        return None if value is None else typed(value, shape[0])
    if isinstance(shape, dict):
        if value.keys() != shape.keys():
            raise ValueError(f"members {sorted(value)}, expected {sorted(shape)}")
        return {name: typed(value[name], shape[name]) for name in shape}
    if type(value) is not shape:
        raise ValueError(f"{value!r} is no {shape.__name__}")
    return value
