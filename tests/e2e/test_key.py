# SPDX-License-Identifier: MPL-2.0
"""With nothing but the exported key a new machine gets all its networks' records back."""
import os
import pty
import shutil
import termios
import unittest

from plnkit import Case, places, wait_until


class Key(Case):
    def file(self, name, text=None):
        path = os.path.join(self.root, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def export(self, node, *words):
        path = self.file("pln.key")
        secret = self.file("passphrase", "Größe 🌾 staple\n")
        node.pln("key", "export", path, "--passphrase-file", secret, *words)
        return path, secret

    def add(self, node, title, network):
        return node.pln("add", "lesson", "--network", network, f"title={title}", "result=r",
                        "challenge=c", "lesson=l")

    def test_a_new_machine_gets_everything_of_two_networks(self):
        hub = self.node("hub")
        other = self.node("other")
        old = self.node("old")
        first = self.members(hub, old, network="First")
        second = self.members(other, old, network="Second")
        for number in range(3):
            self.add(old, f"mine {number}", "First")
            self.add(other, f"theirs {number}", "Second")
        self.wait_records(first, 3, hub)
        self.wait_records(second, 3, old)
        key, secret = self.export(old)
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        self.add(old, "after the export", "First")
        self.wait_records(first, 4, hub)
        old.stop()
        shutil.rmtree(old.dir)
        new = self.make("new")
        self.assertEqual(new.pln("key", "import", key, "--passphrase-file", secret), old.id)
        new.start()
        self.assertEqual(new.id, old.id)
        self.wait_records(first, 4, new)
        self.wait_records(second, 3, new)
        record = self.add(new, "from the new machine", "First")
        self.assertIn("/1.1", record[len(first):])
        self.wait_records(first, 5, hub)
        self.wait_equal(first, hub, new)
        self.wait_equal(second, other, new)
        self.assertFalse((new.dir / "incoming.pln").exists())

    def test_the_root_itself_comes_back_from_its_members(self):
        root = self.node("root", listen=places.address())
        member = self.node("member")
        network = self.members(root, member)
        self.add(root, "before", network)
        self.wait_records(network, 1, member)
        key, secret = self.export(root)
        listen = root.listen
        root.stop()
        shutil.rmtree(root.dir)
        new = self.make("new", listen=listen)
        new.pln("key", "import", key, "--passphrase-file", secret)
        new.start()
        self.wait_records(network, 1, new)
        self.assertEqual(new.network(network)["role"], "root")
        self.assertFalse(any("no copy of it" in said for said in new.status()["warnings"]))
        third = self.node("third")
        third.join(new.invite(network))
        self.wait_records(network, 1, third)

    def test_the_import_survives_a_kill_before_anybody_was_reached(self):
        hub = self.node("hub", listen=places.address())
        old = self.node("old")
        network = self.members(hub, old)
        self.add(old, "mine", network)
        self.wait_records(network, 1, hub)
        key, secret = self.export(old)
        old.stop()
        hub.stop()
        new = self.make("new")
        new.pln("key", "import", key, "--passphrase-file", secret)
        for _ in range(3):
            new.start()
            new.kill()
        new.start()
        refused = new.try_pln("add", "lesson", "title=x", "result=r", "challenge=c", "lesson=l")
        self.assertNotEqual(refused.returncode, 0)
        hub.start()
        self.wait_records(network, 1, new)

    def test_only_the_passphrase_opens_it_and_nothing_is_laid_otherwise(self):
        node = self.node("node")
        node.found()
        key, secret = self.export(node)
        new = self.make("new")
        for words, said in ((["--passphrase-file", self.file("wrong", "wrong\n")], "passphrase"),
                            (["--passphrase-file", self.file("empty", "\n")], "empty"),
                            ([], "--passphrase-file")):
            done = new.try_pln("key", "import", key, *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
            self.assertFalse(new.dir.exists())
        done = new.try_pln("restore", key, "--passphrase-file", secret)
        self.assertIn("key import", done.stderr)
        with open(key, "r+b") as file:
            file.seek(100)
            byte = file.read(1)
            file.seek(100)
            file.write(bytes([byte[0] ^ 1]))
        done = new.try_pln("key", "import", key, "--passphrase-file", secret)
        self.assertIn("damaged", done.stderr)
        self.assertFalse(new.dir.exists())

    def test_a_terminal_is_asked_twice_and_shows_nothing(self):
        node = self.node("node")
        node.found()
        key = self.file("pln.key")
        secret = self.file("passphrase", "typed by hand\n")
        told, status = self.on_terminal(node, ["key", "export", key],
                                        [b"typed by hand\n", b"typed by hand\n"])
        self.assertEqual(status, 0, told)
        self.assertNotIn(b"typed", told)
        new = self.make("new")
        self.assertEqual(new.pln("key", "import", key, "--passphrase-file", secret), node.id)
        told, status = self.on_terminal(node, ["key", "export", self.file("other.key")],
                                        [b"typed by hand\n", b"typed by hamd\n"])
        self.assertEqual(status, 1)
        self.assertIn(b"not the same", told)
        self.assertFalse(os.path.exists(self.file("other.key")))

    def on_terminal(self, node, words, answers):
        """What a terminal shows while @answers are typed at its questions, and the exit status."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(places.program("pln"), ["pln", "--dir", str(node.dir), *words])
        told = b""
        for answer in answers:
            while not told.endswith(b": "):
                told += os.read(terminal, 1024)
            self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO, "silent before it asks")
            os.write(terminal, answer)
            told += b"|"
        try:
            while more := os.read(terminal, 1024):
                told += more
        except OSError:
            pass
        os.close(terminal)
        return told, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_an_export_ends_the_warning_about_the_one_key(self):
        node = self.node("node")
        created = node.try_pln("network", "create", "Demo")
        self.assertIn("key export", created.stderr)
        self.assertTrue(any("key export" in text for text in node.status()["warnings"]))
        for name in ("Cedar", "Maple", "Birch", "Rowan"):
            node.pln("network", "create", name)
        told = [text for text in node.status()["warnings"] if "key export" in text]
        self.assertEqual(len(told), 1, "one key, one warning")
        self.assertRegex(told[0], r"coordinators of \w+, \w+, \w+ and 2 more networks, nobody")
        self.export(node)
        self.assertFalse(any("key export" in text for text in node.status()["warnings"]))
        self.assertIn("key", node.status()["copies"])

    def test_a_bare_copy_of_the_key_file_comes_back_by_ticket(self):
        hub = self.node("hub")
        old = self.node("old")
        network = self.members(hub, old)
        self.add(old, "mine", network)
        self.wait_records(network, 1, hub)
        old.stop()
        new = self.make("new")
        new.dir.mkdir(mode=0o700)
        shutil.copy2(old.dir / "node.key", new.dir / "node.key")
        new.start()
        self.assertEqual(new.id, old.id)
        self.assertEqual(new.join(hub.invite(network)), network)
        self.wait_records(network, 1, new)
        self.assertEqual(len(hub.pln("members", json="lines")), 2)
        self.add(new, "from the new machine", network)
        wait_until(lambda: hub.records(network) == 2, self.patience, "the hub has both")

    def test_a_successor_takes_over_where_the_root_key_is_lost(self):
        root = self.node("root")
        member = self.node("member")
        network = self.members(root, member, network="Iowa CBE")
        for number in range(3):
            self.add(root, f"task {number}", network)
        self.wait_records(network, 3, member)
        root.kill()
        shutil.rmtree(root.dir)
        successor = member.pln("network", "create", "Iowa CBE 2")
        records = member.pln("export", "--network", "Iowa CBE")
        member.pln("import", "--network", "Iowa CBE 2", "-", stdin=records + "\n")
        other = self.node("other")
        other.join(member.invite("Iowa CBE 2"))
        self.wait_records(successor, 3, other)
        self.assertEqual(member.records(network), 3)


if __name__ == "__main__":
    unittest.main()
