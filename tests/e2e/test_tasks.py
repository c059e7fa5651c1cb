# SPDX-License-Identifier: MPL-2.0
"""Real assignments, published from Markdown at one district, are read at the others word for word."""
import json
import os
import pathlib
import re
import unittest

from plnkit import Case
from plnkit.places import CHECKOUT

PLACES = [os.environ.get("PLN_TEST_TASKS"), CHECKOUT / "contrib" / "samples"]


def documents():
    """Markdown documents of the first place that has some."""
    for place in filter(None, PLACES):
        found = sorted(file for file in pathlib.Path(place).rglob("*.md") if file.name != "README.md")
        if found:
            return found
    return []


def words(text):
    """Letters and digits, however prose, title and rubric are split."""
    return set("".join(c if c.isalnum() else " " for c in text).split())


def said(text):
    """The words of a document but for headings, which fields stand for, and the corner of tables."""
    lines = [line for line in text.splitlines() if not line.startswith("##")]
    return words("\n".join("|".join(line.split("|")[2:]) if re.match(r"\|\s*(Criteri\w+)?\s*\|", line)
                           and "---" in following else line
                           for line, following in zip(lines, lines[1:] + [""])))


class Tasks(Case):
    def test_published_documents_are_read_back_the_same(self):
        files = documents()
        if not files:
            self.skipTest("no Markdown tasks; set PLN_TEST_TASKS to a folder with some")
        hub = self.node("hub")
        districts = [self.node(name) for name in ("a", "b", "c")]
        network = self.members(hub, *districts)
        author = districts[0]
        published = {}
        for file in files:
            done = author.try_pln("add", "task", "-f", str(file))
            if "template" in done.stderr:
                continue  # nothing stands in it, and it says so
            self.assertEqual(done.returncode, 0, done.stderr)
            record = done.stdout.strip()
            published[record] = author.pln("show", record, json=True)["fields"]
            kept = words(json.dumps(published[record], ensure_ascii=False).replace("\\n", " "))
            self.assertLessEqual(said(file.read_text("utf-8")), kept, file)
        self.wait_records(network, len(published), hub, *districts)
        self.wait_equal(network, hub, *districts)
        for node in (hub, *districts[1:]):
            for record, fields in published.items():
                self.assertEqual(node.pln("show", record, json=True)["fields"], fields)

    def test_a_repository_of_assignments_gives_tasks_with_rubrics(self):
        folder = CHECKOUT.parent / "shared" / "data" / "tasks"
        files = sorted(map(str, folder.rglob("*.md")))
        if not files:
            self.skipTest(f"no repository of assignments at {folder}")
        node = self.node("node")
        node.found()
        done = node.try_pln("import", *files)
        rows = node.pln("list", "--limit", "1000", json="lines")
        refused = [line for line in done.stderr.splitlines() if "template" in line]
        self.assertEqual((len(files), len(rows), len(refused)), (24, 23, 1), done.stderr)
        self.assertIn("speech-recognition", refused[0])
        self.assertEqual(done.returncode, 1)
        for row in rows:
            fields = row["fields"]
            criteria = [c for part in fields["rubric"] for c in part.get("criteria", [])]
            self.assertTrue(criteria, fields["title"])
            for criterion in criteria:
                names = [level["name"] for level in criterion["levels"]]
                self.assertEqual(names, ["Exemplary", "Adequate", "Needs Improvement"])
                self.assertTrue(all(level["description"] for level in criterion["levels"]))
            self.assertNotIn("Needs Improvement", fields["prompt"])


if __name__ == "__main__":
    unittest.main()
