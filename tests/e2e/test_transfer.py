# SPDX-License-Identifier: MPL-2.0
"""The root of a network is handed on: who makes coordinators, who learns of it, and what is said."""
import json
import os
import pty
import unittest

from plnkit import Case, wait_until

LESSON = ("lesson", "title=Ours", "result=r", "challenge=c", "lesson=l")


class Transfer(Case):
    def wait_root(self, network, root, *nodes):
        wait_until(lambda: all(node.network(network).get("root") == root.id for node in nodes),
                   self.patience, "the new root is known to all")

    def roles(self, node, network):
        rows = [json.loads(line) for line in node.pln("members", network, "--json").splitlines()]
        return {row["id"]: row["role"] for row in rows}

    def test_the_new_root_makes_coordinators_and_the_former_one_cannot_any_longer(self):
        founder, hub, ann = (self.node(name) for name in ("founder", "hub", "ann"))
        network = self.members(founder, hub, ann)
        founder.pln("add", *LESSON)
        self.wait_records(network, 1, hub, ann)
        self.assertIn("Only this node's key can make coordinators",
                      founder.try_pln("network", "show").stderr)
        answer = json.loads(founder.pln("network", "transfer", network, hub.id, "--json"))
        self.assertEqual((answer["id"], answer["root_generation"]), (hub.id, 1))
        self.assertEqual(answer["warnings"], [])
        self.wait_root(network, hub, founder, hub, ann)
        self.assertEqual(self.roles(ann, network),
                         {founder.id: "coordinator", hub.id: "root", ann.id: "contributor"})
        self.assertEqual(founder.network(network)["role"], "coordinator")
        self.assertEqual(hub.network(network)["role"], "root")
        # The warning about the only key goes with the root.
        self.assertNotIn("make coordinators", founder.pln("status"))
        self.assertIn("Only this node's key can make coordinators", hub.pln("status"))
        shown = ann.pln("network", "show")
        self.assertIn(hub.id, shown)
        self.assertRegex(shown, r"handed on +1\n")
        # The new root makes a coordinator, who invites; the former one cannot make any.
        bea = self.node("bea")
        bea.join(hub.invite(network, "--role", "coordinator"))
        refused = founder.try_pln("invite", network, "--role", "coordinator")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("only the root", refused.stderr)
        again = founder.try_pln("network", "transfer", network, ann.id)
        self.assertEqual(again.returncode, 1)
        self.assertIn("only the root", again.stderr)
        cal = self.node("cal")
        cal.join(bea.invite(network))
        dan = self.node("dan")
        dan.join(founder.invite(network))  # a coordinator still
        for node in (founder, hub, ann, bea, cal, dan):
            node.pln("add", *LESSON)
        self.wait_records(network, 7, founder, hub, ann, bea, cal, dan)
        self.wait_equal(network, founder, hub, ann, bea, cal, dan)

    def test_who_is_off_learns_of_it_and_so_does_the_new_root_itself(self):
        founder, hub, ann = (self.node(name) for name in ("founder", "hub", "ann"))
        network = self.members(founder, hub, ann)
        self.wait_equal(network, founder, hub, ann)
        ann.stop()
        hub.stop()
        wait_until(lambda: "hub" in founder.pln("members", network)
                   and "connected" not in founder.pln("members", network), self.patience,
                   "both are gone")
        done = founder.try_pln("network", "transfer", network, "hub")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("until it is back nobody can make coordinators", done.stderr)
        founder.stop()
        founder.start()  # it stays handed on
        self.assertEqual(founder.network(network)["root"], hub.id)
        founder.pln("add", *LESSON)
        hub.start()
        ann.start()
        self.wait_root(network, hub, founder, hub, ann)
        hub.pln("network", "set", network, "--title", "Schule für alle")
        wait_until(lambda: ann.network(network).get("title") == "Schule für alle", self.patience,
                   "the new root's title")
        self.wait_records(network, 1, hub, ann)
        self.wait_equal(network, founder, hub, ann)

    def test_limits_rise_and_title_changes_for_the_root_only(self):
        founder, ann = self.node("founder"), self.node("ann")
        network = self.members(founder, ann)
        shown = json.loads(founder.pln("network", "set", network, "--max-entries", "2000000",
                                       "--max-bytes", "3000000000", "--json"))
        self.assertEqual(shown["quotas"], {"max_entries": 2000000, "max_bytes": 3000000000})
        for words, sentence in ((("--max-entries", "5"), "limits only rise"),
                                ((), "nothing to set"),
                                (("--access-version", "1"), "only rises"),
                                (("--access-version", "2"), "update plnd")):
            refused = founder.try_pln("network", "set", network, *words)
            self.assertEqual(refused.returncode, 1, words)
            self.assertIn(sentence, refused.stderr)
        self.assertEqual(founder.try_pln("network", "set", network, "--max-bytes", "x").returncode, 2)
        refused = ann.try_pln("network", "set", network, "--title", "Mine")
        self.assertIn("only the root", refused.stderr)

    def test_what_cannot_be_handed_on_is_refused_with_the_remedy(self):
        founder, reader = self.node("founder"), self.node("reader")
        network = founder.found()
        reader.join(founder.invite(network, "--role", "reader"))
        stranger = self.node("stranger")
        for member, sentence in ((founder.id, "the root already"), (stranger.id, "invite it"),
                                 (reader.id, "it is a reader")):
            refused = founder.try_pln("network", "transfer", network, member)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(sentence, refused.stderr)
        self.assertIn("network transfer", founder.try_pln("network", "leave", network).stderr)
        self.assertEqual(founder.network(network)["role"], "root")

    def test_a_person_at_a_terminal_is_asked_once_more(self):
        founder, hub = self.node("founder"), self.node("hub")
        network = self.members(founder, hub)
        for answer, root in ((b"\n", founder), (b"y\n", hub)):
            controller, terminal = pty.openpty()
            command = founder.begin_pln("network", "transfer", network, hub.id, stdin=terminal,
                                        stderr=terminal, stdout=terminal)
            os.close(terminal)
            said = b""
            while b"[y/N]" not in said:
                said += os.read(controller, 4096)
            os.write(controller, answer)
            self.assertEqual(command.wait(self.patience), 1 if root is founder else 0)
            os.close(controller)
            self.wait_root(network, root, founder)


if __name__ == "__main__":
    unittest.main()
