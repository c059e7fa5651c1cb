#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Holds the independent implementation against every vector file beside this one.

README.md says what the ops mean. Everything is compared both ways where both ways are defined, and
nothing is skipped: a file, an op or a member that is not known here is a failure, and so is a file
without cases. It only reads.
"""

import json
import pathlib
import re
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from independent.answers import OPS  # noqa: E402
from independent.answers.values import expand, plain, same, typed  # noqa: E402
from independent.refused import Refused  # noqa: E402

# How each file may be called; a later file of the same ops is NAME-2.json.
FILES = {
    "hash": "tag hash",
    "identity": "key id did did.read",
    "signature": "ed25519 sign verify",
    "entry": "header entry entry.read",
    "chain": "place chain anchor head head.verify",
    "run": "run",
    "pack": "pack pack.read",
    "codec": "codec.read dictionary",
    "control": ("network grant revoke leave network.read grant.read revoke.read leave.read "
                "network_id"),
    "access": "fold quota",
    "retract": "retract retract.read fate",
    "transfer": "transfer transfer.read succession",
    "ticket": "ticket ticket.read join join.verify",
    "arrival": "arrival arrival.read cursors",
    "digest": "element bucket digest",
    "fork": ("settle settle.read proof proof.read branch branch.read "
             "access_digest"),
    "evidence": "evidence evidence.read",
    "message": "message message.read",
    "hello": "hello_row hello_hash",
    "presence": "presence presence.read presence.sign presence.verify",
    "record": "record record.read record.write reference",
    "salt": "record.salt",
    "vault": "vault vault.read keyring keyring.read",
}


def answer(question, case):
    """("out", members) or ("refused", reason, field)."""
    given = case["in"] if question.shape is None else typed(case["in"], question.shape)
    try:
        return "out", plain(question.answer(given))
    except Refused as e:
        return "refused", e.name, e.field


def shorten(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 400 else text[:300] + f"… ({len(text)} characters)"


def judge(case):
    """None, or what is wrong."""
    question = OPS[case["op"]]
    got = answer(question, case)
    if "refused" in case:
        expected = ("refused", case["refused"], case.get("field", ""))
        return None if got == expected else f"expected {expected}, got {shorten(got)}"
    if got[0] != "out":
        return f"expected out, got {got}"
    if not same(got[1], case["out"]):
        return f"expected {shorten(case['out'])}, got {shorten(got[1])}"
    if question.back is not None:
        try:
            back, wanted = plain(question.back(case["out"])), question.back_to(case)
        except Refused as e:
            return f"its own bytes are refused: {e}"
        if not same(back, wanted):
            return f"reads back as {shorten(back)}, not {shorten(wanted)}"
    return None


def examine(case, ops, names):
    """None, or what is wrong with this case, be it the case or the answer."""
    if not {"name", "op", "in"} <= case.keys() <= {"name", "op", "in", "out", "refused", "field"}:
        return f"members {sorted(case)}"
    if ("out" in case) == ("refused" in case) or ("field" in case and "refused" not in case):
        return "a case has either out or refused"
    if case["name"] in names:
        return "the name comes twice"
    names.add(case["name"])
    if case["op"] not in ops or case["op"] not in OPS:
        return f"op {case['op']!r} is not known in this file"
    try:
        return judge(expand(case))
    except Exception:           # a fault here is a failed case, never the end of the check
        return traceback.format_exc().strip()


def check_file(path, used):
    """(passed, failed), telling what failed."""
    def fail(name, why):
        print(f"{path.name}: {name}: {why}")
    ops = FILES.get(re.sub(r"-[2-9]\d*$", "", path.stem))
    if ops is None:
        fail("-", "a file that is not known here")
        return 0, 1
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cases = content["cases"]
        if content.keys() != {"about", "spec", "cases"} or not cases:
            raise ValueError("members, or no cases")
    except (ValueError, KeyError, TypeError) as e:
        fail("-", f"no vector file: {e!r}")
        return 0, 1
    failed, names = 0, set()
    for case in cases:
        why = examine(case, ops.split(), names)
        used.add(case.get("op"))
        if why is not None:
            failed += 1
            fail(case.get("name"), why)
    return len(cases) - failed, failed


def main():
    passed = failed = 0
    used = set()
    for path in sorted(HERE.glob("*.json")):
        good, bad = check_file(path, used)
        print(f"{path.name:<16} {good:>5} passed, {bad} failed")
        passed, failed = passed + good, failed + bad
    for stem, ops in FILES.items():
        if not (HERE / f"{stem}.json").exists():
            print(f"{stem}.json: missing")
            failed += 1
            continue
        for name in ops.split():
            if name not in used:
                print(f"{stem}.json: no case asks {name}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
