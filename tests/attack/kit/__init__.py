# SPDX-License-Identifier: MPL-2.0
"""An attacker's own tools: ZMTP and CURVE over a plain socket, pln's messages by the independent
codec. Nothing of the daemon's code is used, so nothing of it can hide a hole."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
for room in ("e2e", "vectors"):
    sys.path.insert(0, str(TESTS / room))

MESSAGES_DEF = TESTS.parent / "proto" / "messages.def"
