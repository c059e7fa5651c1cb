# SPDX-License-Identifier: MPL-2.0
"""A copied folder: both copies run and write, everybody hears of it, the owner heals it."""
import collections
import shutil
import subprocess
import unittest

from plnkit import Case, lessons, places, wait_until, write_ndjson


class Fork(Case):
    """hub knows the first branch, other the second; late was off all the time."""

    def copy_of(self, node, name):
        """The folder of a stopped node on another machine."""
        copy = self.make(name)
        shutil.rmtree(copy.dir, ignore_errors=True)
        shutil.copytree(node.dir, copy.dir)
        (copy.dir / "ports").unlink(missing_ok=True)
        return copy

    def publish(self, node, tag, count):
        """Lessons "TAG 0", "TAG 1", ..."""
        path = write_ndjson(f"{self.root}/{tag}.ndjson", lessons(count, tag=tag))
        node.pln("import", path, "--network", self.network)

    def titles(self, node):
        """How often each title counts there."""
        records = node.pln("export", "--network", self.network, json="lines")
        return collections.Counter(record["fields"]["title"] for record in records)

    def ids(self, node):
        """id -> title of all that was not published again."""
        records = node.pln("export", "--network", self.network, json="lines")
        return {r["id"]: r["fields"]["title"] for r in records if "was" not in r["fields"]}

    def fork_of(self, node):
        forks = [f for f in node.network(self.network)["forks"] if f["lane"] == 1]
        return forks[0] if forks else None

    def founded(self):
        self.hub = self.node("hub")
        self.network = self.hub.found()
        self.other, self.author, self.late = (self.node(name)
                                              for name in ("other", "author", "late"))
        for node in (self.other, self.author, self.late):
            node.join(self.hub.invite(self.network))

    def write_apart(self, common, first, second, seen_by_late=False):
        """Both copies write behind what they have in common, each seen by one node only."""
        self.publish(self.author, "common", common)
        self.wait_records(self.network, common, self.hub, self.other, self.late)
        if not seen_by_late:
            self.late.stop()
        self.author.stop()
        self.copy = self.copy_of(self.author, "copy")
        self.other.stop()
        self.author.start()
        self.publish(self.author, "first", first)
        self.wait_records(self.network, common + first, self.hub)
        if seen_by_late:
            self.wait_records(self.network, common + first, self.late)
            self.late.stop()
        self.author.stop()
        self.hub.stop()  # who has heard of the first branch would make the copy go on elsewhere
        self.other.start()
        self.copy.start()
        self.copy.pln("peer", "add", self.other.listen, self.other.id)
        self.publish(self.copy, "second", second)
        self.wait_records(self.network, common + second, self.other)

    def meet(self, *nodes):
        """The branches meet; @nodes see the fork."""
        self.hub.start()
        self.other.pln("peer", "add", self.hub.listen, self.hub.id)
        for node in nodes:
            wait_until(lambda node=node: self.fork_of(node), self.patience, f"{node} sees the fork")

    def come_home(self):
        """Only the author's own machine is on; it holds both branches."""
        self.copy.stop()
        self.author.start()
        wait_until(lambda: self.fork_of(self.author), self.patience, "the owner hears of it")
        self.author.pln("peer", "add", self.other.listen, self.other.id)
        wait_until(lambda: self.fork_of(self.author)["whole"], self.patience,
                   "both branches are at home")

    def found(self, node):
        """The same of what the catalog finds, tag by tag."""
        rows = [row for tag in ("common", "first", "second")
                for row in node.pln("search", tag, "--limit", "100", "--network", self.network, json="lines")
                if row["fields"]["title"].startswith(tag)]
        return collections.Counter(row["fields"]["title"] for row in rows)

    def all_told(self, common, first, second):
        return collections.Counter([f"common {n}" for n in range(common)]
                                   + [f"first {n}" for n in range(first)]
                                   + [f"second {n}" for n in range(second)])

    def test_both_branches_are_seen_by_all_and_heal_brings_everything_back(self):
        self.founded()
        self.write_apart(3, 4, 2)
        self.meet(self.hub, self.other, self.copy)
        self.late.start()
        wait_until(lambda: self.fork_of(self.late), self.patience, "who was off is told, too")
        for node in (self.hub, self.other, self.late):
            fork = self.fork_of(node)
            self.assertEqual((fork["author"], fork["at"], fork["own"], fork["settled"]),
                             (self.author.id, 3, False, False), node)
            said = node.pln("status")
            self.assertIn("a chain is forked", said)
            self.assertIn("author", said)
            self.assertIn("network heal", said)
        self.wait_equal(self.network, self.hub, self.other, self.late)
        self.late.stop()
        self.come_home()
        self.assertTrue(self.fork_of(self.author)["own"])
        self.assertIn("stop one of them", self.author.pln("status"))
        branches = {"first": self.ids_of_branch(self.hub, "first"),
                    "second": self.ids_of_branch(self.other, "second")}
        done = self.author.pln("network", "heal", self.network, json=True)
        self.assertEqual((done["forks"], done["settled"], done["missing"]), (1, True, 0))
        self.late.start()  # off while it was settled
        everybody = (self.hub, self.other, self.author, self.late)
        for node in everybody:
            wait_until(lambda node=node: self.titles(node) == self.all_told(3, 4, 2),
                       self.patience, f"{node} shows each record once")
            wait_until(lambda node=node: self.found(node) == self.all_told(3, 4, 2),
                       self.patience, f"{node} finds each record once")
        self.wait_equal(self.network, *everybody)
        ids = self.ids(self.hub)
        again = [r for r in self.hub.pln("export", "--network", self.network, json="lines")
                 if "was" in r["fields"]]
        self.assertEqual(len(again), done["published"])
        settled = {tag for tag, held in branches.items() if set(held.items()) <= set(ids.items())}
        self.assertTrue(settled, "the ids of the settled branch stay")
        lost = branches["second" if "first" in settled else "first"]
        self.assertEqual({r["fields"]["was"].split("#")[0].rsplit("/", 1)[1] for r in again},
                         {place.rsplit("/", 1)[1] for place in lost})
        for node in everybody:
            self.assertTrue(self.fork_of(node)["settled"], node)
            self.assertNotIn("network heal", node.pln("status"))
            self.assertNotIn("a chain is forked", node.pln("status"))
        self.assertTrue(self.fork_of(self.author)["healed"])
        # Said once more it changes nothing, and says so; the copy that was off gets everything.
        told = self.author.try_pln("network", "heal", self.network)
        self.assertEqual(told.returncode, 0)
        self.assertIn("nothing is left to heal", told.stderr)
        self.author.stop()
        self.copy.start()
        self.wait_equal(self.network, self.hub, self.other, self.copy)
        self.assertEqual(self.titles(self.copy), self.all_told(3, 4, 2))
        self.assertEqual(self.copy.pln("network", "heal", self.network, json=True)["published"], 0)

    def test_the_branch_that_most_hold_is_settled_and_old_ids_lead_to_the_other_records(self):
        self.founded()
        self.write_apart(1, 2, 6, seen_by_late=True)
        self.meet(self.hub, self.other)
        self.late.start()
        self.come_home()
        self.author.pln("peer", "add", self.late.listen, self.late.id)
        for node in (self.hub, self.other, self.late):
            wait_until(lambda node=node: (self.author.peer(node) or {}).get("state") == "live",
                       self.patience, f"the author hears what {node} holds")
        self.author.pln("network", "heal", self.network)
        author = self.author.id.removeprefix("did:key:")
        self.wait_records(self.network, 9, self.hub, self.other, self.late)
        ids = self.ids(self.hub)
        self.assertEqual([ids[f"{self.network}/{author}/{seq}"] for seq in (1, 2, 3)],
                         ["common 0", "first 0", "first 1"])
        for seq in range(4, 8):  # known by these ids where the other branch was
            old = f"{self.network}/{author}/{seq}"
            record = self.late.pln("show", old, json=True)
            self.assertEqual(record["fields"]["title"], f"second {seq - 2}")
            self.assertNotEqual(record["id"], old)
        told = self.late.try_pln("show", f"{self.network}/{author}/8")
        self.assertEqual(told.returncode, 1)

    def ids_of_branch(self, node, tag):
        """Of the records on @node's disk that do not count now: as they were numbered."""
        count = {"first": 4, "second": 2}[tag]
        author = self.author.id.removeprefix("did:key:")
        return {f"{self.network}/{author}/{4 + n}": f"{tag} {n}" for n in range(count)}

    def test_what_only_the_other_copy_has_is_published_there(self):
        """Both dial one hub, as districts do: it holds the branch that it met first, and no other."""
        self.hub = self.node("hub", dial="named", listen=places.address())
        self.network = self.hub.found()
        self.author = self.node("author")
        self.author.join(self.hub.invite(self.network))
        self.publish(self.author, "common", 2)
        self.wait_records(self.network, 2, self.hub)
        self.author.stop()
        self.hub.stop()
        self.copy = self.copy_of(self.author, "copy")
        for node, tag, count in ((self.author, "first", 2), (self.copy, "second", 3)):
            node.start()
            self.publish(node, tag, count)
            node.stop()
        self.hub.start()
        self.author.start()
        self.wait_records(self.network, 4, self.hub)
        self.copy.start()
        wait_until(lambda: self.fork_of(self.hub), self.patience, "the hub sees the fork")
        for node in (self.author, self.copy):
            wait_until(lambda node=node: self.fork_of(node), self.patience, f"{node} hears of it")
        done = self.author.try_pln("network", "heal", self.network)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("on the other copy", done.stderr)
        self.assertIn("on the other copy", self.author.pln("status"))
        wait_until(lambda: self.fork_of(self.copy)["settled"], self.patience, "the copy hears of it")
        self.assertEqual(self.copy.pln("network", "heal", self.network, json=True)["published"], 3)
        everybody = (self.hub, self.author, self.copy)
        for node in everybody:
            wait_until(lambda node=node: self.titles(node) == self.all_told(2, 2, 3),
                       self.patience, f"{node} shows each record once")
        self.wait_equal(self.network, *everybody)
        ids = self.ids(self.hub)
        author = self.author.id.removeprefix("did:key:")
        self.assertEqual([ids[f"{self.network}/{author}/{seq}"] for seq in range(1, 5)],
                         ["common 0", "common 1", "first 0", "first 1"])
        done = self.author.pln("network", "heal", self.network, json=True)
        self.assertEqual((done["published"], done["missing"]), (0, 0))
        for node in everybody:
            self.assertNotIn("network heal", node.pln("status"))
        self.assertEqual(self.titles(self.hub), self.all_told(2, 2, 3))

    def test_who_does_not_own_the_fork_is_told_who_does(self):
        self.founded()
        told = self.hub.try_pln("network", "heal", self.network)
        self.assertEqual(told.returncode, 0)
        self.assertIn("nothing to heal", told.stderr)
        self.write_apart(1, 2, 1)
        self.meet(self.hub, self.other)
        for node in (self.hub, self.other):
            told = node.try_pln("network", "heal", self.network)
            self.assertEqual(told.returncode, 1, told)
            self.assertIn("is of author, and only its own node can settle it", told.stderr)

    def test_a_heal_that_is_killed_goes_on_when_it_is_said_again(self):
        self.founded()
        self.write_apart(2, 3000, 2500)
        self.meet(self.hub, self.other)
        self.come_home()
        for _ in range(3):
            enough = 3002 + self.random.randrange(2000)
            heal = self.author.begin_pln("network", "heal", self.network,
                                         stderr=subprocess.DEVNULL)
            try:
                wait_until(lambda: heal.poll() is not None
                           or self.author.records(self.network) >= enough, self.patience,
                           f"{enough} records count")
                self.author.kill()
            finally:
                heal.wait(self.patience)
            self.author.start()
        wait_until(lambda: self.fork_of(self.author)["settled"], self.patience, "settled")
        if not self.fork_of(self.author)["healed"]:
            self.assertIn("is not published again yet", self.author.pln("status"))
        done = self.author.pln("network", "heal", self.network, json=True)
        self.assertEqual(done["missing"], 0)
        self.assertTrue(self.fork_of(self.author)["healed"])
        self.late.start()
        everybody = (self.hub, self.other, self.author, self.late)
        for node in everybody:
            self.wait_records(self.network, 5502, node)
            self.assertEqual(self.titles(node), self.all_told(2, 3000, 2500), node)
        self.wait_equal(self.network, *everybody)

    def test_what_was_withdrawn_on_a_branch_is_not_published_again(self):
        self.founded()
        self.write_apart(1, 5, 3)
        withdrawn = f"{self.network}/{self.author.id}/3"
        self.assertEqual(self.copy.pln("show", withdrawn, json=True)["fields"]["title"], "second 1")
        self.copy.pln("retract", withdrawn, "--reason", "by mistake")
        wait_until(lambda: "second 1" not in self.titles(self.other), self.patience,
                   "withdrawn where it was")
        self.meet(self.hub, self.other)
        self.come_home()
        self.author.pln("network", "heal", self.network)
        expected = self.all_told(1, 5, 3)
        del expected["second 1"]
        for node in (self.hub, self.other, self.author):
            wait_until(lambda node=node: self.titles(node) == expected, self.patience,
                       f"{node} shows all but that one")
        self.wait_equal(self.network, self.hub, self.other, self.author)

    def test_an_author_that_was_put_out_ends_where_the_cut_is(self):
        self.founded()
        self.write_apart(2, 4, 3)
        self.meet(self.hub, self.other)
        self.copy.stop()  # who has its key is told once a minute: that shall be the author
        self.hub.pln("revoke", self.network, self.author.id, "--reason", "two machines")
        self.wait_equal(self.network, self.hub, self.other)
        self.late.start()
        self.wait_equal(self.network, self.hub, self.other, self.late)
        counts = self.hub.records(self.network)
        for node in (self.hub, self.other, self.late):
            self.assertEqual(sum(self.titles(node).values()), counts, node)
        self.author.start()
        wait_until(lambda: self.author.network(self.network).get("revoked"), self.patience,
                   "the author is told")
        told = self.author.try_pln("network", "heal", self.network)
        self.assertEqual(told.returncode, 1, told)
        self.assertIn("not a member", told.stderr)


if __name__ == "__main__":
    unittest.main()
