# SPDX-License-Identifier: MPL-2.0
"""A withdrawn record goes from every node; a coordinator's withdrawal can be undone; chains verify."""
import json
import unittest

from plnkit import Case, wait_until

SECRET = "Rosalind Quillfeather of room twelve"


def shown(node, record):
    return json.loads(node.pln("show", record, "--json"))


class Retract(Case):
    def publish(self, node, text=SECRET):
        return node.pln("add", "lesson", f"title={text}", "result=r", "challenge=c",
                        "lesson=l").strip()

    def wait_gone(self, record, *nodes, why="withdrawn"):
        for node in nodes:
            wait_until(lambda n=node: shown(n, record).get("unreadable") == why, self.patience,
                       f"{node} to show {record} as {why}")

    def wait_shown(self, record, *nodes):
        for node in nodes:
            wait_until(lambda n=node: "fields" in shown(n, record), self.patience,
                       f"{node} to show {record}")

    def assert_nowhere(self, *nodes):
        for node in nodes:
            for words in (("list", "--json"), ("export",)):
                self.assertNotIn(SECRET, node.pln(*words), f"{words} on {node}")

    def test_what_its_author_withdraws_is_gone_everywhere_and_who_joins_later_ends_equal(self):
        a, b, c, d = (self.node(name) for name in "abcd")
        network = self.members(a, b, c)
        record = self.publish(b)
        b.pln("add", "lesson", "title=stays", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 2, a, b, c)
        self.assertIn(SECRET, c.pln("export"))
        b.pln("retract", record, "--reason", "names a pupil: ä, 名前")
        self.wait_gone(record, a, b, c)
        self.assert_nowhere(a, b, c)
        told = shown(c, record)
        self.assertEqual(told["withdrawn"]["by"], b.id)
        self.assertEqual(told["withdrawn"]["state"], "erased")
        self.assertEqual(told["withdrawn"]["reason"], "names a pupil: ä, 名前")
        self.assertTrue(told["vouched"]["verified"])
        text = c.pln("show", record)
        self.assertIn("names a pupil: ä, 名前", text)
        self.assertIn("Withdrawn", text)
        d.join(a.invite(network))
        self.wait_equal(network, a, b, c, d)
        self.wait_gone(record, d)
        self.assert_nowhere(d)
        self.assertEqual(d.network(network)["holes"], 0)

    def test_a_coordinators_withdrawal_hides_and_its_undo_brings_back(self):
        root, lead, ann = (self.node(name) for name in ("root", "lead", "ann"))
        network = self.members(root, ann)
        lead.join(root.invite(network, "--role", "coordinator"))
        record = self.publish(ann)
        self.wait_records(network, 1, root, lead, ann)
        refused = root.try_pln("retract", record, "--undo")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("not withdrawn", refused.stderr)
        lead.pln("retract", record, "--reason", "check the licence")
        self.wait_gone(record, root, lead, ann)
        self.assertEqual(shown(ann, record)["withdrawn"]["state"], "hidden")
        self.assert_nowhere(root, lead, ann)
        self.assertEqual(ann.try_pln("retract", record, "--undo").returncode, 1)
        lead.pln("retract", record, "--undo")
        self.wait_shown(record, root, lead, ann)
        self.assertIn(SECRET, root.pln("export"))
        lead.pln("retract", record, "--reason", "once more")
        self.wait_gone(record, root, ann)
        root.pln("retract", record, "--undo")
        self.wait_shown(record, root, lead, ann)
        self.wait_equal(network, root, lead, ann)

    def test_who_was_off_and_who_was_killed_in_the_middle_end_alike(self):
        a, b, c = (self.node(name) for name in "abc")
        network = self.members(a, b, c)
        records = [self.publish(a, f"{SECRET} {n}") for n in range(6)]
        self.wait_records(network, 6, a, b, c)
        c.stop()
        for record in records[:3]:
            a.pln("retract", record, "--reason", "mistake")
        b.kill()
        b.start()
        for record in records[3:]:
            a.pln("retract", record, "--reason", "mistake")
        c.start()
        for record in records:
            self.wait_gone(record, a, b, c)
        self.assert_nowhere(a, b, c)
        c.kill()
        c.start()
        self.wait_gone(records[0], c)
        self.wait_equal(network, a, b, c)

    def test_show_tells_how_many_members_have_confirmed_it(self):
        a, b = self.node("a"), self.node("b")
        network = self.members(a, b)
        record = self.publish(a)
        self.wait_records(network, 1, a, b)
        a.pln("retract", record, "--reason", "mistake")
        self.wait_gone(record, a, b)

        def confirmed():
            told = shown(a, record)["withdrawn"]
            return (told["confirmed"], told["members"]) == (2, 2)
        wait_until(confirmed, 180, "both members to have confirmed")
        self.assertIn("2 of 2", a.pln("show", record))

    def test_nobody_withdraws_what_is_not_theirs(self):
        root, ann, ben = (self.node(name) for name in ("root", "ann", "ben"))
        network = self.members(root, ann, ben)
        record = self.publish(ann)
        self.wait_records(network, 1, root, ann, ben)
        refused = ben.try_pln("retract", record, "--reason", "mine is better")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("only its author", refused.stderr)
        self.assertEqual(ann.try_pln("retract", record).returncode, 2)
        ann.pln("retract", record, "--reason", "x" * 512)
        again = ann.try_pln("retract", record, "--reason", "again")
        self.assertEqual(again.returncode, 1)
        self.assertIn("withdrawn already", again.stderr)
        self.assertEqual(ann.try_pln("retract", record[:-1] + "99", "--reason", "x").returncode, 1)


if __name__ == "__main__":
    unittest.main()
