# SPDX-License-Identifier: MPL-2.0
"""Partner organizations, stakeholders and policy readers: rows 17, 18, 23, 28, 38 and 42 of the table of seeds. Each
test asks what that row's user asks."""
import json
import pathlib
import unittest

from plnkit import Case

DOCUMENT = """---
license: CC-BY-4.0
grades: 9-12
subjects: Science
source: Innovation Lab Network
---
# Stream study

Measure the stream and explain what you found.

## Rubric

| Criterion | 4 | 3 | 2 | 1 |
|---|---|---|---|---|
| Evidence | Several kinds | One kind | Some | None |
| Reasoning | Complete | Nearly | In part | Missing |
"""


class Partners(Case):
    def titles(self, node, *words):
        return [row["fields"]["title"] for row in node.pln("list", *words, json="lines")]

    def test_row_17_a_partner_runs_the_hub_for_the_department(self):
        state, partner, district = self.node("state"), self.node("partner"), self.node("district")
        network = state.found("Colorado districts")
        partner.join(state.invite(network, "--role", "coordinator", "--label", "Education Initiative"))
        partner.pln("add", "profile", "name=Education Initiative", "type=partner", "state=CO")
        district.join(partner.invite(network))
        district.pln("add", "profile", "name=Plains District", "type=district", "state=CO", "leaid=0800001")
        self.wait_equal(network, state, partner, district)
        roles = {row["name"]: row["role"] for row in state.pln("members", network, json="lines")}
        self.assertEqual(roles, {"state": "root", "Education Initiative": "coordinator", "district": "contributor"})
        partners = state.pln("list", "--kind", "profile", "--type", "partner", json="lines")
        self.assertEqual([row["fields"]["name"] for row in partners], ["Education Initiative"])
        self.assertNotIn("leaid", partners[0]["fields"])

    def test_row_18_a_task_packet_with_its_reviewed_criteria_leaves_and_comes_back(self):
        bank, other = self.node("bank"), self.node("other")
        bank.found("Bank")
        network = other.found("Elsewhere")
        path = pathlib.Path(self.root) / "stream.md"
        path.write_text(DOCUMENT)
        bank.pln("import", path)
        task = bank.pln("list", "--kind", "task", json="lines")[0]
        checks = [{"criterion": name, "met": "yes"} for name in ("Aligned", "Accessible", "Scorable")]
        bank.pln("add", "review", f"about={task['id']}", "decision=approve", f"checklist={json.dumps(checks)}")
        packet = pathlib.Path(self.root) / "packet.ndjson"
        packet.write_text(bank.pln("export") + "\n")
        other.pln("import", packet)
        there = other.pln("list", "--kind", "task", "--license", "CC-BY-4.0", "--grade", "11", json="lines")
        self.assertEqual(len(there), 1)
        self.assertEqual(there[0]["fields"], task["fields"])
        self.assertEqual([c["name"] for c in there[0]["fields"]["rubric"][0]["criteria"]], ["Evidence", "Reasoning"])
        review = other.pln("list", "--kind", "review", json="lines")[0]["fields"]
        self.assertEqual((review["decision"], [c["criterion"] for c in review["checklist"]]),
                         ("approve", ["Aligned", "Accessible", "Scorable"]))
        other.pln("export", "--format", "markdown", "--out", f"{self.root}/out")
        written = "".join(file.read_text() for file in pathlib.Path(self.root, "out").glob("*.md"))
        self.assertIn("| Evidence |", written)
        self.assertEqual(other.records(network), 2)

    def test_row_23_a_webinar_can_be_watched_afterwards(self):
        hub = self.node("hub")
        hub.found()
        hub.pln("add", "event", "title=Micro-credentials", "type=webinar", "begins=2016-02-10T14:00:00-05:00",
                "host=Graduate school of education", "recording=https://example.org/webinar")
        hub.pln("add", "event", "title=Visit", "type=visit", "begins=2016-03-01T09:00:00-05:00")
        found = hub.pln("list", "--kind", "event", "--type", "webinar", json="lines")
        self.assertEqual([(row["fields"]["title"], row["fields"]["recording"]) for row in found],
                         [("Micro-credentials", "https://example.org/webinar")])
        self.assertIn("https://example.org/webinar", hub.pln("show", found[0]["id"]))

    def test_row_28_stakeholders_see_who_wrote_together_and_which_competencies_lack_a_task(self):
        hub, reader = self.node("hub"), self.node("reader")
        network = hub.found()
        reader.join(hub.invite(network, "--role", "reader"))
        framework = hub.pln("add", "framework", "title=Graduate skills", "type=student")
        skills = [hub.pln("add", "competency", f"title={title}", f"framework={framework}")
                  for title in ("Argue", "Model", "Collaborate")]
        hub.pln("add", "task", "title=Town meeting", "prompt=Speak.", f"aligned={skills[0]}", f"aligned={skills[2]}",
                "by=A. Teacher", "by=B. Teacher", "by=The humanities team")
        self.wait_records(network, 5, reader)
        lacking = []
        for row in reader.pln("list", "--kind", "competency", "--sort", "title", json="lines"):
            lineage = reader.pln("show", row["id"], json=True)["lineage"]
            if not [r for r in lineage.get("spoken_of_by", []) if r["kind"] == "task"]:
                lacking.append(row["fields"]["title"])
        self.assertEqual(lacking, ["Model"])
        self.assertEqual(self.titles(reader, "--by", "The humanities team"), ["Town meeting"])
        done = reader.try_pln("add", "comment", "text=Well done")
        self.assertEqual(done.returncode, 1)
        self.assertIn("read", done.stderr)

    def test_row_38_policy_readers_find_graduate_profiles_by_issue(self):
        hub = self.node("hub")
        hub.found()
        hub.pln("add", "framework", "title=Profile of a graduate", "type=graduate", "tags=student-success")
        hub.pln("add", "framework", "title=Science standards", "type=student")
        hub.pln("add", "exemplar", "title=Diploma by portfolio", "type=policy", "principles=Meaningful qualifications",
                "narrative=n", "tags=meaningful-qualifications")
        self.assertEqual(self.titles(hub, "--type", "graduate"), ["Profile of a graduate"])
        self.assertEqual(self.titles(hub, "--tag", "meaningful-qualifications", "--type", "policy"),
                         ["Diploma by portfolio"])

    def test_row_42_six_headings_stand_on_the_front_page_in_their_order(self):
        hub = self.node("hub")
        hub.found()
        headings = ["Relevant information", "Technical assistance", "Training", "Peer learning networks", "Partnerships",
                    "Micro-credentials"]
        task = hub.pln("add", "task", "title=Brook", "prompt=Measure.")
        for number, heading in enumerate(headings, 1):
            hub.pln("add", "collection", f"title={number}. {heading}", "pinned=true",
                    f"items={json.dumps([{'record': task, 'note': heading}])}")
        rows = hub.pln("list", "--kind", "collection", "--sort", "title", json="lines")
        self.assertEqual([row["fields"]["title"].split(". ")[1] for row in rows if row["fields"]["pinned"]], headings)


if __name__ == "__main__":
    unittest.main()
