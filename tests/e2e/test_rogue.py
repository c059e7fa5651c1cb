# SPDX-License-Identifier: MPL-2.0
"""A coordinator goes rogue: the root ends it at a place before that, and its victims are back."""
import datetime
import unittest

from plnkit import Case, wait_until

LESSON = ("lesson", "title=Ours", "result=r", "challenge=c", "lesson=l")


def moment():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


class Rogue(Case):
    def members_are(self, network, expected, *nodes):
        for node in nodes:
            wait_until(lambda node=node: {row["id"] for row in node.pln("members", network,
                                                                         json="lines")} == expected,
                       self.patience, f"{node.name} knows who is a member")

    def test_what_it_decided_from_then_on_is_undone_everywhere(self):
        hub = self.node("hub")
        network = hub.found()
        lead, victim, witness, friend = map(self.node, ("lead", "victim", "witness", "friend"))
        lead.join(hub.invite(network, "--role", "coordinator", "--label", "Lead"))
        victim.join(lead.invite(network, "--label", "Victim"))
        witness.join(hub.invite(network))
        victim.pln("peer", "add", hub.listen, hub.id)  # it was invited by the other one
        record = hub.pln("add", *LESSON)
        victim.pln("add", *LESSON)
        lead.pln("add", *LESSON)
        for node in (hub, lead, victim, witness):
            self.wait_records(network, 3, node)
        good = {node.id for node in (hub, victim, witness)}
        turning = moment()
        lead.pln("revoke", "Victim", "--reason", "no reason at all")
        lead.pln("retract", record, "--reason", "because I can")
        friend.join(lead.invite(network))
        friend.pln("peer", "add", hub.listen, hub.id)
        wait_until(lambda: "revoked" in victim.network(network), self.patience, "it is put out")
        self.wait_equal(network, hub, lead, witness, friend)
        hub.pln("revoke", "Lead")  # what it decided until now stands
        self.members_are(network, {hub.id, witness.id, friend.id}, hub, witness)
        done = hub.try_pln("revoke", "Lead", "--before", turning, "--reason", "went rogue")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.members_are(network, good, hub, witness, victim)
        self.wait_equal(network, hub, witness, victim)
        self.assertNotIn("revoked", victim.network(network))
        self.assertEqual(hub.records(network), 3)
        self.assertEqual(witness.pln("show", record, json=True)["fields"]["title"], "Ours")
        victim.pln("add", *LESSON)
        self.wait_records(network, 4, hub, witness)
        self.assertEqual(friend.records(network), 3)  # whom nobody let in is a stranger again
        wait_until(lambda: "revoked" in friend.network(network), self.patience, "it hears why")
        told = friend.network(network)["revoked"]
        self.assertEqual((told["by"], told["let_in_by"], told["let_in_by_name"], told["reason"]),
                         (hub.id, lead.id, "Lead", "went rogue"))
        said = " ".join(friend.try_pln("network", "show").stderr.split())
        self.assertIn("Lead, who gave it, could invite nobody by then", said)
        self.assertIn("ask another coordinator for a new ticket", said)
        hub.stop()
        hub.start()
        self.members_are(network, good, hub)
        self.assertEqual(friend.join(hub.invite(network)), network)  # as it is told
        self.assertNotIn("revoked", friend.network(network))
        self.wait_records(network, 4, friend)

    def test_who_may_undo_what_is_said(self):
        hub = self.node("hub")
        network = hub.found()
        lead, other = self.node("lead"), self.node("other")
        lead.join(hub.invite(network, "--role", "coordinator", "--label", "Lead"))
        other.join(lead.invite(network, "--label", "Other"))
        wait_until(lambda: len(hub.pln("members", json="lines")) == 3, self.patience, "all are known")
        for node, words, status, said in (
                (hub, ("Other", "--before", "1d"), 1, "coordinator"),
                (lead, ("Lead", "--before", "1d"), 1, "root"),
                (hub, ("Lead", "--before", "soon"), 2, "no time"),
                (hub, (hub.id, "--before", "1d"), 1, "coordinator")):
            done = node.try_pln("revoke", *words)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertEqual(len(hub.pln("members", json="lines")), 3)
        hub.pln("revoke", "Lead", "--before", "1d")  # it had decided nothing by then
        self.members_are(network, {hub.id}, hub)


if __name__ == "__main__":
    unittest.main()
