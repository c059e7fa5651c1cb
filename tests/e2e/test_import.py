# SPDX-License-Identifier: MPL-2.0
"""Import takes what is good, names what is not by line and reason, and can be repeated."""
import json
import pathlib
import subprocess
import unittest

from plnkit import Case, lesson, lessons, wait_until, write_ndjson

NAMES = ["Ελληνικά", "日本語の課題", "مهمة", "Größe & Maß", "emoji 🌾🌽", "a\u0301 combining", "  spaced  "]


class Import(Case):
    def test_bad_lines_are_named_and_the_rest_is_taken(self):
        node = self.node("node")
        network = node.found()
        lines = [json.dumps(lesson(1)),
                 "{not json",
                 json.dumps({"kind": "lesson", "fields": {"title": "no more"}}),
                 json.dumps({"kind": "nonsense", "fields": {"title": "x"}}),
                 "",
                 json.dumps(lesson(2)),
                 '["a", "list"]',
                 json.dumps(lesson(3))]
        file = f"{self.root}/mixed.ndjson"
        with open(file, "w", encoding="utf-8") as out:
            out.write("\n".join(lines))
        done = node.try_pln("import", file)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 1, said)
        self.assertEqual(node.records(network), 3, said)
        for line, reason in ((2, ""), (3, "result"), (4, "kind"), (7, "")):
            named = [row for row in said.splitlines() if f":{line}:" in row or f"line {line}" in row]
            self.assertTrue(named, f"line {line} is not named in:\n{said}")
            self.assertIn(reason, named[0])

    def test_one_hostile_record_stops_no_other(self):
        node = self.node("node")
        network = node.found()
        good = json.dumps(lesson(1)).encode()
        deep = b'{"kind":"lesson","fields":{"title":' + b"[" * 500 + b"]" * 500 + b"}}"
        twice = b'{"kind":"lesson","kind":"task","fields":{}}'
        lines = [b"\xef\xbb\xbf" + good, deep, b"\0\0", b'{"kind":"lesson","fields":{"title":"a\xffb"}}', twice,
                 b'{"kind":"lesson","fields":{"title":"' + b"x" * 10_000_000 + b'"}}',
                 b'{"kind":"lesson","fields":{"title":"a\\ud800b"}}', json.dumps(lesson(2)).encode() + b"\r"]
        path = pathlib.Path(self.root) / "hostile.ndjson"
        path.write_bytes(b"\n".join(lines) + b"\n")
        done = node.try_pln("import", path, "--json")
        answer = json.loads(done.stdout)
        self.assertEqual([p["line"] for p in answer["problems"]], [2, 3, 4, 5, 6, 7], done.stderr)
        self.assertEqual(node.records(network), 2)

    def test_spreadsheets_with_bytes_that_no_text_has_are_named(self):
        node = self.node("node")
        network = node.found()
        path = pathlib.Path(self.root) / "sheet.csv"
        path.write_bytes("\ufefftitle;prompt\r\nEins;Los\r\n".encode() + b"a\0b;c\nD\xfcrer;x\nZwei;\"1\n2\"\n")
        done = node.try_pln("import", path, "--json")
        problems = [(p["line"], p["detail"].split(":")[0]) for p in json.loads(done.stdout)["problems"]]
        self.assertEqual(problems, [(3, "it has zero bytes, which no text has"), (4, "it is not UTF-8 text")])
        self.assertEqual(node.records(network), 2)

    def test_json_tells_what_was_refused_where_and_why(self):
        node = self.node("node")
        node.found()
        file = f"{self.root}/two.ndjson"
        with open(file, "w", encoding="utf-8") as out:
            out.write(json.dumps(lesson(1)) + "\n" + json.dumps({"kind": "lesson", "fields": {"title": "x"}}) + "\n")
        done = node.try_pln("import", file, f"{self.root}/none.ndjson", "--json")
        answer = json.loads(done.stdout)
        self.assertEqual((done.returncode, answer["imported"], answer["refused"]), (1, 1, 2))
        self.assertEqual([(p["file"], p["line"], p["field"]) for p in answer["problems"]],
                         [(f"{self.root}/none.ndjson", 0, ""), (file, 2, "result")])
        self.assertIn("required", answer["problems"][1]["detail"])

    def test_skip_existing_after_an_interruption(self):
        node = self.node("node")
        network = node.found()
        total = 8000
        file = write_ndjson(f"{self.root}/many.ndjson", lessons(total, 200))
        work = node.begin_pln("import", "-", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        with open(file, encoding="utf-8") as lines:  # half of it: it cannot come to its end
            work.stdin.writelines(line for line, _ in zip(lines, range(total // 2)))
            work.stdin.flush()
        wait_until(lambda: node.records(network) > 0, self.patience, "the import has begun")
        work.terminate()
        work.wait()
        work.stdin.close()
        held = node.records(network)
        self.assertLess(held, total)
        node.pln("import", file, "--skip-existing")
        self.assertEqual(node.records(network), total)
        node.pln("import", file, "--skip-existing")
        self.assertEqual(node.records(network), total)

    def test_an_exported_network_can_be_imported(self):
        one = self.node("one")
        one.found()
        one.pln("import", write_ndjson(f"{self.root}/some.ndjson", lessons(50, 100)))
        text = one.pln("export")
        two = self.node("two")
        network = two.found("Another")
        file = f"{self.root}/exported.ndjson"
        with open(file, "w", encoding="utf-8") as out:
            out.write(text + "\n")
        two.pln("import", file)
        self.assertEqual(two.records(network), 50)
        again = [json.loads(line)["fields"] for line in two.pln("export").splitlines()]
        self.assertEqual(again, [json.loads(line)["fields"] for line in text.splitlines()])

    def test_text_in_every_script_comes_back_the_same(self):
        hub = self.node("hub")
        other = self.node("other")
        network = self.members(hub, other)
        records = []
        for number, name in enumerate(NAMES):
            record = lesson(number)
            record["fields"]["title"] = name
            record["fields"]["lesson"] = f"{name}\n\n\tIndented \"quoted\" \\ back\n"
            records.append(record)
        hub.pln("import", write_ndjson(f"{self.root}/scripts.ndjson", records))
        self.wait_records(network, len(records), other)
        found = {row["fields"]["title"]: row["fields"]["lesson"]
                 for row in other.pln("list", "--limit", "100", json="lines")}
        self.assertEqual(found, {row["fields"]["title"]: row["fields"]["lesson"]
                                 for row in records})

    def test_long_names_of_nodes_and_networks(self):
        node_name = "Schulbezirk " + "ü" * 50
        hub = self.node("hub", name=node_name)
        self.assertEqual(hub.status()["name"], node_name)
        network = hub.found("Netz " + "ß" * 55)
        self.assertEqual(hub.network(network)["name"], "Netz " + "ß" * 55)
        too_long = hub.try_pln("network", "create", "x" * 129)
        self.assertEqual(too_long.returncode, 2, too_long.stdout + too_long.stderr)
        self.assertIn("128", too_long.stderr)

    def test_a_large_text_passes_and_a_too_large_one_is_named(self):
        hub = self.node("hub")
        other = self.node("other")
        network = self.members(hub, other)
        large = lesson(1)
        large["fields"]["lesson"] = lesson(7, 30000)["fields"]["result"]
        hub.pln("import", write_ndjson(f"{self.root}/large.ndjson", [large]))
        self.wait_records(network, 1, other)
        shown = other.pln("list", json="lines")[0]
        self.assertEqual(shown["fields"], large["fields"])
        huge = lesson(2)
        huge["fields"]["lesson"] = "x" * (2 << 20)
        done = hub.try_pln("import", write_ndjson(f"{self.root}/huge.ndjson", [huge, lesson(3)]))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(hub.records(network), 2, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
