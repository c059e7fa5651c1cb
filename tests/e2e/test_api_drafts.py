# SPDX-License-Identifier: MPL-2.0
"""Drafts: written by one person, approved by another, seen by nobody else, sent to nobody."""
import unittest

from plnkit.browser import Browser, signed_in
from plnkit.case import Case

TASK = {"title": "Bridge", "prompt": "Build a bridge that carries 2 kg."}


class Drafts(Case):

    def begin(self):
        """A node with a network, a writer and somebody who may publish."""
        node = self.node("cedar")
        network = node.found("Iowa")
        return node, network, signed_in(node, "draft", "Ms. Álvarez"), signed_in(node, "publish", "Ada")

    def draft(self, browser, **more):
        answer = browser.post("/api/v1/drafts", {"kind": "task", "fields": dict(TASK), **more})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_a_draft_is_approved_by_a_second_person_and_names_its_writer(self):
        node, network, writer, editor = self.begin()
        draft = self.draft(writer)
        self.assertEqual((draft["state"], draft["writer"], draft["revision"], draft["mine"]),
                         ("open", "Ms. Álvarez", 1, True))
        self.assertEqual(draft["network"], network)
        path = f"/api/v1/drafts/{draft['id']}"
        self.assertEqual(writer.post(f"{path}/publish").status, 403)
        self.assertEqual(writer.post(f"{path}/submit").json["state"], "waiting")
        [waiting] = editor.get("/api/v1/drafts?state=waiting").json["drafts"]
        self.assertEqual((waiting["id"], waiting["mine"]), (draft["id"], False))
        back = editor.post(f"{path}/return", {"comment": "Say how strong.\nAnd how long."})
        self.assertEqual(back.json["state"], "returned")
        seen = writer.get(path).json
        self.assertEqual(seen["comment"], "Say how strong.\nAnd how long.")
        changed = writer.ask("PUT", path, {"revision": seen["revision"], "fields": {
            **TASK, "purpose": "Statics"}})
        self.assertEqual((changed.status, changed.json["state"]), (200, "open"), changed)
        writer.post(f"{path}/submit")
        done = editor.post(f"{path}/publish")
        self.assertEqual(done.status, 201, done)
        record = node.pln("show", done.json["id"], json=True)
        self.assertEqual(record["fields"]["by"], ["Ms. Álvarez"])
        self.assertEqual(record["fields"]["purpose"], "Statics")
        self.assertEqual(writer.get(path).status, 404)
        self.assertEqual(writer.get("/api/v1/drafts").json, {"drafts": [], "next": None})
        self.assertIn("a draft was published", node.log())

    def test_writers_see_their_own_drafts_only_with_every_link_of_theirs(self):
        node, _, writer, editor = self.begin()
        other = signed_in(node, "draft", "Mr. Chen")
        unnamed = [signed_in(node, "draft"), signed_in(node, "draft")]
        draft = self.draft(writer)
        mine = self.draft(unnamed[0])
        path = f"/api/v1/drafts/{draft['id']}"
        for method, where in (("GET", path), ("PUT", path), ("DELETE", path),
                              ("POST", f"{path}/submit")):
            body = {"revision": 1} if method == "PUT" else {} if method == "POST" else None
            self.assertEqual(other.ask(method, where, body).status, 404, (method, where))
        self.assertEqual(unnamed[1].get(f"/api/v1/drafts/{mine['id']}").status, 404)
        again = signed_in(node, "draft", "Ms. Álvarez")
        self.assertEqual(again.get(path).json["id"], draft["id"])
        self.assertEqual(len(editor.get("/api/v1/drafts").json["drafts"]), 2)
        self.assertEqual(Browser(node).get("/api/v1/drafts").status, 403)

    def test_a_draft_is_its_writers_until_it_is_handed_in(self):
        node, network, writer, editor = self.begin()
        manager = signed_in(node, "manage", "Mia")
        draft = self.draft(writer)
        path = f"/api/v1/drafts/{draft['id']}"

        def refused(browser, verb, status, reason, body=None):
            answer = browser.post(f"{path}/{verb}", body)
            self.assertEqual((answer.status, answer.json["reason"]), (status, reason), (verb, answer))
            self.assertIn("Ms. Álvarez", answer.json["detail"])
            self.assertTrue(answer.json["remedy"])

        def nobody_else_may():
            for browser in (editor, manager):
                refused(browser, "publish", 409, "not-handed-in")
                refused(browser, "return", 409, "not-handed-in", {"comment": "Not yet."})
            refused(editor, "submit", 403, "not-writer")

        nobody_else_may()
        writer.post(f"{path}/submit")
        editor.post(f"{path}/return", {"comment": "Say how strong."})
        nobody_else_may()
        writer.post(f"{path}/submit")
        seen = writer.get(path).json
        writer.ask("PUT", path, {"revision": seen["revision"], "fields": {**TASK, "title": "Not ready"}})
        nobody_else_may()
        # What waited when it was looked at, and is written in again, is not what was approved.
        answer = editor.post(f"{path}/publish", {"revision": seen["revision"]})
        self.assertEqual(answer.status, 409, answer)
        self.assertEqual(node.records(network), 0)
        # Her links are gone with her: whoever manages hands it in for her.
        self.assertEqual(manager.post(f"{path}/submit").json["state"], "waiting")
        done = editor.post(f"{path}/publish")
        self.assertEqual(done.status, 201, done)
        self.assertEqual(node.pln("show", done.json["id"], json=True)["fields"]["by"], ["Ms. Álvarez"])

    def test_who_may_publish_needs_nobody_for_a_draft_of_their_own(self):
        node, _, _, editor = self.begin()
        path = f"/api/v1/drafts/{self.draft(editor)['id']}"
        again = signed_in(node, "publish", "Ada")
        self.assertEqual(again.post(f"{path}/publish").status, 201)

    def test_two_who_change_one_draft_lose_nothing(self):
        _, _, writer, editor = self.begin()
        draft = self.draft(writer)
        path = f"/api/v1/drafts/{draft['id']}"
        first = writer.ask("PUT", path, {"revision": 1, "fields": {**TASK, "title": "One"}})
        self.assertEqual((first.status, first.json["revision"]), (200, 2))
        late = editor.ask("PUT", path, {"revision": 1, "fields": {**TASK, "title": "Two"}})
        self.assertEqual((late.status, late.json["reason"]), (409, "stale"))
        writer.post(f"{path}/submit")
        late = editor.post(f"{path}/publish", {"revision": 2})
        self.assertEqual((late.status, late.json["reason"]), (409, "stale"))
        self.assertEqual(writer.ask("PUT", path, {"fields": {}}).status, 400)
        self.assertEqual(writer.get(path).json["fields"]["title"], "One")

    def test_drafts_survive_a_kill_and_are_no_records(self):
        node, network, writer, _ = self.begin()
        draft = self.draft(writer)
        node.kill()
        node.start()
        status, answer = node.api("GET", f"/api/v1/drafts/{draft['id']}")
        self.assertEqual((status, answer["fields"]), (200, TASK))
        self.assertEqual(node.records(network), 0)
        self.assertEqual((node.dir / "drafts" / draft["id"]).stat().st_mode & 0o777, 0o600)

    def test_what_looks_like_students_must_be_confirmed_and_that_is_recorded(self):
        node, _, writer, editor = self.begin()
        draft = self.draft(writer, fields={**TASK, "prompt": "Work sample\nName: Jane Doe"})
        path = f"/api/v1/drafts/{draft['id']}"
        writer.post(f"{path}/submit")
        refused = editor.post(f"{path}/publish")
        self.assertEqual((refused.status, refused.json["reason"]), (422, "student-data"), refused)
        self.assertEqual(refused.json["places"][0]["line"], 2)
        done = editor.post(f"{path}/publish", {"confirm_no_student_data": True})
        self.assertEqual(done.status, 201, done)
        record = node.pln("show", done.json["id"], json=True)
        self.assertIs(record["fields"]["no_student_data"], True)

    def test_a_draft_replaces_or_adapts_a_record(self):
        node, _, writer, editor = self.begin()
        other = self.node("prairie")
        network = node.network("Iowa")["id"]
        other.join(node.invite(network))
        first = node.pln("add", "task", "title=Bridge", "prompt=Build.", "license=CC-BY-4.0",
                         "purpose=Old")
        draft = self.draft(writer, replaces=first)
        writer.post(f"/api/v1/drafts/{draft['id']}/submit")
        version = editor.post(f"/api/v1/drafts/{draft['id']}/publish")
        self.assertEqual(version.status, 201, version)
        self.assertTrue(node.pln("show", version.json["id"], json=True)["fields"]["replaces"])
        self.wait_records(network, 2, other)
        reader = signed_in(other, "publish", "Chen")
        origin = self.draft(reader, adapts=first, fields={**TASK, "title": "Our bridge"})
        done = reader.post(f"/api/v1/drafts/{origin['id']}/publish")
        self.assertEqual(done.status, 201, done)
        fields = other.pln("show", done.json["id"], json=True)["fields"]
        self.assertEqual((fields["title"], fields["license"], fields["by"]),
                         ("Our bridge", "CC-BY-4.0", ["Chen"]))
        self.assertNotIn("purpose", fields)
        self.assertTrue(fields["origin"] and fields["credit"])
        both = reader.post("/api/v1/drafts", {"kind": "task", "fields": TASK, "replaces": first,
                                              "adapts": first})
        self.assertEqual(both.status, 400)

    def test_pages_of_drafts_join_without_a_gap(self):
        _, _, writer, _ = self.begin()
        made = [self.draft(writer)["id"] for _ in range(5)]
        seen, path = [], "/api/v1/drafts?limit=2"
        while path:
            page = writer.get(path).json
            seen += [draft["id"] for draft in page["drafts"]]
            path = page["next"] and f"/api/v1/drafts?limit=2&after={page['next']}"
        self.assertEqual(sorted(seen), sorted(made))
        self.assertEqual(writer.get("/api/v1/drafts?after=nonsense").status, 400)

    def test_what_a_draft_cannot_be_is_refused(self):
        _, _, writer, _ = self.begin()
        for body in ({"kind": "poem", "fields": {}}, {"fields": {}}, {"kind": "task", "fields": []},
                     {"kind": "task", "network": 5}):
            self.assertEqual(writer.post("/api/v1/drafts", body).status, 400, body)
        large = writer.post("/api/v1/drafts", {"kind": "task", "fields": {"prompt": "x" * 400000}})
        self.assertEqual(large.status, 413, large)


