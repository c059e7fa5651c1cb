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

    def sheet(self, name, text):
        path = pathlib.Path(self.root) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def tasks(self, node):
        return {row["fields"]["title"]: row["fields"] for row in node.pln("list", "--kind", "task", json="lines")}

    def test_spreadsheets_are_read_however_they_were_saved(self):
        node = self.node("node")
        node.found()
        for number, text in enumerate((
                '\ufeff"title","prompt"\r\n"One","a\r\nb"\r\n', "sep=;\r\ntitle;prompt\r\nTwo;c, d\r\n",
                'title, prompt\nThree, "a, b"\n', "Title\tInstructions\nFour\tx\n", '（室）,"title",prompt\nx,Five,p\n')):
            node.pln("import", self.sheet(f"{number}.csv", text))
        node.pln("import", "-", stdin='title,prompt,kind\nSix,"a, b",task\n')
        found = self.tasks(node)
        self.assertEqual({title: fields["prompt"] for title, fields in found.items()},
                         {"One": "a\nb", "Two": "c, d", "Three": "a, b", "Four": "x", "Five": "p\n\n（室）: x", "Six": "a, b"})

    def test_no_cell_of_a_spreadsheet_is_lost_and_a_column_without_a_field_is_said_once(self):
        node = self.node("node")
        node.found()
        path = self.sheet("more.csv", "title,prompt,Room,minutes,\nA,p,B 12,two days,x,beyond\nB,p,B 13,90,,\n")
        done = node.try_pln("import", path, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = self.tasks(node)
        self.assertEqual(found["A"]["prompt"], "p\n\nRoom: B 12\n\nminutes: two days\n\nColumn 5: x\n\nColumn 6: beyond")
        self.assertEqual((found["B"]["prompt"], found["B"]["minutes"]), ("p\n\nRoom: B 13", 90))
        self.assertEqual(done.stderr.count('"Room"'), 1)
        notes = json.loads(done.stdout)["notes"]
        self.assertEqual([note["line"] for note in notes], [2, 2, 2, 2])
        self.assertEqual({note["file"] for note in notes}, {str(path)})

    def test_a_quote_that_nothing_closes_is_named(self):
        node = self.node("node")
        network = node.found()
        done = node.try_pln("import", self.sheet("open.csv", 'title,prompt\nA,p\n"B,p\nC,p\n'))
        self.assertEqual((done.returncode, node.records(network)), (1, 1))
        self.assertIn("open.csv:3: a quotation mark that opens a cell in it is never closed", done.stderr)

    def test_what_a_field_refuses_of_a_document_stays_as_prose_and_is_said(self):
        node = self.node("node")
        node.found()
        path = self.sheet("middle.md", "---\ngrades: Middle school\nlicense: All rights reserved\ndok: hard\nminutes: 90\n---\n"
                                       "# Bridge\n\nBuild one.\n\n**Materials:**\n\nPaper\n")
        done = node.try_pln("import", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        fields = self.tasks(node)["Bridge"]
        self.assertEqual((fields["minutes"], fields["materials"]), (90, "Paper"))
        for text in ("Middle school", "All rights reserved", "hard", "Build one."):
            self.assertIn(text, fields["prompt"])
        self.assertEqual(done.stderr.count("stays as prose"), 3, done.stderr)
        self.assertEqual({"grades", "license", "dok"} & set(fields), set())

    def test_records_of_a_list_on_one_line_are_told_apart(self):
        node = self.node("node")
        network = node.found()
        rows = [lesson(1), {"kind": "lesson", "fields": {}}, lesson(2), {"kind": "lesson", "fields": {"title": "a\0b"}}]
        done = node.try_pln("import", self.sheet("list.json", json.dumps(rows)), "--json")
        problems = json.loads(done.stdout)["problems"]
        self.assertEqual([(p["line"], p["element"]) for p in problems], [(1, 2), (1, 4)])
        self.assertIn("list.json:1, record 2 of the list: title: is required", done.stderr)
        self.assertIn("which no text has", done.stderr)
        self.assertEqual(node.records(network), 2)

    def test_records_of_control_are_no_kind_to_publish_or_list(self):
        node = self.node("node")
        node.found()
        for words in (("import", "--kind", "grant", self.sheet("a.md", "# A\n\nb\n")), ("add", "grant", "x=y"),
                      ("list", "--kind", "grant"), ("search", "x", "--kind", "retract")):
            done = node.try_pln(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn("there is no kind", done.stderr)

    def test_json_tells_of_each_record_where_it_stands(self):
        node = self.node("node")
        node.found()
        file = write_ndjson(f"{self.root}/three.ndjson", [lesson(1), {"kind": "lesson", "fields": {}}, lesson(2), lesson(1)])
        first = json.loads(node.try_pln("import", file, "--json").stdout)
        ids = [row["id"] for row in reversed(node.pln("list", json="lines"))]
        self.assertEqual([(row["file"], row["line"], row["id"]) for row in first["records"]],
                         [(file, line, record) for line, record in zip((1, 3, 4), ids)])
        again = json.loads(node.try_pln("import", file, "--json", "--skip-existing").stdout)
        self.assertEqual([(row["line"], row["skipped"]) for row in again["records"]],
                         [(1, ids[0]), (3, ids[1]), (4, ids[0])])

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
