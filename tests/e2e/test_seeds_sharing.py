# SPDX-License-Identifier: MPL-2.0
"""What programs of states and districts need of records alone: rows 1, 2, 5, 6, 8, 9, 15, 16, 26, 31, 35, 36 and 39
of the table of seeds. Each test asks what that row's user asks."""
import collections
import datetime
import json
import time
import unittest

from plnkit import Case


class Sharing(Case):
    def at(self, *names):
        """Nodes of one network, the first one its founder."""
        nodes = [self.node(name) for name in names]
        self.network = self.members(*nodes) if len(nodes) > 1 else nodes[0].found()
        return nodes if len(nodes) > 1 else nodes[0]

    def rows(self, node, kind):
        return node.pln("list", "--kind", kind, "--limit", "1000", json="lines")

    def fields(self, node, kind):
        return [row["fields"] for row in self.rows(node, kind)]

    def task(self, node, title, *more):
        return node.pln("add", "task", f"title={title}", "prompt=Do it.", *more)

    def test_row_1_kentucky_curator_keeps_an_ordered_list_with_notes(self):
        hub, district = self.at("hub", "district")
        first, second = self.task(district, "Brook"), self.task(district, "Boat")
        self.wait_records(self.network, 2, hub)
        items = [{"record": second, "note": "Start here"}, {"record": first, "note": "Then this"}]
        shelf = hub.pln("add", "collection", "title=Water", "pinned=true", f"items={json.dumps(items)}")
        self.wait_records(self.network, 3, district)
        found = district.pln("show", shelf, json=True)["fields"]
        titles = [district.pln("show", item["record"].split("#")[0], json=True)["fields"]["title"]
                  for item in found["items"]]
        self.assertEqual(titles, ["Boat", "Brook"])
        self.assertEqual([item["note"] for item in found["items"]], ["Start here", "Then this"])
        self.assertTrue(found["pinned"])
        # A leader reads it in the curator's order, by titles, and finds it among the pinned ones.
        shown = district.pln("show", shelf)
        self.assertRegex(shown, r"1\. Boat; Note: Start here\n2\. Brook; Note: Then this")
        self.assertEqual([row["id"] for row in self.rows(district, "collection") if row["fields"].get("pinned")], [shelf])

    def test_row_2_exemplars_by_design_principle_and_principles_with_none(self):
        hub = self.at("hub")
        principles = ["Student agency", "Shared responsibility", "Continuous improvement"]
        for title, shows in (("Workshop school", principles[0]), ("Town as school", ",".join(principles[:2]))):
            hub.pln("add", "exemplar", f"title={title}", f"principles={shows}", "narrative=It works.",
                    "nominated_by=Region 3", "reviewed_by=State team")
        by = collections.Counter(p for f in self.fields(hub, "exemplar") for p in f["principles"])
        self.assertEqual([(p, by[p]) for p in principles], list(zip(principles, (2, 1, 0))))
        shared = hub.pln("list", "--principle", "shared responsibility", json="lines")
        self.assertEqual([row["fields"]["title"] for row in shared], ["Town as school"])

    def test_rows_5_and_31_models_and_policies_of_similar_districts(self):
        hub = self.at("hub")
        hub.pln("add", "exemplar", "title=Small school", "type=school-model", "principles=Agency", "narrative=n",
                "locale=rural-remote", "enrollment=1-299", "grades=9-12", "contact=(555) 555-0100")
        hub.pln("add", "exemplar", "title=Seat time waived", "type=policy", "principles=Pace", "narrative=n",
                "locale=city-large", "enrollment=25000+")
        alike = [f["title"] for f in self.fields(hub, "exemplar")
                 if f["type"] == "school-model" and f["locale"].startswith("rural") and "11" in f.get("grades", [])]
        self.assertEqual(alike, ["Small school"])
        same = hub.pln("list", "--type", "school-model", "--locale", "rural-remote", "--grade", "11", "--size", "1-299",
                       json="lines")
        self.assertEqual([row["fields"]["title"] for row in same], ["Small school"])
        policies = hub.pln("list", "--type", "policy", json="lines")
        self.assertEqual([row["fields"]["title"] for row in policies], ["Seat time waived"])

    def test_row_6_arkansas_specialist_sees_open_needs_with_their_age_and_matches(self):
        hub, district = self.at("hub", "district")
        need = district.pln("add", "need", "title=A science task for grade 4", "state=open", "grades=4",
                            "locale=rural-distant", "subjects=Science")
        other = district.pln("add", "need", "title=A coach", "state=open")
        self.wait_records(self.network, 2, hub)
        task = self.task(hub, "Feeder", "grades=3-5", "subjects=Science")
        hub.pln("add", "match", f"need={need}", f"offers={task}", "rationale=Same grades and subject")
        hub.pln("add", "event", "title=Visit", "type=visit", "host=Feeder School", "begins=2025-10-02T09:00:00-05:00",
                "takeaways=Two teachers score together", "takeaways=The schedule makes room")
        # Which needs wait for an answer, the longest first, and since when?
        waiting = [row for row in hub.pln("list", "--kind", "need", "--state", "open", "--sort", "oldest", json="lines")
                   if not hub.pln("show", row["id"], json=True)["lineage"].get("spoken_of_by")]
        self.assertEqual([row["id"] for row in waiting], [other])
        age = time.time() - datetime.datetime.fromisoformat(waiting[0]["time"].replace("Z", "+00:00")).timestamp()
        self.assertTrue(-60 < age < 3600, age)
        [match] = hub.pln("show", need, json=True)["lineage"]["spoken_of_by"]
        self.assertEqual([offer["title"] for offer in hub.pln("show", match["id"], json=True)["lineage"]["speaks_of"]
                          if offer["as"] == "offers"], ["Feeder"])
        # ... and which districts are alike?
        for name, locale, size in (("Brook", "rural-distant", "300-999"), ("Lake", "rural-remote", "300-999"),
                                   ("Harbor", "city-large", "25000+")):
            hub.pln("add", "profile", f"name={name}", "type=district", f"locale={locale}", f"enrollment={size}", "grades=K-8")
        peers = hub.pln("list", "--kind", "profile", "--locale", "rural", "--size", "300-999", "--grade", "4",
                        "--sort", "title", json="lines")
        self.assertEqual([row["fields"]["name"] for row in peers], ["Brook", "Lake"])
        self.assertEqual(self.fields(hub, "event")[0]["takeaways"][1], "The schedule makes room")

    def test_row_8_new_hampshire_learner_gets_a_draft_reviewed(self):
        hub, learner = self.at("hub", "learner")
        draft = self.task(learner, "First try", "state=draft")
        self.wait_records(self.network, 1, hub)
        checks = [{"criterion": "Prompt is clear", "met": "yes"},
                  {"criterion": "Rubric fits the competency", "met": "no", "comment": "Levels are missing"}]
        hub.pln("add", "review", f"about={draft}", "decision=revise", f"checklist={json.dumps(checks)}")
        self.wait_records(self.network, 2, learner)
        review = learner.pln("show", draft, json=True)["lineage"]["spoken_of_by"][0]
        said = learner.pln("show", review["id"], json=True)["fields"]
        self.assertEqual((said["decision"], review["author_name"]), ("revise", "hub"))
        self.assertEqual([c["criterion"] for c in said["checklist"] if c["met"] != "yes"],
                         ["Rubric fits the competency"])
        revised = self.task(learner, "First try", "state=piloted", f"replaces={draft}", "rubric=- Claim: holds")
        changes = learner.pln("show", revised, "--history", json="lines")[0]["changes"]
        self.assertEqual({c["field"] for c in changes}, {"state", "rubric"})

    def test_rows_9_and_15_who_gives_and_who_takes(self):
        hub, one, two = self.at("hub", "one", "two")
        task = self.task(one, "Brook", "license=CC-BY-4.0")
        self.wait_records(self.network, 1, two)
        two.pln("add", "adoption", f"about={task}", "stage=administered", "times=3", "students=61")
        two.pln("adapt", task, "grades=6")
        question = two.pln("add", "comment", "type=question", "text=How long did it take?", f"about={task}")
        self.wait_records(self.network, 4, one, hub)
        one.pln("add", "comment", "type=answer", "text=Two weeks", f"answers={question}")
        one.pln("add", "comment", "type=thanks", "text=For trying it", f"about={task}")
        self.wait_records(self.network, 6, hub)
        authors = {row["id"]: row["author_name"] for row in hub.pln("list", "--limit", "1000", json="lines")}
        matrix = collections.Counter()
        for row in self.rows(hub, "adoption"):
            origin = row["fields"]["about"].split("#")[0]
            giver = next(name for record, name in authors.items() if record.endswith(origin))
            matrix[giver, row["author_name"]] += row["fields"]["times"]
        self.assertEqual(matrix, {("one", "two"): 3})
        # Who gives, who takes: what each has published for others, and taken from them.
        given = collections.Counter(row["author_name"] for row in self.rows(hub, "task") if "origin" not in row["fields"])
        taken = collections.Counter(row["author_name"] for row in self.rows(hub, "task") if "origin" in row["fields"])
        taken.update(row["author_name"] for row in self.rows(hub, "adoption"))
        self.assertEqual((given, taken), ({"one": 1}, {"two": 2}))
        # Tier 1 works in groups by subject and span of grades.
        hub.pln("add", "cohort", "title=Science 6-8", "type=working-group", "subjects=Science", "grades=6-8")
        hub.pln("add", "cohort", "title=Science 9-12", "type=working-group", "subjects=Science", "grades=9-12")
        groups = hub.pln("list", "--kind", "cohort", "--type", "working-group", "--subject", "science", "--grade", "7", json="lines")
        self.assertEqual([row["fields"]["title"] for row in groups], ["Science 6-8"])
        adapted = hub.pln("show", task, json=True)["lineage"]["adapted_by"]
        self.assertEqual([row["author_name"] for row in adapted], ["two"])
        threads = [row["fields"].get("type") for row in self.rows(hub, "comment")]
        self.assertEqual(sorted(threads), ["answer", "question", "thanks"])

    def test_row_16_one_task_in_several_networks_aligned_to_several_frameworks(self):
        hub, partner = self.at("hub", "partner")
        partner.pln("add", "profile", "name=New England partner", "type=partner")
        frameworks = [partner.pln("add", "framework", f"title={name}", "type=student") for name in ("NH", "VT")]
        competencies = [partner.pln("add", "competency", f"title=Argue from evidence ({n})", f"code={n}.1",
                                    f"framework={f}") for n, f in zip(("NH", "VT"), frameworks)]
        task = self.task(partner, "Town meeting", "license=CC-BY-4.0", *(f"aligned={c}" for c in competencies))
        found = partner.pln("show", task, json=True)["fields"]
        codes = [partner.pln("show", link.split("#")[0], json=True)["fields"]["code"] for link in found["aligned"]]
        self.assertEqual(codes, ["NH.1", "VT.1"])
        beyond = partner.found("Another state")
        copy = partner.pln("adapt", task, "--network", beyond)
        there = partner.pln("show", copy, json=True)["fields"]
        self.assertTrue(all(link.startswith(self.network) for link in there["aligned"]), there)
        self.assertEqual(there["credit"], ["Town meeting (partner), CC-BY-4.0"])
        self.assertNotIn("leaid", self.fields(partner, "profile")[0])

    def test_rows_26_35_and_36_citation_uses_choice_and_tags(self):
        node = self.at("node")
        cited = "source=Levine & Patrick, What Is Competency-Based Education?"
        self.task(node, "Letter", cited, "use=summative", "choice=Students choose what they count", "dok=4", "minutes=300",
                  "tags=equity-oriented,strategy-7", "lang=es-MX")
        self.task(node, "Exit ticket", "use=formative", "dok=1", "minutes=5", "tags=learning-centered,strategy-7")
        node.pln("add", "exemplar", "title=Advisory", "principles=Agency", "narrative=n", cited, "tags=equity-oriented")

        def titles(*words):
            return [row["fields"]["title"] for row in node.pln("list", "--sort", "title", *words, json="lines")]

        # 26: what cites a work, of whatever kind; 35: balanced assessment; 36: where an action fits.
        self.assertEqual(sorted(row["fields"]["title"] for row in node.pln("list", json="lines")
                                if "Levine & Patrick" in row["fields"].get("source", "")), ["Advisory", "Letter"])
        self.assertEqual((titles("--type", "summative"), titles("--type", "formative"), titles("--type", "interim")),
                         (["Letter"], ["Exit ticket"], []))
        self.assertEqual((titles("--dok", "4"), titles("--language", "es-MX")), (["Letter"], ["Letter"]))
        self.assertEqual(titles("--tag", "strategy-7"), ["Exit ticket", "Letter"])
        self.assertEqual(titles("--tag", "strategy-7", "--tag", "equity-oriented"), ["Letter"])
        self.assertEqual(titles("--tag", "equity-oriented"), ["Advisory", "Letter"])
        [found] = node.pln("search", "students choose", json="lines")
        self.assertEqual(found["fields"]["minutes"], 300)
        shown = node.pln("show", found["id"])
        for text in ("Students choose what they count", "summative", "equity-oriented, strategy-7", "Levine & Patrick"):
            self.assertIn(text, shown)

    def test_row_39_a_revision_is_tied_to_the_lesson_that_led_to_it(self):
        node = self.at("node")
        first = self.task(node, "Playground", "minutes=50")
        second = self.task(node, "Playground", "minutes=90", f"replaces={first}")
        lesson = node.pln("add", "lesson", "title=Give it time", "result=Half were done", "challenge=50 minutes",
                          "lesson=Give two periods", f"about={first}", f"led_to={second}")
        spoken = node.pln("show", second, json=True)["lineage"]["spoken_of_by"]
        self.assertEqual([row["id"] for row in spoken], [lesson])
        changes = node.pln("show", second, "--history", json="lines")[0]["changes"]
        self.assertEqual(changes, [{"field": "minutes", "before": 50, "after": 90}])


if __name__ == "__main__":
    unittest.main()
