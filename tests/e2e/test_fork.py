# SPDX-License-Identifier: MPL-2.0
"""A copied folder: both copies run and write, everybody hears of it, the owner heals it."""
import shutil
import unittest

from plnkit import Case, wait_until


class Fork(Case):
    def copy_of(self, node, name):
        """The folder of a stopped node on another machine."""
        copy = self.make(name)
        shutil.rmtree(copy.dir, ignore_errors=True)
        shutil.copytree(node.dir, copy.dir)
        (copy.dir / "ports").unlink(missing_ok=True)
        return copy

    def fork_of(self, node, network):
        forks = [f for f in node.network(network)["forks"] if f["lane"] == 1]
        return forks[0] if forks else None

    def test_two_copies_write_and_heal_brings_everything_back(self):
        hub = self.node("hub")
        network = hub.found()
        other = self.node("other")
        other.join(hub.invite(network))
        author = self.node("author")
        author.join(hub.invite(network, "--label", "Cedar Valley"))
        for n in range(3):
            author.pln("add", "lesson", f"title=common {n}", "result=r", "challenge=c", "lesson=l",
                       "--network", network)
        self.wait_records(network, 3, hub, other, author)
        author.stop()
        copy = self.copy_of(author, "copy")
        other.stop()
        author.start()
        for n in range(4):
            author.pln("add", "lesson", f"title=first {n}", "result=r", "challenge=c", "lesson=l",
                       "--network", network)
        self.wait_records(network, 7, hub, author)
        first_ids = {r["id"]: r["fields"]["title"] for r in hub.pln("list", json="lines")}
        author.stop()
        hub.stop()  # who has heard of the other copy's records would make this one go on elsewhere
        other.start()
        copy.start()
        copy.pln("peer", "add", other.listen, other.id)
        added = [copy.pln("add", "lesson", f"title=second {n}", "result=r", "challenge=c",
                          "lesson=l", "--network", network) for n in range(2)]
        self.assertEqual(len(added), 2)
        self.wait_records(network, 5, other, copy)
        hub.start()
        other.pln("peer", "add", hub.listen, hub.id)
        for node in (hub, other, copy):
            wait_until(lambda node=node: self.fork_of(node, network), self.patience,
                       f"{node} sees the fork")
            self.assertEqual(self.fork_of(node, network)["author"], author.id)
        for node in (hub, other):
            self.assertFalse(self.fork_of(node, network)["own"])
            self.assertIn("network heal", node.pln("status"))
        copy.stop()
        author.start()
        wait_until(lambda: self.fork_of(author, network), self.patience, "the owner hears of it")
        self.assertTrue(self.fork_of(author, network)["own"])
        self.assertIn("network heal", author.pln("status"))
        author.pln("peer", "add", other.listen, other.id)
        wait_until(lambda: self.fork_of(author, network)["whole"], self.patience,
                   "both branches are at home")
        done = author.pln("network", "heal", network, json=True)
        self.assertEqual(done["missing"], 0)
        self.assertEqual(done["forks"], 1)
        self.wait_equal(network, hub, other, author)
        wait_until(lambda: hub.network(network)["records"] == author.network(network)["records"],
                   self.patience, "the same records")
        for node in (hub, other, author):
            titles = {r["fields"]["title"] for r in node.pln("list", json="lines")}
            self.assertEqual(titles, {f"common {n}" for n in range(3)}
                             | {f"first {n}" for n in range(4)}
                             | {f"second {n}" for n in range(2)}, node)
            wait_until(lambda node=node: self.fork_of(node, network)["settled"], self.patience,
                       "settled")
            self.assertNotIn("network heal", node.pln("status"))
        # The settled branch keeps its ids, what comes from the other one says what it was.
        records = {r["id"]: r for r in other.pln("list", json="lines")}
        settled = [i for i in first_ids if i in records]
        self.assertTrue({records[i]["fields"]["title"] for i in settled}
                        >= {f"common {n}" for n in range(3)})
        again = [r for r in records.values() if "was" in r["fields"]]
        self.assertEqual(len(again), done["published"])
        self.assertGreater(len(again), 0)
        # Said once more it changes nothing; the copy that was off learns of everything.
        self.assertEqual(author.pln("network", "heal", network, json=True)["published"], 0)
        author.stop()
        copy.start()
        self.wait_equal(network, hub, other, copy)


if __name__ == "__main__":
    unittest.main()
