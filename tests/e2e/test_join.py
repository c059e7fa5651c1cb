# SPDX-License-Identifier: MPL-2.0
"""A ticket makes one member, once; networks come and go without a restart."""
import unittest

from plnkit import Case, wait_until


class Join(Case):
    def test_a_ticket_makes_a_member(self):
        hub = self.node("hub")
        network = hub.found()
        district = self.node("district")
        ticket = hub.invite(network, "--label", "Cedar Valley")
        self.assertNotIn("\n", ticket)
        self.assertEqual(district.join(ticket), network)
        members = hub.pln("members", network, json="lines")
        self.assertEqual({row["id"] for row in members}, {hub.id, district.id})
        self.assertEqual({row["role"] for row in members}, {"root", "contributor"})
        wait_until(lambda: (hub.peer(district) or {}).get("state") == "live", self.patience,
                   "a live link")

    def test_a_ticket_is_read_from_stdin_wrapped_or_not(self):
        hub = self.node("hub")
        network = hub.found()
        one = self.node("one")
        two = self.node("two")
        self.assertEqual(one.pln("join", stdin=hub.invite(network) + "\n"), network)
        ticket = hub.invite(network)
        wrapped = "\r\n".join(ticket[at:at + 30] for at in range(0, len(ticket), 30)) + "\r\n"
        self.assertEqual(two.pln("join", stdin=wrapped), network)

    def test_a_used_ticket_is_refused_to_another_node(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        self.node("first").join(ticket)
        second = self.node("second")
        done = second.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("used", done.stderr)
        self.assertEqual(second.status()["networks"], [])

    def test_a_cancelled_ticket_is_refused(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        hub.pln("invite", "--cancel", ticket)
        late = self.node("late")
        done = late.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "withdrawn|cancel")
        self.assertEqual(late.status()["networks"], [])

    def test_a_ticket_with_a_slip_is_refused_as_such(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        at = len(ticket) // 2
        slipped = ticket[:at] + ("A" if ticket[at] != "A" else "B") + ticket[at + 1:]
        other = self.node("other")
        done = other.try_pln("join", slipped)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotEqual(done.stderr.strip(), "")
        self.assertEqual(other.status()["networks"], [])

    def test_a_ticket_for_one_node_is_refused_to_another(self):
        hub = self.node("hub")
        network = hub.found()
        right = self.node("right")
        wrong = self.node("wrong")
        ticket = hub.invite(network, "--for", right.id)
        self.assertEqual(wrong.try_pln("join", ticket).returncode, 1)
        self.assertEqual(right.join(ticket), network)

    def test_a_second_network_needs_no_restart(self):
        hub = self.node("hub")
        both = self.node("both")
        only = self.node("only")
        first = self.members(hub, both, only)
        second = both.found("Incubator")
        hub.join(both.invite(second))
        record = hub.pln("add", "lesson", "--network", "Incubator", "title=Inside", "result=r",
                         "challenge=c", "lesson=l")
        hub.pln("add", "lesson", "--network", first, "title=For all", "result=r", "challenge=c",
                "lesson=l")
        self.assertTrue(record.startswith(second))
        self.wait_records(second, 1, both)
        self.wait_records(first, 1, both, only)
        self.wait_equal(second, hub, both)
        self.wait_equal(first, hub, both, only)
        self.assertIsNone(only.network(second))
        refused = hub.try_pln("add", "lesson", "title=Where", "result=r", "challenge=c", "lesson=l")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(first, refused.stderr)
        self.assertIn(second, refused.stderr)

    def test_a_revoked_member_gets_nothing_further(self):
        hub = self.node("hub")
        gone = self.node("gone")
        stays = self.node("stays")
        network = self.members(hub, gone, stays)
        gone.pln("add", "lesson", "title=Before", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 1, hub, stays)
        hub.pln("revoke", network, gone.id, "--reason", "moved away")
        wait_until(lambda: gone.id not in [row["id"] for row in stays.pln("members", network,
                                                                           json="lines")],
                   self.patience, "the others know of it")
        hub.pln("add", "lesson", "title=After", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 2, stays)
        self.assertEqual(gone.records(network), 1)

    def test_a_member_revoked_while_it_was_off_joins_again(self):
        hub = self.node("hub")
        away = self.node("away")
        network = self.members(hub, away)
        away.pln("add", "lesson", "title=Before", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 1, hub)
        away.stop()
        hub.pln("revoke", network, away.id)
        away.start()
        self.assertEqual(away.join(hub.invite(network)), network)
        away.pln("add", "lesson", "title=After", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 2, hub, away)


if __name__ == "__main__":
    unittest.main()
