# SPDX-License-Identifier: MPL-2.0
"""Real assignments, published from Markdown at one district, are read at the others word for word."""
import os
import pathlib
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
    """What must survive, however prose and title are split: letters and digits, in order."""
    return [word for word in "".join(c if c.isalnum() else " " for c in text).split()]


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
            record = author.pln("add", "task", "-f", str(file))
            published[record] = author.pln("show", record, json=True)["fields"]
            text = file.read_text("utf-8")
            kept = words(" ".join(str(value) for value in published[record].values()))
            self.assertEqual(words(text), kept, file)
        self.wait_records(network, len(files), hub, *districts)
        self.wait_equal(network, hub, *districts)
        for node in (hub, *districts[1:]):
            for record, fields in published.items():
                self.assertEqual(node.pln("show", record, json=True)["fields"], fields)


if __name__ == "__main__":
    unittest.main()
