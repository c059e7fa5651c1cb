# SPDX-License-Identifier: MPL-2.0
"""What was withdrawn cannot be guessed from the hash it leaves behind."""
import hashlib
import json
import pathlib
import unittest

from plnkit import Case, wait_until

KIND, TEXT = 0x0109, 16  # comment, its field `text`


def data_of(payload):
    return hashlib.blake2b(b"pln data 1".ljust(16, b"\0") + payload, digest_size=32).hexdigest()


class Salt(Case):
    def test_short_records_about_persons_differ_for_each_author(self):
        a, b = self.node("a"), self.node("b")
        network = self.members(a, b)
        one = a.pln("add", "comment", "text=Thanks, A. B.", "--confirm-no-student-data")
        two = b.pln("add", "comment", "text=Thanks, A. B.", "--confirm-no-student-data")
        self.wait_equal(network, a, b)
        first, second = (a.pln("show", id_, json=True) for id_ in (one, two))
        self.assertNotEqual(first["fields"]["salt"], second["fields"]["salt"])
        self.assertNotEqual(first["vouched"]["data"], second["vouched"]["data"])
        self.assertNotIn(first["fields"]["salt"], a.pln("show", one), "nobody reads salt")

    def test_the_hash_that_stays_is_not_that_of_the_text(self):
        a = self.node("a")
        a.found()
        text = "Name: A. B."
        id_ = a.pln("add", "comment", f"text={text}", "--confirm-no-student-data")
        data = a.pln("show", id_, json=True)["vouched"]["data"]
        a.pln("retract", id_, "--reason", "names a student")
        wait_until(lambda: a.pln("show", id_, json=True).get("withdrawn"), self.patience, "withdrawn")
        short = bytes([0xa0 | len(text)]) + text.encode()
        for vouched in (b"", bytes([9, 0xc3])):  # with and without "no student data"
            pairs = bytes([0x80 | (2 if vouched else 1)])
            self.assertNotEqual(data_of(pairs + vouched + b"\x10" + short), data)
        left = a.pln("show", id_, json=True)
        self.assertNotIn("fields", left)

    def test_an_import_that_is_run_again_finds_what_it_published(self):
        a = self.node("a")
        a.found()
        path = pathlib.Path(self.root) / "comments.ndjson"
        rows = [{"kind": "comment", "fields": {"text": f"Comment {n}", "by": ["A. Teacher"]}} for n in range(20)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        a.pln("import", path, "--skip-existing")
        a.pln("import", path, "--skip-existing")
        self.assertEqual(a.records("Prairie Schools Collaborative"), 20)
        exported = a.pln("export")
        path.write_text(exported + "\n")
        a.pln("import", path, "--skip-existing")
        self.assertEqual(a.records("Prairie Schools Collaborative"), 20, "its own export, too")
        self.assertTrue(all("salt" in json.loads(line)["fields"] for line in exported.splitlines()))


if __name__ == "__main__":
    unittest.main()
