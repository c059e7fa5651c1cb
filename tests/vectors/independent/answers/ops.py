# SPDX-License-Identifier: MPL-2.0
"""The table of ops, and shapes that several of them share."""

from .. import chain
from ..refused import demand

PLACE = {"network": bytes, "author": bytes, "epoch": int, "lane": int}
CURSOR = {"number": int, "tag": bytes}


def place_of(p):
    return chain.place(p["network"], p["author"], p["epoch"], p["lane"])


OPS = {}


class Op:
    """What one op asks: the shape of `in`, how it is answered, and, where it goes both ways, how
    `out` is read back to `in` (or to what `back_to` makes of the case)."""

    def __init__(self, shape, answer, back=None, back_to=None):
        self.shape, self.answer, self.back = shape, answer, back
        self.back_to = back_to or (lambda case: case["in"])


def op(name, shape, back=None, back_to=None):
    def wrap(answer):
        OPS[name] = Op(shape, answer, back, back_to)
        return answer
    return wrap


def accepted(condition, reason):
    demand(condition, reason)
    return {}
