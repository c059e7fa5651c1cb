# SPDX-License-Identifier: MPL-2.0
"""A backup is one moment of a node; restored it is that node again, and loses nothing."""
import os
import shutil
import threading
import unittest

from plnkit import Case, lessons, places, wait_until, write_ndjson


class Backup(Case):
    def file(self, name):
        return os.path.join(self.root, name)

    def passphrase(self, text="correct horse battery staple"):
        path = self.file("passphrase")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return path

    def ids(self, node):
        return {row["id"] for row in node.pln("list", json="lines")}

    def restored(self, name, backup, *words):
        node = self.make(name)
        node.pln("restore", backup, *words)
        return node

    def add(self, node, title):
        return node.pln("add", "lesson", f"title={title}", "result=r", "challenge=c", "lesson=l")

    def test_a_backup_during_an_import_restores_to_the_same_records(self):
        hub = self.node("hub")
        old = self.node("old")
        network = self.members(hub, old)
        path = self.file("lessons.ndjson")
        write_ndjson(path, lessons(10_000))
        importing = threading.Thread(target=old.pln, args=("import", path))
        importing.start()
        wait_until(lambda: old.records(network) > 1000, self.patience, "the import is under way")
        backup = self.file("pln.backup")
        done = old.try_pln("backup", backup)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("holds this node's key", done.stderr)
        self.assertEqual(os.stat(backup).st_mode & 0o777, 0o600)
        importing.join()
        self.wait_records(network, 10_000, hub)
        everything = self.ids(hub)
        old.stop()
        shutil.rmtree(old.dir)
        new = self.restored("new", backup).start()
        self.assertEqual(new.id, old.id)
        self.wait_records(network, 10_000, new)
        self.wait_equal(network, hub, new)
        self.assertEqual(self.ids(new), everything)

    def test_an_invitation_that_a_backup_holds_open_is_withdrawn_by_the_restore(self):
        """Whoever has used it since is not known yet, and it lets in one node only."""
        old, member, late = self.node("old", listen=places.address()), self.node("member"), self.node("late")
        network = old.found()
        ticket = old.invite(network)
        backup = self.file("pln.backup")
        old.pln("backup", backup)
        member.join(ticket)
        old.stop()
        new = self.make("new", listen=old.settings["listen"])
        new.pln("restore", backup)
        new.start()
        refused = late.try_pln("join", ticket)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("the invitation was withdrawn; ask for a new one", refused.stderr)
        self.assertEqual([row["state"] for row in new.pln("invite", "--list", json="lines")], ["cancelled"])
        # Nobody but the member holds its grant: a new ticket brings it in as what it was, with its records.
        record = self.add(member, "Before")
        member.join(new.invite(network))
        self.wait_records(network, 1, new)
        self.wait_equal(network, new, member)
        self.assertEqual(self.ids(new), {record})

    def test_an_old_backup_loses_nothing_and_forks_nothing(self):
        hub = self.node("hub")
        old = self.node("old")
        network = self.members(hub, old)
        self.add(old, "before")
        backup = self.file("pln.backup")
        old.pln("backup", backup)
        later = [self.add(old, f"later {i}") for i in range(5)]
        self.wait_records(network, 6, hub)
        old.stop()
        new = self.restored("new", backup).start()
        offline = self.add(new, "right after the start")
        self.wait_records(network, 7, hub, new)
        self.wait_equal(network, hub, new)
        self.assertTrue(set(later) <= self.ids(new))
        self.assertIn(offline, self.ids(hub))
        self.assertIn("/1.1", offline[len(network):])
        self.assertEqual(hub.network(network).get("forks", []), [])
        self.assertEqual(self.ids(hub), self.ids(new))

    def test_status_tells_when_the_last_backup_was_made(self):
        node = self.node("node")
        node.found()
        self.assertNotIn("backup", node.status()["copies"])
        self.assertIn("no copy", node.try_pln("network", "show").stderr
                      + node.pln("status") + node.try_pln("network", "create", "x").stderr)
        node.pln("backup", self.file("pln.backup"))
        self.assertIn("backup", node.status()["copies"])
        self.assertIn("last backup", node.pln("status"))
        self.assertNotIn("no copy", node.pln("status"))
        node.stop()
        node.start()
        self.assertIn("backup", node.status()["copies"])

    def test_a_locked_backup_opens_with_its_passphrase_only(self):
        node = self.node("node")
        node.found()
        backup = self.file("pln.backup")
        node.pln("backup", backup, "--passphrase-file", self.passphrase())
        with open(backup, "rb") as file:
            self.assertNotIn(b"Prairie", file.read())
        node.stop()
        new = self.make("new")
        done = new.try_pln("restore", backup, "--passphrase-file", self.passphrase("wrong"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("passphrase", done.stderr)
        done = new.try_pln("restore", backup)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--passphrase-file", done.stderr)
        self.assertFalse(new.dir.exists())
        new.pln("restore", backup, "--passphrase-file", self.passphrase())
        new.start()
        self.assertEqual(len(new.status()["networks"]), 1)

    def test_a_damaged_or_cut_backup_lays_nothing(self):
        node = self.node("node")
        node.found()
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        with open(backup, "rb") as file:
            good = file.read()
        new = self.make("new")
        cases = {"cut off": good[:-1], "damaged": bytearray(good), "no backup": b"x" * 1000}
        cases["damaged"][len(good) // 2] ^= 1
        for said, text in cases.items():
            with open(backup, "wb") as file:
                file.write(text)
            done = new.try_pln("restore", backup)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1)
            self.assertFalse(new.dir.exists())

    def names(self, node):
        """What lies in its folder, but for the catalog, whose files come and go."""
        return sorted(name for name in os.listdir(node.dir) if not name.startswith("catalog.db"))

    def test_a_folder_in_use_is_never_restored_into(self):
        node = self.node("node")
        node.found()
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        before = self.names(node)
        done = node.try_pln("restore", backup)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not empty", done.stderr)
        self.assertEqual(self.names(node), before)

    def test_a_backup_replaces_backups_only(self):
        node = self.node("node")
        node.found()
        other = self.file("report.txt")
        with open(other, "w", encoding="utf-8") as file:
            file.write("a year's work\n")
        done = node.try_pln("backup", other)
        self.assertEqual(done.returncode, 1)
        with open(other, encoding="utf-8") as file:
            self.assertEqual(file.read(), "a year's work\n")
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        node.pln("backup", backup)
        self.assertEqual(node.try_pln("backup", self.file("no/such/folder")).returncode, 1)

    def test_a_backup_that_is_killed_leaves_the_older_one(self):
        node = self.node("node")
        node.found()
        path = self.file("lessons.ndjson")
        write_ndjson(path, lessons(5_000))
        node.pln("import", path)
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        with open(backup, "rb") as file:
            before = file.read()
        for _ in range(3):
            running = node.begin_pln("backup", backup)
            wait_until(lambda: running.poll() is not None or os.path.exists(backup + ".part"),
                       self.patience, "it writes")
            running.kill()
            running.wait()
        running = node.begin_pln("backup", backup)
        node.kill()
        running.wait()
        node.start()
        node.pln("backup", backup)
        new = self.restored("new", backup)
        node.stop()
        new.start()
        self.assertEqual(new.status()["networks"][0]["records"], 5_000)
        self.assertTrue(before)

    def test_a_first_start_that_is_killed_goes_on_at_the_next(self):
        node = self.node("node")
        network = node.found()
        path = self.file("lessons.ndjson")
        write_ndjson(path, lessons(20_000))
        node.pln("import", path)
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        node.stop()
        for attempt in range(4):
            new = self.restored(f"new-{attempt}", backup)
            for _ in range(3):
                self.cut_a_start_off(new)
            new.start()
            self.assertEqual(new.records(network), 20_000)
            self.assertEqual([name for name in os.listdir(new.dir)
                              if name.startswith(("incoming", "taking"))], [])
            new.kill()

    def cut_a_start_off(self, node):
        """SIGKILL somewhere while it takes the backup in."""
        starting = threading.Thread(target=self.try_start, args=(node,))
        starting.start()
        wait_until(lambda: node.process is not None, self.patience, "it starts")
        process = node.process
        wait_until(lambda: process.poll() is not None
                   or (node.dir / "taking").exists() or (node.dir / "store").exists(),
                   self.patience, "it takes in")
        if self.random.random() < 0.5:
            wait_until(lambda: process.poll() is not None or (node.dir / "store").exists(),
                       self.patience, "it has taken in")
        process.kill()
        starting.join()
        node.kill()

    @staticmethod
    def try_start(node):
        try:
            node.start()
        except AssertionError:
            pass

    def test_a_restore_that_is_killed_is_told_and_begun_anew(self):
        node = self.node("node")
        network = node.found()
        path = self.file("lessons.ndjson")
        write_ndjson(path, lessons(20_000))
        node.pln("import", path)
        backup = self.file("pln.backup")
        node.pln("backup", backup)
        node.stop()
        new = self.make("new")
        running = new.begin_pln("restore", backup)
        wait_until(lambda: running.poll() is not None or (new.dir / "incoming.part").exists(),
                   self.patience, "it lays")
        running.kill()
        running.wait()
        if (new.dir / "incoming.part").exists():
            self.assertIn("pln restore", new.refuse_to_start())
            new.pln("restore", backup)
        new.start()
        self.assertEqual(new.records(network), 20_000)


if __name__ == "__main__":
    unittest.main()
