# SPDX-License-Identifier: MPL-2.0
"""Records refer to each other by the ids people see; copies name and credit their origin; versions differ."""
import unittest

from plnkit import Case, wait_until

TASK = ("add", "task", "title=Bridge", "prompt=Build one.", "by=A. Teacher", "grades=9-12")


class Lineage(Case):
    def pair(self):
        hub, other = self.node("hub"), self.node("other")
        return hub, other, self.members(hub, other)

    def fields(self, node, record):
        return node.pln("show", record, json=True)["fields"]

    def test_a_review_names_the_record_that_it_is_about(self):
        hub, other, network = self.pair()
        task = hub.pln(*TASK)
        self.wait_records(network, 1, other)
        review = other.pln("add", "review", f"about={task}", "decision=approve",
                           'checklist=[{"criterion": "Prompt is clear", "met": "yes"}]')
        fields = self.fields(other, review)
        data = hub.pln("show", task, json=True)["vouched"]["data"][:32]
        self.assertTrue(fields["about"].endswith(f"#{data}"), fields)
        self.assertEqual(fields["refs"], [fields["about"]])
        self.wait_records(network, 2, hub)
        spoken = hub.pln("show", task, json=True)["lineage"]["spoken_of_by"]
        self.assertEqual([(row["id"], row["kind"]) for row in spoken], [(review, "review")])

    def test_a_link_leads_to_the_kinds_it_takes_only(self):
        hub, _, _ = self.pair()
        task = hub.pln(*TASK)
        for words, said in ((("add", "match", f"need={task}", f"offers={task}"), "it takes need"),
                            (("add", "comment", "text=x", f"about={task}9"), "holds no such record"),
                            (("add", "comment", "text=x", "about=that one"), "no id of a record")):
            done = hub.try_pln(*words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)

    def test_an_adaptation_names_credits_and_keeps_the_license(self):
        hub, other, network = self.pair()
        task = hub.pln(*TASK, "license=CC-BY-SA-4.0", "state=operational")
        self.wait_records(network, 1, other)
        wait_until(lambda: other.pln("show", task, json=True).get("author_name") == "hub", self.patience,
                   "the author's name has come")
        copy = other.pln("adapt", task, "grades=K-1", "materials=Paper")
        fields = self.fields(other, copy)
        self.assertEqual(fields["grades"], ["KG", "01"])
        self.assertEqual((fields["prompt"], fields["license"]), ("Build one.", "CC-BY-SA-4.0"))
        self.assertEqual(fields["credit"], ["Bridge, by A. Teacher (hub), CC-BY-SA-4.0"])
        self.assertNotIn("state", fields)
        self.assertNotIn("by", fields)
        self.assertIn(task.split("/")[1], fields["origin"][0])
        self.wait_records(network, 2, hub)
        adapted = hub.pln("show", task, json=True)["lineage"]["adapted_by"]
        self.assertEqual([(row["id"], row["author_name"]) for row in adapted], [(copy, "other")])
        self.assertIn("Adapted by", hub.pln("show", task))
        done = other.try_pln("adapt", task, "license=CC-BY-4.0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("same license (SA)", done.stderr)

    def test_what_was_adapted_from_what_is_shown_by_its_title(self):
        hub, other, network = self.pair()
        task = hub.pln(*TASK, "license=CC-BY-4.0")
        self.wait_records(network, 1, other)
        wait_until(lambda: other.pln("show", task, json=True).get("author_name") == "hub", self.patience,
                   "the author's name has come")
        copy = other.pln("adapt", task, "title=Bridge of paper")
        self.wait_records(network, 2, hub)
        wait_until(lambda: hub.pln("show", copy, json=True).get("author_name") == "other", self.patience,
                   "the other's name has come")
        self.assertRegex(hub.pln("show", task), rf"\n\nAdapted by +Bridge of paper\n    task of other\n    {copy}\n")
        self.assertRegex(other.pln("show", copy), rf"\n\nOrigin +Bridge\n    task of hub\n    {task}\n")
        [origin] = other.pln("show", copy, json=True)["lineage"]["speaks_of"]
        self.assertEqual((origin["id"], origin["as"], origin["state"], origin["title"]), (task, "origin", "held", "Bridge"))
        hub.pln("retract", task, "--reason", "a slip")
        wait_until(lambda: "withdrawn meanwhile" in other.pln("show", copy), self.patience, "it is said")

    def test_a_reference_to_another_text_is_shown_as_changed_and_not_followed(self):
        hub, other, network = self.pair()
        task = hub.pln(*TASK)
        self.wait_records(network, 1, other)
        data = hub.pln("show", task, json=True)["vouched"]["data"][:32]
        right = other.pln("add", "comment", "text=On this one", f"about={task}#{data}")
        wrong = other.pln("add", "comment", "text=On another", f"about={task}#{'0' * 32}")
        absent = other.pln("add", "comment", "text=On none", f"about={task}99#{'0' * 32}")
        self.wait_records(network, 4, hub)
        spoken = {row["id"]: row.get("changed", False) for row in hub.pln("show", task, json=True)["lineage"]["spoken_of_by"]}
        self.assertEqual(spoken, {right: False, wrong: True})
        self.assertIn("one that means another text than this", hub.pln("show", task))
        for record, state, said in ((right, "held", "Bridge"), (wrong, "changed", "changed: another text stands there now"),
                                    (absent, "absent", "not held here")):
            [about] = hub.pln("show", record, json=True)["lineage"]["speaks_of"]
            self.assertEqual((about["as"], about["state"], "title" in about), ("about", state, state == "held"))
            self.assertRegex(hub.pln("show", record), rf"About +{said}\n")
        self.assertEqual(hub.try_pln("show", f"{task}#{data}").returncode, 0)
        for verb in (("show",), ("adapt",)):
            done = hub.try_pln(*verb, f"{task}#{'0' * 32}", *(["title=x"] if verb == ("adapt",) else []))
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("changed: another text stands there now", done.stderr)

    def test_no_derivatives_are_refused_with_the_reason(self):
        hub, other, network = self.pair()
        task = hub.pln(*TASK, "license=CC-BY-ND-4.0")
        self.wait_records(network, 1, other)
        done = other.try_pln("adapt", task, "grades=8")
        self.assertEqual(done.returncode, 1)
        self.assertIn("allows no adaptations (ND)", done.stderr)
        self.assertEqual(other.records(network), 1)
        hub.pln("adapt", task, "grades=8")  # one's own license binds others

    def test_an_adaptation_crosses_networks(self):
        hub, other, network = self.pair()
        third = self.node("third")
        beyond = self.members(other, third, network="Another Network")
        task = hub.pln(*TASK, "license=CC-BY-NC-4.0")
        lesson = hub.pln("add", "lesson", "title=t", "result=r", "challenge=c", "lesson=l", f"about={task}")
        self.wait_records(network, 2, other)
        copy = other.pln("adapt", task, "--network", beyond)
        moved = other.pln("adapt", lesson, "--network", beyond)
        self.wait_records(beyond, 2, third)
        fields = self.fields(third, copy)
        self.assertTrue(fields["origin"][0].startswith(network + "/"), fields)
        self.assertEqual(fields["license"], "CC-BY-NC-4.0")
        self.assertTrue(self.fields(third, moved)["about"][0].startswith(network + "/"))
        adapted = other.pln("show", task, json=True)["lineage"]["adapted_by"]
        self.assertEqual([row["id"] for row in adapted], [copy], "who is in both sees it at the origin")
        done = other.try_pln("adapt", task, "--network", beyond, "license=CC-BY-4.0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("excludes commercial use (NC)", done.stderr)

    def test_versions_show_what_changed_field_by_field(self):
        hub, other, network = self.pair()
        first = hub.pln(*TASK, "minutes=50")
        second = hub.pln(*TASK, "minutes=90", "materials=Paper", f"replaces={first}")
        third = hub.pln(*TASK, "minutes=90", f"replaces={second}")
        self.wait_records(network, 3, other)
        versions = other.pln("show", third, "--history", json="lines")
        self.assertEqual([row["record"]["id"] for row in versions], [third, second, first])
        self.assertEqual(versions[0]["changes"], [{"field": "materials", "before": "Paper", "after": None}])
        self.assertEqual({(c["field"], c["before"], c["after"]) for c in versions[1]["changes"]},
                         {("minutes", 50, 90), ("materials", None, "Paper")})
        text = other.pln("show", third, "--history")
        self.assertIn("- 50", text)
        self.assertIn("+ 90", text)
        later = other.pln("show", first, json=True)["lineage"]["replaced_by"]
        self.assertEqual([row["id"] for row in later], [second])
        done = other.try_pln(*TASK, f"replaces={first}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("pln adapt", done.stderr)

    def test_what_speaks_of_a_record_comes_in_pages_that_join_and_hides_no_version(self):
        node = self.node("hub")
        node.found("Iowa")

        def ask(path):
            status, answer = node.api("GET", path)
            self.assertEqual(status, 200, answer)
            return answer

        task = node.pln(*TASK)
        later = node.pln(*TASK, "minutes=90", f"replaces={task}")
        node.api("POST", "/api/v1/records", {"records": [
            {"kind": "comment", "fields": {"about": task, "text": f"Number {number}."}} for number in range(230)]})
        base = f"/api/v1/records/{task}/lineage"
        seen, after = [], ""
        while after is not None:
            page = ask(f"{base}?relation=spoken_of_by&limit=100{after}")
            seen += page["records"]
            after = page["next"] and f"&after={page['next']}"
        self.assertEqual(len({row["id"] for row in seen}), 230)
        places = [int(row["id"].split("/")[2]) for row in seen]
        self.assertEqual(places, sorted(places, reverse=True), "newest first, also from page to page")
        # The record itself has the newest of each relation: what is said pushes no version out.
        lineage = ask(f"/api/v1/records/{task}")["lineage"]
        self.assertEqual([row["id"] for row in lineage["replaced_by"]], [later])
        self.assertEqual([row["id"] for row in lineage["spoken_of_by"]], [row["id"] for row in seen[:200]])
        self.assertTrue(lineage["more"])
        self.assertIn("older ones", node.pln("show", task))
        everything = ask(f"{base}?limit=200&after={seen[99]['id']}")
        self.assertEqual([row["as"] for row in everything["records"]], ["about"] * 130 + ["replaces"])
        self.assertIsNone(everything["next"])
        # A page does not go on from a place that is gone.
        node.pln("retract", seen[99]["id"], "--reason", "a slip")
        wait_until(lambda: seen[99]["id"] not in [row["id"] for row in ask(f"{base}?limit=200")["records"]],
                   self.patience, "the catalog has let go of it")
        for query, reason in ((f"after={seen[99]['id']}", "after"), ("after=x", "after"), ("limit=201", "limit"),
                              ("relation=x", "relation")):
            status, refused = node.api("GET", f"{base}?{query}")
            self.assertEqual((status, refused["reason"]), (400, reason), refused)


if __name__ == "__main__":
    unittest.main()
