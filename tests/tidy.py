#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""House style as a test: rooms, sizes, guards, formatting. Prints each slip as FILE:LINE: sentence."""
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
SKIPPED = {"build", ".git", "node_modules", "__pycache__"}
TEXT = {".c", ".h", ".def", ".py", ".sh", ".cmake", ".md", ".js", ".mjs", ".css", ".html", ".service", ".bash"}
CODE = {".c", ".h"}
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
COLUMNS_MAX = 100
# Bytes or rows written down, not logic: their length is that of what they hold.
DATA = {"proto/dictionary_1.c"}
BANNED_NAMES = re.compile(r"(^|[/_])(utils?|common|misc|helpers?)([._/]|$)")

# What the pure core may include; everything else touches the world.
PROTO_SYSTEM = {"assert.h", "ctype.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h",
                "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdlib.h", "string.h",
                "sodium.h", "zstd.h", "zstd_errors.h", "msgpack.h"}
# Where records are documents for people: JSON stands for them, and snprintf writes into memory.
DOCUMENT_SYSTEM = {"jansson.h", "stdio.h", "strings.h"}
# Rooms whose headers a room may include.
ROOMS = {"proto": {"proto"}, "daemon": {"daemon", "proto"}, "client": {"client", "proto"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def files():
    """Every file of ours, as (path, name relative to the top)."""
    for path in sorted(TOP.rglob("*")):
        name = path.relative_to(TOP)
        if path.is_file() and not SKIPPED.intersection(name.parts):
            yield path, name.as_posix()


def is_script(path):
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def is_text(path):
    return path.suffix in TEXT or path.name == "CMakeLists.txt" or (not path.suffix and is_script(path))


def check_licence(name, lines):
    if name.endswith((".md", ".json")):
        return
    if not any("SPDX-License-Identifier: MPL-2.0" in line for line in lines[:3]):
        yield 1, "the licence line is missing: SPDX-License-Identifier: MPL-2.0"


def check_lines(name, lines):
    code = pathlib.Path(name).suffix in CODE
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab; indent with spaces"
        if line != line.rstrip():
            yield number, "white space at the end of the line"
        if UNFINISHED.search(line):
            yield number, "unfinished business; finish it or open an issue"
        if code and len(line) > COLUMNS_MAX and name not in DATA:
            yield number, f"{len(line)} columns, at most {COLUMNS_MAX}"


def check_size(name, lines):
    if len(lines) > FILE_LINES_MAX and name not in DATA:
        yield 1, f"{len(lines)} lines, at most {FILE_LINES_MAX}: is there a second noun in it?"


def check_functions(name, lines):
    """A function body begins with { and ends with } in the first column."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            if number - begin + 1 > FUNCTION_LINES_MAX:
                yield begin, f"a function of {number - begin + 1} lines, at most {FUNCTION_LINES_MAX}"
            begin = None


def check_guard(name, lines):
    guard = r"PLN_(?:\w+_)?" + re.sub(r"\W", "_", pathlib.Path(name).name).upper()
    if not re.search(rf"^#ifndef ({guard})\n#define \1$", "\n".join(lines), re.MULTILINE):
        yield 1, f"the include guard PLN_{pathlib.Path(name).stem.upper()}_H is missing"


def owner(name, included):
    """The room of the header @included, as seen from file @name."""
    parts = included.split("/")
    if len(parts) > 1:
        return parts[0]
    folder = pathlib.Path(name).parent
    return folder.parts[0] if (TOP / folder / included).exists() else None


def check_includes(name, lines):
    room = name.split("/")[0]
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, included = match.groups()
        if kind == "<":
            pure = included in PROTO_SYSTEM or included.startswith("msgpack/")
            pure = pure or (name.startswith("proto/document/") and included in DOCUMENT_SYSTEM)
            if room == "proto" and not pure:
                yield number, f"<{included}> touches the world; proto/ is pure"
        elif owner(name, included) not in ROOMS[room]:
            yield number, f'"{included}" is not of {" or ".join(sorted(ROOMS[room]))}'


def check_formatting(names):
    """.clang-format decides; needs clang-format."""
    program = shutil.which("clang-format")
    if not program:
        print("tidy: clang-format is not here; formatting is not looked at", file=sys.stderr)
        return
    done = subprocess.run([program, "--dry-run", "-Werror", *names], cwd=TOP, capture_output=True,
                          encoding="utf-8", check=False)
    seen = set()
    for line in done.stderr.splitlines():
        match = re.match(r"(\S+?):(\d+):\d+: error", line)
        if match and match.group(1) not in seen:
            seen.add(match.group(1))
            yield match.group(1), int(match.group(2)), f"not as .clang-format has it: clang-format -i {match.group(1)}"


def check_file(path, name):
    text = path.read_text("utf-8")
    lines = text.splitlines()
    checks = [check_licence, check_lines]
    if path.suffix in CODE:
        checks += [check_size, check_functions]
    if path.suffix == ".h":
        checks.append(check_guard)
    if name.split("/")[0] in ROOMS and path.suffix in CODE:
        checks.append(check_includes)
    if text and not text.endswith("\n"):
        yield len(lines), "the last line does not end"
    for check in checks:
        yield from check(name, lines)


def check_scenarios():
    """tests/scenarios.md names for every history of the rules a test that there is."""
    name = "tests/scenarios.md"
    code = "".join(path.read_text("utf-8") for path, other in files()
                   if other.startswith("tests/") and path.suffix in {".c", ".py"})
    known = set(re.findall(r"^static void (\w+)\(void \*\*state\)|^    def (test_\w+)\(", code, re.MULTILINE))
    known = {word for found in known for word in found}
    known |= {f"test_{rule}" for rule in re.findall(r"^CONTRACT\((\w+)\)", code, re.MULTILINE)}
    numbers = set()
    for line, text in enumerate((TOP / name).read_text("utf-8").splitlines(), 1):
        row = re.match(r"\| (M?\d+) \|", text)
        numbers.update([row.group(1)] if row else [])
        told = text.rsplit("|", 2)[1] if text.startswith("|") else ""
        for test in re.findall(r"`(\w+)`", told):
            if test not in known:
                yield name, line, f"there is no test {test}"
    for number in [f"M{n}" for n in range(1, 11)] + [str(n) for n in range(1, 37)]:
        if number not in numbers:
            yield name, 1, f"history {number} is missing"


def main():
    slips = []
    formatted = []
    for path, name in files():
        if BANNED_NAMES.search(name):
            slips.append((name, 1, "a file is one noun; this name is none"))
        if is_text(path):
            slips += [(name, number, sentence) for number, sentence in check_file(path, name)]
        if path.suffix in CODE and name not in DATA:
            formatted.append(name)
    slips += check_formatting(formatted)
    slips += check_scenarios()
    for name, number, sentence in slips:
        print(f"{name}:{number}: {sentence}")
    print(f"tidy: {len(slips)} slips", file=sys.stderr)
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main())
