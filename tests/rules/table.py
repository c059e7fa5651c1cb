# SPDX-License-Identifier: MPL-2.0
"""Reads clauses.txt, and finds each row's text in its file."""
import collections
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]

Row = collections.namedtuple("Row", "line clause says file anchor instead tests")


def rows(path=HERE / "clauses.txt"):
    lines = path.read_text("utf-8").splitlines()
    found, at = [], 0
    while at < len(lines):
        if not lines[at] or lines[at].startswith("#"):
            at += 1
            continue
        clause, says = lines[at].split(" ", 1)
        file, anchor = lines[at + 1].split(": ", 1)
        if not lines[at + 2].startswith("->") or (at + 4 < len(lines) and lines[at + 4]):
            raise ValueError(f"{path.name}:{at + 1}: a row has four lines, then an empty one")
        found.append(Row(at + 1, clause, says, file, anchor, lines[at + 2][2:].strip(),
                         lines[at + 3].split()))
        at += 4
    return found


def faults(top=TOP):
    """(line of clauses.txt, sentence) of each row that is not true of the sources any more."""
    for row in rows():
        source = top / row.file
        if not source.exists():
            yield row.line, f"there is no {row.file}"
            continue
        count = sum(row.anchor in line for line in source.read_text("utf-8").splitlines())
        if count != 1:
            yield row.line, (f"\"{row.anchor}\" stands on {count} lines of {row.file}: name the line "
                             f"that enforces {row.clause} now")


# Sections of SPEC whose clauses something must enforce; what an example shows is held by vectors.
RULED = ("3", "4", "5", "7", "8", "9", "10")
EXEMPT = re.compile(r"[Ww]orked example|\(reserved\)")
NO_ROW = re.compile(r"^# ([0-9.]+) has no row", re.MULTILINE)


def unlisted(top=TOP):
    """(clause, title) of what SPEC demands and clauses.txt neither lists nor gives a reason for."""
    spec = (top / "proto/SPEC.md").read_text("utf-8")
    clauses = re.findall(r"^#{2,4} ([0-9]+(?:\.[0-9]+)*) (.*)$", spec, re.MULTILINE)
    known = {row.clause for row in rows()}
    known |= set(NO_ROW.findall((HERE / "clauses.txt").read_text("utf-8")))
    for clause, title in clauses:
        listed = any(one == clause or one.startswith(clause + ".") for one in known)
        if clause.split(".")[0] in RULED and not listed and not EXEMPT.search(title):
            yield clause, title
