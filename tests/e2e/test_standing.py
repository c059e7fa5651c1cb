# SPDX-License-Identifier: MPL-2.0
"""Who is in sync or how far behind, and since when: as `members`, the page and the links tell it."""
import datetime
import unittest

from plnkit.case import Case
from plnkit.records import lesson
from plnkit.wait import wait_until


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Standing(Case):

    def member(self, node, other, network):
        [row] = [row for row in node.pln("members", network, json="lines") if row["id"] == other.id]
        return row

    def link(self, node, other):
        [row] = [row for row in node.status()["peers"] if row["id"] == other.id]
        return row

    def until(self, node, other, network, in_sync):
        return wait_until(lambda: (row := self.member(node, other, network))["in_sync"] == in_sync and row,
                          self.patience, f"{other.name} is in sync: {in_sync}")

    def publish(self, node, count):
        node.api("POST", "/api/v1/records", {"records": [lesson(number) for number in range(count)]})

    def test_how_far_a_member_is_behind_and_since_when_survives_a_restart(self):
        a, b = self.node("a"), self.node("b")
        network = self.members(a, b)
        together = self.until(a, b, network, True)
        self.assertEqual(together["lacks"], 0)
        self.assertLessEqual(moment(together["since"]), now())
        wait_until(lambda: self.link(a, b)["in_sync"], self.patience, "the link is in sync")
        self.assertLessEqual(moment(self.link(a, b)["since"]), now())

        b.stop()
        wait_until(lambda: not self.member(a, b, network)["connected"], self.patience, "b is off")
        self.assertTrue(self.member(a, b, network)["in_sync"], "it went off with everything")
        parted = now()
        self.publish(a, 3)
        behind = self.until(a, b, network, False)
        self.assertEqual(behind["lacks"], 3)
        self.assertGreaterEqual(moment(behind["since"]), parted - datetime.timedelta(seconds=1))
        self.assertIn("3 behind", a.pln("members", network))
        self.assertFalse(self.link(a, b)["in_sync"])

        a.stop()
        a.start()
        again = self.member(a, b, network)
        self.assertEqual((again["in_sync"], again["lacks"], again["since"]),
                         (False, 3, behind["since"]))
        b.start()
        back = self.until(a, b, network, True)
        self.assertEqual(back["lacks"], 0)
        self.assertGreater(moment(back["since"]), moment(behind["since"]))

    def test_a_damaged_file_only_forgets(self):
        a, b = self.node("a"), self.node("b")
        network = self.members(a, b)
        self.until(a, b, network, True)
        a.stop()
        self.assertEqual((a.dir / "standing").stat().st_mode & 0o777, 0o600)
        (a.dir / "standing").write_bytes(b"zz behind\x00\xff 12\n" * 9)
        a.start()
        self.assertIn("since", self.until(a, b, network, True))


if __name__ == "__main__":
    unittest.main()
