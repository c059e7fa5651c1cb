# SPDX-License-Identifier: MPL-2.0
"""The catalog follows what happens to records, and never at the cost of taking them in."""
import time
import unittest

from plnkit import Case, lesson, lessons, wait_until

SECONDS = 6
SHARE = 0.25
SLACK = 0.05  # the slice during which the first of them arrived, and the one at the end


class Catalog(Case):
    def worked(self, node):
        return node.metrics()["pln_catalog_cpu_nanoseconds_total"] / 1e9

    def test_it_takes_a_quarter_of_a_processor_while_entries_arrive(self):
        node = self.node("node")
        network = node.found()
        rows = [{"kind": row["kind"], "fields": row["fields"]} for row in lessons(200, 100)]
        begin, before, count = time.monotonic(), self.worked(node), 0
        while time.monotonic() - begin < SECONDS:
            status, answer = node.api("POST", "/api/v1/records", {"network": network, "records": rows})
            self.assertEqual(status, 200, answer)
            count += len(rows)
        seconds = time.monotonic() - begin
        share = (self.worked(node) - before) / seconds
        self.assertLessEqual(share, SHARE + SLACK, f"{count} records in {seconds:.1f} s")
        wait_until(lambda: node.metrics()["pln_catalog_behind"] == 0, 4 * self.patience, "the catalog has them all")

    def test_of_many_hits_pages_by_title_join_without_a_gap(self):
        # More than the 20,000 that are put in order at once: from there on an index is walked.
        node, count = self.node("node"), 20100
        node.found()
        for begin in range(0, count, 300):
            rows = [{"kind": "comment", "fields": {"text": "x"}} if number % 300 == 7 else
                    {"kind": "task", "fields": {"title": f"Bridge {number * 7919 % 20117}", "prompt": "x"}}
                    for number in range(begin, begin + 300)]
            self.assertEqual(node.api("POST", "/api/v1/records", {"records": rows})[0], 200)
        wait_until(lambda: node.metrics()["pln_catalog_behind"] == 0, 4 * self.patience, "all are searched")
        wanted = sorted(number * 7919 % 20117 for number in range(count) if number % 300 != 7)
        for question in ("records?sort=title&mark=before", "search?sort=title&q=bridge&mark=after"):
            question, mark = question.split("&mark=")
            seen, after = [], ""
            while after is not None:
                status, page = node.api("GET", f"/api/v1/{question}&limit=1000{after}")
                self.assertEqual(status, 200, page)
                seen += [int(row["fields"]["title"][7:]) for row in page["records"] if row["kind"] == "task"]
                after = page["next"] and f"&{mark}={page['next']}"
            self.assertEqual(seen, wanted, question)

    def found(self, node, words="boat"):
        return sorted(row["fields"]["title"] for row in node.pln("search", words, json="lines"))

    def test_it_follows_withdrawals_their_undoing_and_revokes_on_every_node(self):
        root, hub, author = self.node("root"), self.node("hub"), self.node("author")
        network = self.members(root, author)
        hub.join(root.invite(network, "--role", "coordinator"))
        boat, raft = (author.pln("add", "task", f"title={title} boat", "prompt=Row.") for title in ("A", "B"))
        self.wait_records(network, 2, root, hub)
        hub.pln("retract", boat, "--reason", "a mistake")
        for node in (root, hub):
            wait_until(lambda node=node: self.found(node) == ["B boat"], self.patience, "it is hidden")
        hub.pln("retract", boat, "--undo")
        for node in (root, hub, author):
            wait_until(lambda node=node: self.found(node) == ["A boat", "B boat"], self.patience, "it is back")
        author.pln("retract", raft, "--reason", "withdrawn")
        for node in (root, hub, author):
            wait_until(lambda node=node: self.found(node) == ["A boat"], self.patience, "it is gone")
            self.assertNotIn("B boat", node.pln("export"))
        author.stop()
        author.start()
        self.assertEqual(self.found(author), ["A boat"])

    def test_what_a_revoke_leaves_out_is_not_found_any_more(self):
        root, coordinator, author = self.node("root"), self.node("coordinator"), self.node("author")
        network = self.members(root, author)
        coordinator.join(root.invite(network, "--role", "coordinator"))
        author.pln("add", "task", "title=First boat", "prompt=Row.")
        self.wait_records(network, 1, root, coordinator)
        coordinator.kill()  # so that it does not hear of what comes
        author.pln("add", "task", "title=Late boat", "prompt=Row.")
        self.wait_records(network, 2, root)
        author.kill()
        root.stop()
        coordinator.start()
        coordinator.pln("revoke", network, author.id, "--reason", "left")
        root.start()
        wait_until(lambda: self.found(root) == ["First boat"], self.patience, "what the cut leaves out is set aside")
        self.assertEqual([row["fields"]["title"] for row in root.pln("list", json="lines")], ["First boat"])

    def test_a_watch_and_a_list_obey_the_same_filters(self):
        node = self.node("node")
        node.found()
        node.pln("add", "need", "title=A coach", "tier=2", "locale=rural-remote", "state=open")
        node.pln("add", "readiness", "district=Cedar", "tier=2", "as_of=2026-01-01")
        node.pln("add", "lesson", *(f"{k}={v}" for k, v in lesson(1)["fields"].items()), "themes=scheduling")
        node.pln("add", "task", "title=T", "prompt=P", "competencies=HS-ESS2-5", "grades=K-2", "license=CC0-1.0",
                 "state=draft", "dok=3", "subjects=Science", "lang=es", "tags=x", "by=A. B.")
        for words, count in ((("--tier", "2"), 2), (("--tier", "2", "--kind", "need"), 1), (("--locale", "rural-remote"), 1),
                             (("--theme", "Scheduling"), 1), (("--competency", "HS-ESS2-5"), 1), (("--grade", "K"), 1),
                             (("--grade", "1", "--grade", "2"), 1), (("--grade", "3"), 0), (("--license", "CC0-1.0"), 1),
                             (("--state", "draft", "--dok", "3"), 1), (("--subject", "science", "--tag", "x"), 1),
                             (("--language", "es", "--by", "A. B."), 1), (("--since", "1h"), 4), (("--until", "1h"), 0),
                             (("--author", "node"), 4), (("--author", "node", "--kind", "task"), 1)):
            rows = node.pln("list", *words, json="lines")
            self.assertEqual(len(rows), count, words)


if __name__ == "__main__":
    unittest.main()
