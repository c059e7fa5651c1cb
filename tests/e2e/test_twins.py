# SPDX-License-Identifier: MPL-2.0
"""Two machines with one key: both are told, each writes in an epoch of its own."""
import os
import shutil
import unittest

from plnkit import Case, wait_until

LESSON = ("result=r", "challenge=c", "lesson=l")


class Twins(Case):
    def test_both_are_told_and_nothing_forks(self):
        hub = self.node("hub", dial="named")
        first = self.node("first", dial="named")
        network = self.members(hub, first)
        first.pln("add", "lesson", "title=Before", *LESSON)
        self.wait_equal(network, hub, first)
        second = self.make("second", dial="named")
        os.makedirs(second.dir, mode=0o700, exist_ok=True)
        shutil.copy2(os.path.join(first.dir, "node.key"), os.path.join(second.dir, "node.key"))
        second.start()
        self.assertEqual(second.id, first.id)
        self.assertEqual(second.join(hub.invite(network)), network)
        for at in range(3):
            first.pln("add", "lesson", f"title=First {at}", *LESSON)
            second.pln("add", "lesson", f"title=Second {at}", *LESSON)
        self.wait_records(network, 7, hub, first, second)
        self.wait_equal(network, hub, first, second)
        epochs = {row.get("epoch", 0) for row in hub.pln("list", json="lines")}
        self.assertEqual(epochs, {0, 1})
        for node in (first, second):
            wait_until(lambda: "twin" in node.status(), self.patience, f"{node.name} is told")
            twin = node.status()["twin"]
            self.assertEqual(twin["told_by"], hub.id)
            self.assertRegex(twin["since"], r"^20\d\d-")
            self.assertIn("127.0.0.1", twin["address"])
            self.assertTrue(any("Another machine" in text for text in node.status()["warnings"]))
        self.assertNotIn("twin", hub.status())
        self.assertEqual(hub.status()["refused"].get("other-base", 0), 0)


if __name__ == "__main__":
    unittest.main()
