# SPDX-License-Identifier: MPL-2.0
"""What goes out comes in again: NDJSON whole, Markdown the same tasks, JSON-LD with every word."""
import json
import pathlib
import shutil
import subprocess
import unittest

from plnkit import Case
from plnkit.anything import fields
from plnkit.browser import Browser
from plnkit.places import CHECKOUT
from plnkit.wait import wait_until

SAMPLES = CHECKOUT / "contrib" / "samples"


def leaves(value):
    """Every text and number in a JSON value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def by_title(node):
    return {row["fields"]["title"]: row["fields"] for row in node.pln("list", "--kind", "task", json="lines")}


def processor():
    """Where npm's JSON-LD processor is, which is not ours; None without it."""
    modules = CHECKOUT / "build" / "npm" / "node_modules"
    return modules if shutil.which("node") and (modules / "jsonld").exists() else None


class Export(Case):
    def filled(self):
        node = self.node("node")
        node.found()
        node.pln("import", *map(str, sorted(SAMPLES.glob("*.ndjson"))))
        for file in sorted(SAMPLES.glob("*.md")):
            if file.name != "README.md":
                node.pln("add", "task", "-f", file)
        task = node.pln("list", "--kind", "task", "--limit", "1", json="lines")[0]["id"]
        node.pln("add", "adoption", f"about={task}", "stage=piloted", "since=2025-09-01T08:00:00-04:00")
        node.pln("adapt", task, "title=Its copy")
        return node

    def other(self, name):
        node = self.node(name)
        node.found(name)
        return node

    def test_ndjson_out_and_in_and_out_is_the_same(self):
        one, two = self.filled(), self.other("two")
        text = one.pln("export")
        two.pln("import", "-", stdin=text)
        again = two.pln("export")
        self.assertEqual([(row["kind"], row["fields"]) for row in map(json.loads, text.splitlines())],
                         [(row["kind"], row["fields"]) for row in map(json.loads, again.splitlines())])

    def test_markdown_out_and_in_gives_the_same_tasks(self):
        one, two = self.filled(), self.other("two")
        folder = pathlib.Path(self.root) / "out"
        one.pln("export", "--format", "markdown", "--out", folder)
        files = sorted(folder.iterdir())
        self.assertEqual(len(files), len(by_title(one)))
        two.pln("import", *map(str, files))
        self.assertEqual(by_title(two), by_title(one))
        boat = [file for file in files if file.name.startswith("the-cardboard-regatta-")][0].read_text("utf-8")
        self.assertIn("## Rubric\n\n| Criterion | Distinguished (4) |", boat)

    def test_markdown_of_every_kind_reads_back(self):
        one, two = self.filled(), self.other("two")
        for kind in ("lesson", "profile", "adoption"):
            folder = pathlib.Path(self.root) / kind
            one.pln("export", "--kind", kind, "--out", folder)
            two.pln("import", *map(str, sorted(folder.iterdir())))
            rows = [sorted((json.dumps(row["fields"], sort_keys=True) for row in
                            node.pln("list", "--kind", kind, json="lines"))) for node in (one, two)]
            self.assertEqual(rows[1], rows[0])

    def test_jsonld_holds_every_field(self):
        node = self.filled()
        document = json.loads(node.pln("export", "--format", "jsonld"))
        records = [json.loads(line) for line in node.pln("export").splitlines()]
        self.assertEqual(len(document["@graph"]), len(records))
        for record, item in zip(records, document["@graph"]):
            self.assertLessEqual(set(leaves(record["fields"])) - {False}, set(leaves(item)) | {False})
        task = [item for item in document["@graph"] if item["@type"] == "LearningResource"][0]
        self.assertEqual(task["license"], "https://creativecommons.org/licenses/by/4.0/")
        self.assertEqual(task["assesses"], task["teaches"])
        self.assertEqual(task["assesses"][0], {"@type": "DefinedTerm", "name": "NGSS HS-LS2-6"})
        self.assertEqual(task["educationalLevel"][0]["termCode"], "09")
        self.assertEqual(task["timeRequired"], "PT270M")
        self.assertIn("assesses", [a["alignmentType"] for a in task["educationalAlignment"]])
        copy = [item for item in document["@graph"] if item.get("name") == "Its copy"][0]
        self.assertIn("@id", copy["isBasedOn"][0])

    def test_one_record_is_described_as_in_the_whole(self):
        node = self.node("cedar")
        node.found()
        record = node.pln("add", "task", "title=Brücke", "prompt=Bau sie.")
        whole = json.loads(node.pln("export", "--format", "jsonld"))
        status, one = node.api("GET", f"/api/v1/records/{record}/jsonld")
        self.assertEqual((status, one), (200, whole))
        node.pln("retract", record, "--reason", "a slip")
        wait_until(lambda: node.api("GET", f"/api/v1/records/{record}/jsonld")[0] == 404, self.patience, "it is gone")
        self.assertEqual(json.loads(node.pln("export", "--format", "jsonld"))["@graph"], [])

    def test_one_record_as_markdown_is_the_file_of_the_export(self):
        node = self.filled()
        for kind in ("task", "lesson", "profile", "adoption"):
            folder = pathlib.Path(self.root) / f"one-{kind}"
            node.pln("export", "--kind", kind, "--out", folder)
            records = [row["id"] for row in node.pln("list", "--kind", kind, "--limit", "1000", json="lines")]
            answers = [self.markdown(node, record) for record in records]
            self.assertEqual({(status, media) for status, media, _ in answers},
                             {(200, "text/markdown; charset=utf-8")})
            self.assertEqual(sorted(text for _, _, text in answers),
                             sorted(file.read_text("utf-8") for file in folder.iterdir()))
        record = node.pln("add", "task", "title=Brücke", "prompt=Bau sie.")
        node.pln("retract", record, "--reason", "a slip")
        wait_until(lambda: self.markdown(node, record)[0] == 404, self.patience, "it is gone")

    def markdown(self, node, record):
        answer = Browser(node).get(f"/api/v1/records/{record}/markdown")
        return answer.status, answer.headers["Content-Type"], answer.text

    def test_a_jsonld_processor_expands_it_without_losing_a_word(self):
        modules = CHECKOUT / "build" / "npm" / "node_modules"
        if not shutil.which("node") or not (modules / "jsonld").exists():
            self.skipTest("no npm jsonld: contrib/deps check installs it")
        node = self.filled()
        self.assert_expands(node, self.expand)

    def test_a_processor_loses_no_word_of_any_kind_filled_at_random(self):
        node = self.node("node")
        network = node.found()
        kinds = [kind for kind in node.api("GET", "/api/v1/kinds")[1]["kinds"] if kind.get("fields")]
        for kind in kinds * 3:
            row = fields(self.random, kind, 0.8)
            if row is not None:
                status, answer = node.api("POST", "/api/v1/records", {
                    "network": network, "confirm_no_student_data": True,
                    "records": [{"kind": kind["name"], "fields": row}]})
                self.assertEqual((status, "id" in answer["results"][0]), (200, True), answer)
        self.assert_expands(node, self.expand if processor() else json.loads)

    def expand(self, text):
        modules = processor()
        if not modules:
            self.skipTest("no npm jsonld: contrib/deps check installs it")
        program = ("const jsonld = require('jsonld'); let text = ''; process.stdin.setEncoding('utf8'); process.stdin.on('data', d => text += d);"
                   "process.stdin.on('end', async () => console.log(JSON.stringify(await jsonld.expand("
                   "JSON.parse(text), {safe: true, documentLoader: () => { throw new Error('network'); }}))));")
        done = subprocess.run(["node", "-e", program], input=text, capture_output=True, encoding="utf-8",
                              env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin:/usr/local/bin"}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_expands(self, node, expand):
        text = node.pln("export", "--format", "jsonld")
        found = expand(text)
        items = found if isinstance(found, list) else found["@graph"]
        self.assertEqual(len(items), len(json.loads(text)["@graph"]))
        words = set(leaves(found))
        for line in node.pln("export").splitlines():
            self.assertLessEqual(set(leaves(json.loads(line)["fields"])), words | {False, True})

    def test_csv_columns_are_fields_by_what_people_call_them(self):
        node = self.other("node")
        file = f"{self.root}/tasks.csv"
        with open(file, "w", encoding="utf-8") as out:
            out.write('Title,Grade Levels,Instructions,Time,Licence,"Scoring guide",Room\r\n'
                      'Bridge,K-1,"Build ""one"".\nTest it.",2 hours,CC BY 4.0,'
                      '"| Criteria | Good |  Bad |\n|--|--|--|\n| Holds | yes | no |",B 12\r\n'
                      'No prompt,9,,,,,\r\n')
        done = node.try_pln("import", file)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{file}:6: prompt: is required", done.stderr)
        self.assertIn('column "Room"', done.stderr)
        fields = by_title(node)["Bridge"]
        self.assertEqual((fields["grades"], fields["minutes"], fields["license"]), (["KG", "01"], 120, "CC-BY-4.0"))
        self.assertEqual(fields["prompt"], 'Build "one".\nTest it.\n\nRoom: B 12')
        self.assertEqual(fields["rubric"][0]["criteria"][0]["name"], "Holds")


if __name__ == "__main__":
    unittest.main()