class Check(Case):

    def test_all_problems_are_named_while_somebody_types(self):
        node = self.node("cedar")
        node.found("Iowa")
        writer = signed_in(node, "draft")
        answer = writer.post("/api/v1/check", {"kind": "task", "fields": {
            "prompt": "Name: Jane Doe", "grades": ["99"], "license": "CC-BY-99", "colour": "red"}})
        self.assertEqual(answer.status, 200, answer)
        fields = {problem["field"] for problem in answer.json["problems"]}
        self.assertEqual(fields, {"title", "grades", "license", "colour"})
        self.assertTrue(all(problem["sentence"] for problem in answer.json["problems"]))
        self.assertEqual([found["field"] for found in answer.json["findings"]], ["prompt"])
        good = writer.post("/api/v1/check", {"kind": "task", "fields": TASK})
        self.assertEqual(good.json, {"problems": [], "findings": []})
        self.assertEqual(writer.post("/api/v1/check", {"kind": "poem", "fields": {}}).status, 400)

    def test_it_answers_before_there_is_a_network(self):
        node = self.node("cedar")
        writer = signed_in(node, "draft")
        answer = writer.post("/api/v1/check", {"kind": "lesson", "fields": {"title": ""}})
        self.assertEqual({problem["field"] for problem in answer.json["problems"]},
                         {"title", "result", "challenge", "lesson"})


if __name__ == "__main__":
    unittest.main()
