#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A new kind touches proto/kinds.def and one vector, nothing else: this adds one and uses it.

usage: tests/new_kind.py

Copies the tree to build/new-kind/tree, adds the kind `podcast` and its vector there, builds, and asks
everything that knows kinds: unit tests, both implementations of the vectors, and a real node."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
TREE = TOP / "build" / "new-kind" / "tree"
BUILD = TREE / "build" / "release"
TESTS = ["test_record", "test_salt", "daemon_vectors", "daemon_record_any", "daemon_record_json", "client_verbs"]
ROWS = '''
PLN_KIND(0x01F0, podcast, PERSONAL, "Podcast", "An episode that teachers may listen to")
    PLN_FIELD(16, title, LINE, 0, 1, 300, REQUIRED, TITLE, NONE,
              "Title", "What the episode is called")
    PLN_FIELD(17, notes, TEXT, 0, 1, 32000, PLAIN, PROSE, NONE,
              "Notes", "What is said in it")
    PLN_FIELD(18, minutes, UINT, 0, 1, 1000, PLAIN, NOTHING, NONE,
              "Minutes", "How long it is")
    PLN_FIELD(19, subjects, LINE, 16, 1, 100, PLAIN, SUBJECT, NONE,
              "Subjects", "What it is about")
    PLN_FIELD(20, rubric, GROUP, 50, 0, 0, PLAIN, NOTHING, rubrics,
              "Rubric", "How listeners judge it")
    PLN_FIELD(21, about, LINK, 8, 0, 0, PLAIN, NOTHING, NONE,
              "About", "Records it speaks of")
PLN_KIND_END
'''
FIELDS = {"title": "Episode 1", "notes": "How a culvert became a task.", "minutes": 31, "subjects": ["Science"],
          "rubric": [{"criteria": [{"name": "Clear", "levels": [{"name": "Yes", "points": 4}]}]}]}
WRITE = """
import json, sys
sys.path.insert(0, "tests/vectors")
from independent.answers.records import write_record
given = {"kind": "podcast", "fields": json.loads(sys.argv[1])}
case = {"name": "a podcast", "op": "record", "in": given, "out": {"hex": write_record(given)["hex"].hex()}}
print(json.dumps({"about": "a new kind", "spec": "11", "cases": [case]}))
"""


def run(*command, **more):
    done = subprocess.run(command, cwd=TREE, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **more)
    if done.returncode != 0:
        sys.exit(f"new_kind: {' '.join(command)}\n{done.stdout[-4000:]}")
    return done.stdout


def make_tree():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True).stdout.decode()
    wanted = {name: (TOP / name).read_bytes() for name in tracked.split("\0") if (TOP / name).is_file()}
    table = wanted["proto/kinds.def"].decode()
    cut = table.rindex("\n#undef PLN_CHOICES\n")
    wanted["proto/kinds.def"] = (table[:cut] + ROWS + table[cut:]).encode()
    for old in (path for path in TREE.rglob("*") if path.is_file() and BUILD not in path.parents):
        if str(old.relative_to(TREE)) not in wanted:
            old.unlink()
    for name, data in wanted.items():
        path = TREE / name
        if not path.is_file() or path.read_bytes() != data:  # what is the same need not be built again
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            shutil.copymode(TOP / name, path)
    vector = run(sys.executable, "-c", WRITE, json.dumps(FIELDS))
    (TREE / "tests" / "vectors" / "record-9.json").write_text(vector, "utf-8")


def build_tree():
    run("cmake", "-S", ".", "-B", str(BUILD), "-DCMAKE_BUILD_TYPE=Release", "-DPLN_WERROR=ON", "-Wno-dev")
    run("cmake", "--build", str(BUILD), "-j", "2", "--target", "plnd", "pln", *TESTS)


def ask_tests():
    for name in TESTS:
        run(str(BUILD / "tests" / "unit" / name))
    run(sys.executable, "tests/vectors/check.py")
    print("unit tests and both implementations of the vectors know the kind")


def ask_node():
    os.environ["PLN_BUILD"] = str(BUILD)
    sys.path.insert(0, str(TREE / "tests" / "e2e"))
    sys.dont_write_bytecode = True
    from plnkit import Case  # noqa: E402, PLC0415 (of the copied tree)

    class Podcast(Case):
        def runTest(self):
            a, b = self.node("a"), self.node("b")
            network = self.members(a, b)
            self.assertIn("How long it is", a.pln("help", "podcast"))
            names = [kind["name"] for kind in a.api("GET", "/api/v1/kinds")[1]["kinds"]]
            self.assertIn("podcast", names)
            words = [f"{name}={value if isinstance(value, (int, str)) else json.dumps(value)}"
                     for name, value in FIELDS.items() if name != "subjects"]
            id_ = a.pln("add", "podcast", *words, "subjects=Science")
            self.wait_records(network, 1, b)
            self.wait_equal(network, a, b)
            shown = b.pln("show", id_, json=True)["fields"]
            self.assertEqual(len(shown.pop("salt")), 16)
            self.assertEqual(shown, FIELDS)
            self.assertIn("Clear", b.pln("show", id_))
            for query in (("search", "culvert"), ("list", "--kind", "podcast", "--subject", "science")):
                self.assertEqual([row["id"] for row in b.pln(*query, json="lines")], [id_])
            path = pathlib.Path(self.root) / "out.ndjson"
            path.write_text(b.pln("export") + "\n")
            self.assertIn("1, skipped 0", b.pln("import", path))
            self.assertIn("Episode 1", b.pln("export", "--format", "jsonld"))
            copy = b.pln("adapt", id_, "minutes=20")
            self.assertEqual(b.pln("show", copy, json=True)["fields"]["minutes"], 20)
            done = a.try_pln("add", "podcast", "title=x", "minutes=0")
            self.assertIn("minutes", done.stderr)

    import unittest  # noqa: PLC0415
    result = unittest.TextTestRunner(verbosity=0).run(Podcast())
    if not result.wasSuccessful():
        sys.exit(1)
    print("a node publishes, syncs, finds, shows, exports, imports and adapts it")


if __name__ == "__main__":
    make_tree()
    build_tree()
    ask_tests()
    ask_node()
    print("a new kind touched proto/kinds.def and one vector")
