# SPDX-License-Identifier: MPL-2.0
"""What looks like data about students is not published until somebody vouches, and that is recorded."""
import json
import os
import pathlib
import pty
import subprocess
import unittest

from plnkit import Case, lesson

SAMPLE = "Work sample\nName: Jane Doe\nshe wrote to jane@school.org"


class Guard(Case):
    def test_a_finding_refuses_the_record_and_names_the_places(self):
        node = self.node("node")
        network = node.found()
        words = ("add", "task", "title=Bridge", f"prompt={SAMPLE}")
        done = node.try_pln(*words)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("prompt, line 2: a line with a name: Name: Jane Doe", done.stderr)
        self.assertIn("prompt, line 3: an e-mail address: jane@school.org", done.stderr)
        self.assertIn("--confirm-no-student-data", done.stderr)
        self.assertEqual(node.records(network), 0)
        record = node.pln(*words, "--confirm-no-student-data")
        self.assertIs(node.pln("show", record, json=True)["fields"]["no_student_data"], True)

    def test_nothing_found_nothing_asked_nothing_recorded(self):
        node = self.node("node")
        node.found()
        for more in ((), ("--confirm-no-student-data",)):
            record = node.pln("add", "task", "title=Bridge", "prompt=Build one.\nName: ______", *more)
            self.assertNotIn("no_student_data", node.pln("show", record, json=True)["fields"])

    def test_import_takes_the_rest_and_reports_each(self):
        node = self.node("node")
        network = node.found()
        bad = lesson(2)
        bad["fields"]["result"] = "DOB: 4/12/2011"
        file = f"{self.root}/some.ndjson"
        with open(file, "w", encoding="utf-8") as out:
            out.write("\n".join(json.dumps(row) for row in (lesson(1), bad, lesson(3))))
        done = node.try_pln("import", file)
        self.assertEqual((done.returncode, node.records(network)), (1, 2), done.stderr)
        named = [line for line in done.stderr.splitlines() if f"{file}:2: result" in line]
        self.assertEqual(len(named), 1, done.stderr)
        self.assertIn("date of birth", named[0])
        node.pln("import", file, "--skip-existing", "--confirm-no-student-data")
        self.assertEqual(node.records(network), 3)
        node.pln("import", file, "--skip-existing", "--confirm-no-student-data")
        self.assertEqual(node.records(network), 3)

    def test_on_a_terminal_each_record_is_asked_for_by_itself(self):
        node = self.node("node")
        network = node.found()
        rows = [lesson(1), lesson(2), lesson(3)]
        for number, row in enumerate(rows[:2]):
            row["fields"]["result"] = f"Student ID 471123{number} did well"
        file = pathlib.Path(self.root) / "three.ndjson"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        near, far = pty.openpty()
        work = node.begin_pln("import", str(file), stdin=far, stderr=far, stdout=subprocess.PIPE)
        os.close(far)
        said = ""
        for count, answer in enumerate((b"n\n", b"y\n"), 1):
            while said.count("[y/N]") < count:
                said += os.read(near, 4096).decode()
            os.write(near, answer)
        out = work.communicate(timeout=self.patience)[0]
        os.close(near)
        self.assertIn("imported 2, skipped 0, refused 1", out)
        self.assertEqual(node.records(network), 2)
        vouched = [row["fields"]["result"] for row in node.pln("list", json="lines")
                   if row["fields"].get("no_student_data")]
        self.assertEqual(vouched, ["Student ID 4711231 did well"])

    def test_the_api_names_the_places(self):
        node = self.node("node")
        node.found()
        fields = {"title": "Bridge", "prompt": SAMPLE}
        _, answer = node.api("POST", "/api/v1/records", {"records": [{"kind": "task", "fields": fields}]})
        error = answer["results"][0]["error"]
        self.assertEqual(error["reason"], "student-data")
        self.assertEqual([(p["field"], p["line"]) for p in error["places"]], [("prompt", 2), ("prompt", 3)])


if __name__ == "__main__":
    unittest.main()
