# SPDX-License-Identifier: MPL-2.0
"""Who leaves is known to have left; who forgets holds nothing more, and can come back."""
import unittest

from plnkit import Case, lessons, wait_until, write_ndjson

SLICE = 20000  # entries one transaction deletes at most


class Leave(Case):
    def wait_forgotten(self, node, network):
        wait_until(lambda: node.network(network) is None, self.patience,
                   f"{node.name} has forgotten")

    def member_row(self, node, network, member):
        rows = [row for row in node.pln("members", network, json="lines") if row["id"] == member.id]
        return rows[0] if rows else {}

    def test_who_leaves_keeps_what_it_has_and_the_others_know(self):
        hub = self.node("hub")
        district = self.node("district")
        network = self.members(hub, district)
        hub.pln("import", write_ndjson(f"{self.root}/some.ndjson", lessons(100)))
        self.wait_records(network, 100, district)
        district.pln("network", "leave", network)
        wait_until(lambda: self.member_row(hub, network, district).get("left"), self.patience,
                   "the hub hears of it")
        self.assertTrue(district.network(network)["left"])
        self.assertEqual(district.records(network), 100)
        self.assertEqual(len(district.pln("export", json="lines")), 100)

    def test_who_forgets_holds_nothing_and_comes_back_by_a_new_ticket(self):
        hub = self.node("hub")
        district = self.node("district")
        network = self.members(hub, district)
        hub.pln("import", write_ndjson(f"{self.root}/some.ndjson", lessons(3000, 300)))
        district.pln("import", write_ndjson(f"{self.root}/own.ndjson", lessons(50, 300, tag="own")))
        self.wait_records(network, 3050, hub, district)
        for round_number in range(2):
            answer = district.pln("network", "leave", network, "--forget", json=True)
            self.assertTrue(answer["forgetting"])
            self.wait_forgotten(district, network)
            self.assertEqual(district.status()["peers"], [])
            self.assertEqual(district.pln("export"), "")
            wait_until(lambda: self.member_row(hub, network, district).get("left"), self.patience,
                       "the hub hears of it")
            if round_number == 1:
                district.stop()
                district.start()
            self.assertEqual(district.join(hub.invite(network)), network)
            self.wait_equal(network, hub, district)
            self.assertEqual(district.records(network), 3050 + round_number)
            district.pln("add", "lesson", f"title=Back {round_number}", "result=r", "challenge=c",
                         "lesson=l")
            self.wait_records(network, 3051 + round_number, hub)
            self.wait_equal(network, hub, district)
        titles = [row["fields"]["title"] for row in district.pln("export", json="lines")]
        self.assertEqual(len(titles), 3052)
        self.assertEqual(len(set(titles)), 3052)

    def test_kills_in_the_middle_only_delay_it(self):
        hub = self.node("hub")
        district = self.node("district")
        network = self.members(hub, district)
        other = district.found("Another network")
        district.pln("import", "--network", other,
                     write_ndjson(f"{self.root}/kept.ndjson", lessons(200, tag="kept")))
        total = 4 * SLICE
        hub.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(total)))
        self.wait_records(network, total, district)
        hub.kill()
        district.pln("network", "leave", network, "--forget")
        seen = set()
        while district.network(network) is not None:
            row = district.network(network)
            if row is not None:
                self.assertTrue(row["forgetting"])
                seen.add(row["records"])
            district.kill()
            district.start()
        self.assertTrue(seen, "a kill fell into the middle")
        self.assertEqual(district.records(other), 200)
        titles = {row["fields"]["title"] for row in district.pln("export", json="lines")}
        self.assertEqual(titles, {f"kept {number}" for number in range(200)})
        hub.start()
        self.assertEqual(hub.records(network), total)
        self.assertIsNone(district.network(network))

    def test_a_network_left_earlier_and_one_that_put_us_out_can_be_forgotten(self):
        hub = self.node("hub")
        district = self.node("district")
        left = self.members(hub, district, network="Left")
        lost = self.members(hub, district, network="Lost")
        hub.pln("import", "--network", left, write_ndjson(f"{self.root}/a.ndjson", lessons(100)))
        hub.pln("import", "--network", lost, write_ndjson(f"{self.root}/b.ndjson", lessons(100)))
        self.wait_records(left, 100, district)
        self.wait_records(lost, 100, district)
        district.pln("network", "leave", left)
        hub.pln("revoke", lost, district.id)
        wait_until(lambda: "revoked" in district.network(lost), self.patience, "it is told")
        for network in (left, lost):
            district.pln("network", "leave", network, "--forget")
            self.wait_forgotten(district, network)
        again = district.try_pln("network", "leave", left, "--forget")
        self.assertEqual(again.returncode, 1)

    def test_the_root_is_told_why_it_cannot_leave(self):
        hub = self.node("hub")
        network = hub.found()
        done = hub.try_pln("network", "leave", network, "--forget")
        self.assertEqual(done.returncode, 1)
        self.assertIn("root cannot leave", done.stderr)
        self.assertFalse(hub.network(network)["forgetting"])


if __name__ == "__main__":
    unittest.main()
