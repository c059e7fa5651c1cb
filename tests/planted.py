#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Puts in each bug of proto/planted.def, one at a time, and shows what notices it.

usage: tests/planted.py [--quick] [--seeds N] [NAME...]

  --quick    unit tests only beside the swarm, no stories of the simulator

Every bug must be caught by an invariant of the simulator or by a test, neither of which knows it; at
least six by the simulator's swarm alone; each of the rooms at least once."""
import os
import pathlib
import re
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
BUILD = TOP / "build/planted"
ROW = re.compile(r'^PLN_PLANT_BUG\((\w+), "(\w+)", "(.*)"\)$', re.MULTILINE)
ROOMS = {"session", "access", "chain", "node", "store"}
BUGS_MIN = 10
SWARM_MIN = 6
SWARM_SEEDS = 120
UNITS = "test_(access|arrival|chain|message)|contract|daemon_store"
STORIES = "sim_scenarios"


def run(command, **more):
    return subprocess.run(command, cwd=TOP, capture_output=True, encoding="utf-8", errors="replace",
                          check=False, **more)


def bugs():
    text = (TOP / "proto/planted.def").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for room in ("proto", "daemon")
                   for path in sorted((TOP / room).glob("*.c")))
    for name, room, sentence in ROW.findall(text):
        if f"PLN_PLANTED({name})" not in code:
            sys.exit(f"planted: nothing plants {name}")
        yield name, room, sentence


def targets():
    names = [path.stem for path in sorted((TOP / "tests/unit").glob("*.c"))
             if re.match(UNITS, path.stem)]
    return names + ["sim_swarm"] + [f"sim_{path.stem}"
                                    for path in sorted((TOP / "tests/sim").glob("scenarios_*.c"))]


def build():
    done = run(["cmake", "-S", ".", "-B", str(BUILD), "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                "-DPLN_PLANT=ON", "-Wno-dev"])
    if done.returncode == 0:
        done = run(["cmake", "--build", str(BUILD), "-j", "2", "--target", *targets()])
    if done.returncode != 0:
        sys.exit(f"planted: it does not build:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def swarm(seeds):
    """Which invariant the first broken seed names, and how many seeds and seconds that took."""
    begin = time.monotonic()
    done = run([str(BUILD / "tests/sim/sim_swarm"), "--seed", "1", "--vary",
                "--seeds", str(seeds), "--first"])
    spent = time.monotonic() - begin
    broken = re.search(r"^BROKEN (?:\[\d+\] )?(\w+)", done.stdout, re.MULTILINE)
    count = re.search(r"^(\d+) seeds from", done.stdout, re.MULTILINE)
    if done.returncode < 0:  # an assertion of the core
        return f"it aborts, {spent:.0f} s"
    if broken is None:
        return None
    return f"`{broken.group(1)}`, seed {count.group(1)}, {spent:.1f} s"


def tests(which):
    """The tests that turn red, by the names of the rules they guard."""
    done = run(["ctest", "--test-dir", str(BUILD), "-j", "2", "-R", f"^({which})", "--output-on-failure",
                "--timeout", "120"])
    red = re.findall(r"\[  FAILED  \] (\w+)$", done.stdout, re.MULTILINE)
    programs = re.findall(r"^\s+\d+ - (\w+) \(", done.stdout, re.MULTILINE)
    return list(dict.fromkeys(red)), programs


def try_bug(name, seeds, which):
    os.environ["PLN_PLANT"] = name
    seen = swarm(seeds)
    red, programs = tests(which)
    told = [f"`{rule}`" for rule in red[:2]] or [f"`{program}`" for program in programs[:2]]
    if len(red) > 2:
        told.append(f"{len(red) - 2} more")
    return seen, told


def main():
    seeds = SWARM_SEEDS
    words = sys.argv[1:]
    if words[:1] in (["--help"], ["-h"]):
        print(__doc__)
        return 0
    which = f"{UNITS}|{STORIES}"
    if words[:1] == ["--quick"]:
        which, words = UNITS, words[1:]
    if words[:1] == ["--seeds"]:
        seeds, words = int(words[1]), words[2:]
    build()
    rows = [row for row in bugs() if not words or row[0] in words]
    print("| bug | room | the swarm | tests that turn red |\n|---|---|---|---|", flush=True)
    swarm_count, missed, rooms = 0, [], set()
    for name, room, sentence in rows:
        seen, told = try_bug(name, seeds, which)
        swarm_count += seen is not None
        if seen is None and not told:
            missed.append(name)
        else:
            rooms.add(room)
        print(f"| {sentence} (`{name}`) | {room} | {seen or 'does not see it'} | "
              f"{', '.join(told) or 'none'} |", flush=True)
    for name in missed:
        print(f"planted: nothing notices {name}", file=sys.stderr)
    print(f"\n{len(rows)} bugs, {len(rows) - len(missed)} caught, {swarm_count} by the swarm alone")
    whole = not words
    good = not missed and (not whole or (len(rows) >= BUGS_MIN and swarm_count >= SWARM_MIN
                                         and rooms == ROOMS))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
