# SPDX-License-Identifier: MPL-2.0
"""Who is put out is told who did it, when and why, and gets nothing else."""
import unittest

from plnkit import Case, wait_until

LESSON = ("lesson", "title=Ours", "result=r", "challenge=c", "lesson=l")


class Revoked(Case):
    def told(self, node, network):
        wait_until(lambda: "revoked" in node.network(network), self.patience, "it is told")
        return node.network(network)["revoked"]

    def test_a_member_that_was_off_reads_in_its_status_who_when_and_why(self):
        hub = self.node("hub", dial="named")
        member = self.node("member")
        network = self.members(hub, member)
        self.wait_equal(network, hub, member)
        member.stop()
        hub.pln("add", *LESSON)
        hub.pln("revoke", network, member.id, "--reason", "Moved to another cohort")
        hub.pln("add", *LESSON)
        member.start()
        told = self.told(member, network)
        self.assertEqual(told["by"], hub.id)
        self.assertEqual(told["reason"], "Moved to another cohort")
        self.assertRegex(told["time"], r"^20\d\d-\d\d-\d\dT")
        self.assertEqual(member.records(network), 0)
        said = member.pln("status")
        self.assertIn("membership ended", said)
        done = member.try_pln("add", *LESSON, "--network", network)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not a member", done.stderr)
        member.stop()
        member.start()
        self.assertEqual(member.network(network)["revoked"], told)
        member.join(hub.invite(network))
        self.wait_records(network, 2, member)
        self.assertNotIn("revoked", member.network(network))

    def test_who_was_put_out_is_called_as_before(self):
        hub = self.node("hub")
        network = hub.found()
        member = self.node("member")
        member.join(hub.invite(network, "--label", "Cedar Valley"))
        member.pln("add", *LESSON)
        self.wait_records(network, 1, hub)
        hub.pln("revoke", network, "Cedar Valley")
        self.told(member, network)
        self.assertEqual([row["author_name"] for row in hub.pln("list", json="lines")],
                         ["Cedar Valley"])
        self.assertEqual(len(hub.pln("list", "--author", "Cedar Valley", json="lines")), 1)
        alone = member.try_pln("members")
        self.assertNotIn("alone", alone.stderr)
        member.pln("network", "leave")
        member.pln("network", "leave", "--forget")  # the only one there is, although it was left

    def test_put_out_of_one_of_two_networks_the_link_stays_for_the_other(self):
        hub = self.node("hub", dial="named")
        member = self.node("member")
        first = self.members(hub, member, network="First")
        second = self.members(hub, member, network="Second")
        hub.pln("revoke", first, member.id, "--reason", "Not this one")
        self.assertEqual(self.told(member, first)["reason"], "Not this one")
        hub.pln("add", *LESSON, "--network", first)
        hub.pln("add", *LESSON, "--network", second)
        self.wait_records(second, 1, member)
        self.assertEqual(member.records(first), 0)


if __name__ == "__main__":
    unittest.main()
