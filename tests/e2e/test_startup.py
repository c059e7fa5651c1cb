# SPDX-License-Identifier: MPL-2.0
"""Every way in which a start can fail is one clear sentence with the remedy, and exit status 1."""
import os
import pathlib
import re
import socket
import subprocess
import unittest

from plnkit import Case
from plnkit.places import program


class StartUp(Case):
    def refused(self, node, *parts):
        """@node does not start; the sentence has every one of @parts, and is the only line."""
        text = node.refuse_to_start()
        lines = [line for line in text.splitlines() if line.startswith("plnd: ")]
        self.assertEqual(len(lines), 1, text)
        for part in parts:
            self.assertIn(part, lines[0])

    def test_peer_port_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refused(self.make("a", listen=f"127.0.0.1:{port}"), f"port {port} is taken", "--listen")

    def test_http_port_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refused(self.make("a", http=f"127.0.0.1:{port}"), f"127.0.0.1:{port}", "--http")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a folder away")
    def test_directory_of_another_user(self):
        node = self.make("a")
        node.dir.mkdir(0o700)
        os.chown(node.dir, 65534, 65534)
        self.refused(node, "belongs to another user (nobody)", "--dir")

    def test_directory_others_can_write(self):
        node = self.make("a")
        node.dir.mkdir()
        node.dir.chmod(0o777)
        self.refused(node, f"chmod 700 {node.dir}")

    def test_key_others_can_read(self):
        node = self.node("a")
        node.stop()
        (node.dir / "node.key").chmod(0o644)
        self.refused(node, f"chmod 600 {node.dir}/node.key")

    def test_key_damaged_and_key_missing(self):
        node = self.node("a")
        node.stop()
        key = node.dir / "node.key"
        text = key.read_text("utf-8")
        key.write_text(text.replace("seed ", "seed 0", 1), "utf-8")
        self.refused(node, "node.key is damaged", "backup")
        key.unlink()
        self.refused(node, "node.key is missing", "backup")
        self.assertFalse(key.exists())

    def test_second_daemon_on_the_same_directory(self):
        node = self.node("a")
        second = self.make("a", name="second")
        self.refused(second, f"process {node.process.pid}", "--dir")
        self.assertEqual(node.status()["id"], node.id)

    def test_unknown_setting_names_its_line(self):
        node = self.make("a")
        node.dir.mkdir(0o700)
        (node.dir / "plnd.conf").write_text("# hello\ndial = named\nmap-sise = 1G\n", "utf-8")
        self.refused(node, "plnd.conf:3:", '"map-sise"', '"map_size"')

    def test_socket_path_too_long(self):
        node = self.make("a")
        node.dir = pathlib.Path(self.root) / ("d" * 110)
        self.refused(node, "107", "shorter directory with --dir")

    def test_store_of_a_newer_format(self):
        node = self.node("a")
        node.stop()
        data = node.dir / "store" / "data.mdb"
        # The one 4-byte value of the key "format" in the table "meta"; LMDB has no checksums.
        content = data.read_bytes()
        newer, found = re.subn(rb"format\x00\x00\x00[\x01-\x62]", b"format\x00\x00\x00\x63", content)
        self.assertGreater(found, 0, "the format stands in the store")
        data.write_bytes(newer)
        self.refused(node, "newer plnd")

    def test_store_of_another_node(self):
        one = self.node("one")
        two = self.node("two")
        one.stop()
        two.stop()
        (one.dir / "node.key").replace(two.dir / "node.key")
        self.refused(two, "store")

    def test_the_first_start_makes_a_private_folder_with_a_commented_configuration(self):
        node = self.node("a")
        self.assertEqual(node.dir.stat().st_mode & 0o777, 0o700)
        for name in ("node.key", "plnd.conf", "plnd.sock", "store/data.mdb"):
            self.assertEqual((node.dir / name).stat().st_mode & 0o777, 0o600, name)
        settings = (node.dir / "plnd.conf").read_text("utf-8")
        self.assertIn("#listen = [::]:7420", settings)

    def test_ports_are_remembered_and_shown(self):
        node = self.node("a")
        listen, http = node.listen, node.http
        status = node.pln("status", json=True)
        self.assertEqual((status["listen"], status["http"]), (listen, http))
        node.stop()
        node.start()
        self.assertEqual((node.listen, node.http), (listen, http))

    def test_a_remembered_port_that_is_taken_gives_way(self):
        node = self.node("a")
        host, port = node.listen.rsplit(":", 1)
        node.stop()
        with socket.create_server((host, int(port))):
            node.start()
            self.assertNotEqual(node.listen, f"{host}:{port}")

    def test_check_starts_nothing(self):
        node = self.make("a")
        done = subprocess.run([program("plnd"), "--dir", str(node.dir), "--check"],
                              capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(node.dir.exists())
        node.dir.mkdir(0o700)
        (node.dir / "plnd.conf").write_text("dial = some\nlisten = here\n", "utf-8")
        done = subprocess.run([program("plnd"), "--dir", str(node.dir), "--check"],
                              capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("plnd.conf:1: dial must be one of all|named", done.stderr)
        self.assertIn("plnd.conf:2: listen must be a literal address", done.stderr)

    def test_check_tells_settings_that_are_not_there_from_settings_that_are_right(self):
        def check(*words):
            done = subprocess.run([program("plnd"), "--check", *words], capture_output=True,
                                  encoding="utf-8", check=False)
            self.assertEqual(len((done.stdout + done.stderr).splitlines()), 1, done)
            return done
        own = pathlib.Path(self.root) / "mine ü.conf"
        own.write_text("name = Cedar Valley\n", "utf-8")
        self.assertEqual(check("--config", own).stdout, f"{own}: nothing wrong with it\n")
        missing = pathlib.Path(self.root) / "no.conf"
        for name in (missing, self.root):  # a file that is missing; a folder
            done = check("--config", name)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, f"^plnd: {name} cannot be read: .*; give --config ")
        for option in ("--config", "--dir"):
            done = check(option, "")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"{option} is empty: give ", done.stderr)
        done = check("--dir", missing)  # plnd.conf itself is made at the first start
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("not there yet", done.stdout)
        self.assertNotIn("nothing wrong with it", done.stdout)

    def test_pln_without_a_daemon_says_so_with_69(self):
        node = self.make("a")
        done = node.try_pln("status")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("plnd", done.stderr)

    def test_wrong_usage_is_2(self):
        for words, told in ((("--lissten", "x"), "the nearest setting is --listen"),
                            (("--mapsize=1G",), "--mapsize=1G is no option"), (("--listen",), "--listen needs a value")):
            done = subprocess.run([program("plnd"), *words], capture_output=True,
                                  encoding="utf-8", check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(told, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        node = self.make("a")
        self.assertEqual(node.try_pln("frobnicate").returncode, 2)


if __name__ == "__main__":
    unittest.main()
