# SPDX-License-Identifier: MPL-2.0
"""A running node is named: durably, for all members to see, and whichever was said last counts."""
import unittest

from plnkit.browser import signed_in
from plnkit.case import Case
from plnkit.events import Listener
from plnkit.wait import wait_until


class Name(Case):

    def called(self, node, other, network):
        [row] = [row for row in node.pln("members", network, json="lines") if row["id"] == other.id]
        return row

    def test_a_new_name_is_told_to_members_and_survives_a_restart(self):
        a, b = self.node("a"), self.node("b")
        network = a.found()
        b.join(a.invite(network, "--label", "Bee"))
        wait_until(lambda: self.called(b, a, network)["name"] == "a", self.patience, "a is known")
        a.pln("name", "Ümlaut Schools 🌾")
        self.assertEqual(a.pln("name"), "Ümlaut Schools 🌾")
        self.assertEqual(a.pln("id", json=True)["name"], "Ümlaut Schools 🌾")
        wait_until(lambda: self.called(b, a, network)["name"] == "Ümlaut Schools 🌾", self.patience,
                   "b hears the root's new name")
        # Whom the network calls otherwise keeps that name; what it calls itself stands beside it.
        b.pln("name", "Beechwood")
        wait_until(lambda: self.called(a, b, network).get("own_name") == "Beechwood", self.patience,
                   "a hears how b calls itself")
        self.assertEqual(self.called(a, b, network)["name"], "Bee")
        self.assertEqual(self.called(b, b, network)["own_name"], "Beechwood")
        a.stop()
        a.start()
        self.assertEqual(a.status()["name"], "Ümlaut Schools 🌾")
        self.assertEqual((a.dir / "name").stat().st_mode & 0o777, 0o600)

    def test_a_setting_that_is_changed_later_counts_again(self):
        a = self.node("a")
        a.pln("name", "Said on the page")
        a.stop()
        a.settings["name"] = "Set later"
        a.start()
        self.assertEqual(a.pln("name"), "Set later")
        a.pln("name", "Said again")
        a.stop()
        a.start()
        self.assertEqual(a.pln("name"), "Said again")

    def test_a_damaged_file_leaves_the_setting(self):
        a = self.node("a")
        a.stop()
        for damaged in (b"", b"\xff\na\n", b"x" * 4000, b"only one line\n", b"\n\n"):
            (a.dir / "name").write_bytes(damaged)
            a.start()
            self.assertEqual(a.pln("name"), "a", damaged)
            a.stop()

    def test_names_that_are_none_are_refused_and_change_nothing(self):
        a = self.node("a")
        for name in ("", "x" * 129, "two\nlines", "\x1b[31m"):
            status, answer = a.api("POST", "/api/v1/name", {"name": name})
            self.assertEqual((status, answer["field"]), (400, "name"), name)
        self.assertEqual(a.pln("name"), "a")

    def test_only_who_manages_may_and_every_page_hears_of_it(self):
        a = self.node("a")
        self.assertEqual(signed_in(a, "publish").post("/api/v1/name", {"name": "x"}).status, 403)
        stream = Listener(signed_in(a, "read"), timeout=self.patience)
        self.addCleanup(stream.close)
        self.assertEqual(stream.next("state").data["name"], "a")
        self.assertEqual(signed_in(a, "manage").post("/api/v1/name", {"name": "Now"}).status, 200)
        self.assertEqual(stream.next("state").data["name"], "Now")


if __name__ == "__main__":
    unittest.main()
