# SPDX-License-Identifier: MPL-2.0
"""What a reader says when it does not take something (10.1)."""


class Refused(Exception):
    """Input is refused; `name` is a word of 10.1, or one that a clause gives; `field` is the
    field of a record that it is about."""

    def __init__(self, name, why=""):
        super().__init__(f"{name}: {why}" if why else name)
        self.name = name
        self.why = why
        self.field = ""


def demand(condition, name, why=""):
    if not condition:
        raise Refused(name, why)
