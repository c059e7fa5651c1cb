#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Takes each rule of clauses.txt away, one after the other, and names the test that turns red.

    tests/rules/run.py [--only CLAUSE] [--part I/N] [--resume] [--quick] [--jobs J]
    tests/rules/run.py --check

Works on copies of the sources in build/rules, one for each job. For each row it puts the row's
replacement in place, builds the programs that the row names, and runs them until one fails; where
none does, all fast tests. `attack:NAME` is an attack of tests/attack on a daemon built so. A row that stays green is a missing test: it is printed, and the status
is 1. With --quick only the programs that the row names are asked. With --resume rows that were red before are left out, as long as neither they nor the sources
of their file have changed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

from table import TOP, faults, rows, unlisted

ROOM = TOP / "build" / "rules"
COPIED = ("CMakeLists.txt", "CMakePresets.json", "proto", "daemon", "client", "tests", "contrib")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "e2e", "attack", "rules")
PROGRAM_SECONDS = 60
WRAPPER = ["nice"]
# Fast enough to be asked about every row that the programs named did not notice.
EVERY = ("test_pack test_bytes test_entry test_chain test_control test_message test_ticket "
         "test_identity test_digest test_arrival test_admission test_access* "
         "daemon_vectors sim_scenarios_*").split()


class Copy:
    """The sources as they are, to be broken; built once, then one file at a time."""

    def __init__(self, number):
        self.root = ROOM / f"copy-{number}"
        self.build = self.root / "build"
        self.root.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            self._take_over(TOP / name, self.root / name)
        command = ["cmake", "-S", str(self.root), "-B", str(self.build), "-DCMAKE_BUILD_TYPE=Debug",
                   "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DCMAKE_C_FLAGS=-w"]
        if shutil.which("ccache"):
            command.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
        if shutil.which("ninja"):  # which sees in no time that only one file has changed
            command += ["-G", "Ninja"]
        if shutil.which("ld.gold"):
            command.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold")
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise SystemExit(f"rules: cmake does not configure {self.root}:\n{done.stderr[-2000:]}")

    def _take_over(self, source, target):
        """What has changed only, so that little is built anew; what is gone goes here, too."""
        if source.is_file():
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                shutil.copymode(source, target)
            return
        target.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in source.iterdir()}
        names -= LEFT_OUT(str(source), names)
        for entry in target.iterdir():
            if entry.name not in names:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for name in names:
            self._take_over(source / name, target / name)

    def programs(self, patterns):
        """Test programs of those names; `*` at the end stands for any rest."""
        known = sorted([path.stem for path in (self.root / "tests/unit").glob("*_*.c")]
                       + [f"sim_{path.stem}" for path in (self.root / "tests/sim").glob("scenarios_*.c")])
        found = []
        for pattern in patterns:
            found += [name for name in known if re.fullmatch(pattern.replace("*", r"\w+"), name)
                      and name not in found]
        return found

    def make(self, programs):
        """None, or the compiler's last words."""
        done = subprocess.run([*WRAPPER, "cmake", "--build", str(self.build), "--target", *programs],
                              capture_output=True, encoding="utf-8", errors="replace", check=False)
        return None if done.returncode == 0 else (done.stderr or done.stdout)[-600:]

    def play(self, program):
        """None, or what failed."""
        path = next(p for p in self.build.rglob(program) if p.is_file() and os.access(p, os.X_OK))
        try:
            done = subprocess.run([*WRAPPER, str(path)], capture_output=True, encoding="utf-8",
                                  errors="replace", timeout=PROGRAM_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"{program}: does not end"
        if done.returncode == 0:
            return None
        said = done.stdout + done.stderr
        failed = re.findall(r"^\[  FAILED  \] (\w+)$", said, re.MULTILINE)
        if failed:
            return f"{program}: {failed[0]}" + (f" and {len(failed) - 1} more" if failed[1:] else "")
        aborted = re.search(r"(Assertion .* failed)", said)
        return f"{program}: {aborted.group(1) if aborted else f'ends with {done.returncode}'}"


    def attack(self, name):
        """The same of one attack on the real daemon (tests/attack)."""
        broken = self.make(["plnd", "pln"])
        if broken:
            return f"NOT BUILT: {broken}"
        command = ["/usr/bin/python3", "-W", "ignore", "-m", "unittest", "discover", "-s",
                   "tests/attack", "-k", name]
        done = subprocess.run([*WRAPPER, *command], cwd=TOP, capture_output=True, encoding="utf-8",
                              env={**os.environ, "PLN_BUILD": str(self.build.relative_to(TOP))},
                              errors="replace", timeout=4 * PROGRAM_SECONDS, check=False)
        failed = re.findall(r"^(?:FAIL|ERROR): (\w+)", done.stderr, re.MULTILINE)
        if "Ran 0 tests" in done.stderr and "is not ready" in done.stderr:
            return f"attack: {name}, for plnd tries its gate at each start, and does not begin"
        if "Ran 0 tests" in done.stderr:  # or setUpClass found no daemon
            return f"NOT BUILT: {name} cannot be played: {done.stderr[-300:]}"
        return f"attack: {failed[0]}" if failed else None


def put(copy, row, text, instead):
    (copy.root / row.file).write_text(text.replace(row.anchor, instead) if instead is not None
                                      else text, "utf-8")


def noticed_by(copy, row, quick):
    """The test that misses the rule; None when there is none."""
    text = (TOP / row.file).read_text("utf-8")
    put(copy, row, text, row.instead)
    try:
        attacks = [name[len("attack:"):] for name in row.tests if name.startswith("attack:")]
        first = copy.programs([name for name in row.tests if not name.startswith("attack:")])
        for name in attacks:
            red = copy.attack(name)
            if red:
                return red
        others = [] if quick else [name for name in copy.programs(EVERY) if name not in first]
        for program in first + others:
            broken = copy.make([program])
            red = f"NOT BUILT: {broken}" if broken else copy.play(program)
            if red:
                return red
        return None
    finally:
        put(copy, row, text, None)


def key(row):
    content = (TOP / row.file).read_bytes() + "\n".join(
        (row.clause, row.says, row.file, row.anchor, row.instead)).encode()
    return hashlib.sha256(content).hexdigest()


class Memory:
    """Which rows were red with these very sources; in build/rules/red.json."""

    def __init__(self):
        self.path = ROOM / "red.json"
        self.lock = threading.Lock()
        self.red = json.loads(self.path.read_text()) if self.path.exists() else {}

    def keep(self, row, red):
        with self.lock:
            self.red[key(row)] = red
            self.path.write_text(json.dumps(self.red, indent=0))


def chosen(arguments):
    wanted = [row for row in rows()
              if arguments.only is None or row.clause == arguments.only
              or row.clause.startswith(arguments.only + ".")]
    if arguments.part:
        part, parts = map(int, arguments.part.split("/"))
        wanted = wanted[part - 1::parts]
    if not wanted:
        raise SystemExit(f"rules: clauses.txt has no row of {arguments.only}")
    return wanted


def work(jobs, wanted, memory, quick):
    """Rows that stayed green, or could not be built."""
    green = []
    free = [Copy(number) for number in range(jobs)]

    def one(row):
        copy = free.pop()
        try:
            red = noticed_by(copy, row, quick)
        finally:
            free.append(copy)
        missed = red is None or red.startswith("NOT BUILT")
        if missed:
            green.append(row)
        else:
            memory.keep(row, red)
        print(f"{row.clause:7} {row.says}\n        {red or 'STAYS GREEN: a test is missing'}",
              flush=True)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, wanted))
    return green


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="CLAUSE", help="rows of this clause, and of those in it")
    parser.add_argument("--part", metavar="I/N", help="every N-th row, from the I-th on")
    parser.add_argument("--resume", action="store_true", help="leave out what was red before")
    parser.add_argument("--quick", action="store_true",
                        help="ask only the programs that a row names")
    parser.add_argument("--check", action="store_true",
                        help="only see that each row's line is where clauses.txt says, and that "
                             "no clause is without a row")
    parser.add_argument("--jobs", type=int, default=1, help="copies to work on at once")
    arguments = parser.parse_args()
    stale = list(faults())
    for line, sentence in stale:
        print(f"tests/rules/clauses.txt:{line}: {sentence}")
    missing = list(unlisted())
    for clause, title in missing:
        print(f"tests/rules/clauses.txt: no row of {clause} {title}, nor why there is none")
    if stale or missing or arguments.check:
        print(f"rules: {len(rows())} rows, {len(stale)} of them without their line; "
              f"{len(missing)} clauses without a row")
        return 1 if stale or missing else 0
    ROOM.mkdir(parents=True, exist_ok=True)
    memory = Memory()
    wanted = chosen(arguments)
    left = [row for row in wanted if not (arguments.resume and key(row) in memory.red)]
    green = work(arguments.jobs, left, memory, arguments.quick) if left else []
    print(f"rules: {len(wanted) - len(green)} of {len(wanted)} turn a test red")
    for row in green:
        print(f"  green: {row.clause} {row.says} (clauses.txt:{row.line})")
    return 1 if green else 0


if __name__ == "__main__":
    sys.exit(main())
