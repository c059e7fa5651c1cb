# SPDX-License-Identifier: MPL-2.0
"""Whatever is wrong with a backup, an exported key, a passphrase or a place for them is one sentence
with its remedy, exit status 1, and nothing is changed."""
import os
import pathlib
import shutil
import subprocess
import unittest

from plnkit import Case, lessons, wait_until, write_ndjson

# What a person is to do stands behind the colon or semicolon.
REMEDY = r"(?s)^pln: .*[:;] (?:[a-z ]*, )?(?:check|choose|copy|give|install|make|lay|look|see|say|take|try|write) .*\n$"


class BrokenCopies(Case):
    def setUp(self):
        super().setUp()
        self.place = pathlib.Path(self.root)
        self.good = self.written("passphrase", "correct horse\n")
        self.mounted = []

    def tearDown(self):
        for place in self.mounted:
            subprocess.run(["umount", place], check=False)
        super().tearDown()

    def written(self, name, content):
        path = self.place / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def small_disk(self, *options):
        """A file system of 24 KiB; skips where none can be mounted."""
        place = self.place / f"disk{len(self.mounted)}"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(("size=24k", *options)), "none", place],
                              capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.mounted.append(place)
        return place

    def tree(self):
        """Every file but those of running nodes: name, rights, content."""
        rows = []
        for folder, names, files in os.walk(self.place):
            names[:] = [name for name in names if not (pathlib.Path(folder) / name / "plnd.conf").exists()]
            rows += [(folder, name) for name in names]
            for name in files:
                path = pathlib.Path(folder) / name
                if path.suffix != ".log":
                    rows.append((str(path), path.lstat().st_mode, path.read_bytes() if path.is_file() else b""))
        return sorted(rows, key=repr)

    def refused(self, node, *words, said="", status=1):
        before = self.tree()
        done = node.try_pln(*words, timeout=self.patience)
        with self.subTest(words=words):
            self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
            self.assertIn(said, done.stderr)
            if status == 1:
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertRegex(done.stderr, REMEDY)
            self.assertEqual(self.tree(), before)

    def made(self):
        """A node that runs, a backup of it and its key."""
        node = self.node("node")
        node.found()
        path = self.written("lessons.ndjson", "")
        write_ndjson(path, lessons(400))
        node.pln("import", path)
        backup, locked, key = (self.place / name for name in ("pln.backup", "locked.backup", "pln.key"))
        node.pln("backup", backup)
        node.pln("backup", locked, "--passphrase-file", self.good)
        node.pln("key", "export", key, "--passphrase-file", self.good)
        return node, backup, locked, key

    def test_a_file_that_is_not_whole_lays_nothing(self):
        _, backup, locked, key = self.made()
        new = self.make("new")
        for path, verb in ((backup, ("restore",)), (locked, ("restore",)), (key, ("key", "import"))):
            whole = path.read_bytes()
            bad = self.place / "bad"
            broken = [whole[:len(whole) * part // 16] for part in range(0, 16, 1 if path == backup else 5)]
            for at in (0, 8, 20, 60, len(whole) // 2, len(whole) - 1):  # in head, content and checksum
                flipped = bytearray(whole)
                flipped[at] ^= 0x10
                broken.append(bytes(flipped))
            broken.append(whole + b"x")
            for text in broken:
                bad.write_bytes(text)
                self.refused(new, *verb, bad, "--passphrase-file", self.good)

    def test_what_is_no_such_file_or_does_not_open_lays_nothing(self):
        node, backup, locked, key = self.made()
        new = self.make("new")
        wrong = self.written("wrong", "incorrect horse\n")
        os.mkfifo(self.place / "pipe")
        os.symlink(self.place / "nowhere", self.place / "dangling")
        for path, said in ((self.place / "missing", "No such file"), (self.place / "dangling", "No such file"),
                           (self.place, "directory"), (self.place / "pipe", "no file"), (self.good, "no backup"),
                           (self.written("empty", b""), "cut off"), (pathlib.Path("/dev/null"), "no file")):
            self.refused(new, "restore", path, said=said)
            self.refused(new, "key", "import", path, "--passphrase-file", self.good, said=said)
        self.refused(new, "restore", key, "--passphrase-file", self.good, said="key import")
        self.refused(new, "key", "import", backup, said="restore")
        for verb, path in ((("restore",), locked), (("key", "import"), key)):
            self.refused(new, *verb, path, said="--passphrase-file")
            self.refused(new, *verb, path, "--passphrase-file", wrong, said="passphrase")
            for name in ("missing", "empty", ""):
                self.refused(new, *verb, path, "--passphrase-file", self.place / name)
        self.refused(node, "restore", backup, said="not empty")
        self.refused(node, "key", "import", key, "--passphrase-file", self.good, said="not empty")
        full = self.place / "full"
        full.mkdir()
        (full / "notes").write_text("mine", "utf-8")
        self.refused(new, "restore", backup, "--dir", full, said="not empty")
        self.refused(new, "restore", backup, "--dir", self.good)
        self.refused(new, "restore", backup, "--dir", self.good / "below")
        self.refused(new, "restore", "", status=2)

    def test_a_place_that_takes_nothing_is_told(self):
        node, backup, _, key = self.made()
        locked = ("--passphrase-file", self.good)
        os.symlink(backup, self.place / "link")
        for name in ("missing/folder/file", "link", "passphrase", ".", "n" * 252, "passphrase/below"):
            self.refused(node, "backup", self.place / name)
            self.refused(node, "key", "export", self.place / name, *locked)
        self.refused(node, "backup", "", status=2)
        self.refused(node, "key", "export", "", *locked, status=2)
        older = backup.read_bytes()
        disk, still = self.small_disk(), self.small_disk("ro")
        shutil.copy(key, disk / "pln.backup")
        self.refused(node, "backup", disk / "pln.backup", said="No space left")
        self.refused(node, "backup", still / "pln.backup", said="Read-only")
        self.assertEqual(backup.read_bytes(), older)
        new = self.make("new")
        self.refused(new, "restore", backup, "--dir", disk / "a" / "b", said="No space left")
        self.refused(new, "restore", backup, "--dir", still / "a", said="Read-only")

    def test_names_with_blanks_and_letters_of_any_script_are_taken(self):
        node, _, _, _ = self.made()
        place = self.place / "Sicherung für Łódź 学校"
        place.mkdir()
        for name in ("a b.backup", "-", "ü\n\x1b[31m"):
            done = node.try_pln("backup", "--", place / name)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("\x1b", done.stderr)
            self.assertEqual((place / name).stat().st_mode & 0o777, 0o600)
        new = self.make("new")
        new.dir = place / "neu 1"
        new.pln("restore", place / "a b.backup")
        self.assertEqual(new.dir.stat().st_mode & 0o777, 0o700)
        self.assertEqual({entry.stat().st_mode & 0o777 for entry in new.dir.iterdir()}, {0o600})

    def test_a_copy_is_private_from_its_first_byte_and_named_at_its_last(self):
        node, _, _, _ = self.made()
        fresh = self.place / "fresh.backup"
        part = self.place / "fresh.backup.part"
        for _ in range(5):
            running = node.begin_pln("backup", fresh, stderr=subprocess.DEVNULL)
            wait_until(lambda: part.exists() or running.poll() is not None, self.patience, "it begins")
            try:
                self.assertEqual(part.stat().st_mode & 0o777, 0o600)
            except FileNotFoundError:
                pass  # it was faster
            running.kill()
            running.wait()
            if fresh.exists():
                self.make("new").pln("restore", fresh, "--dir", self.place / "whole")
                shutil.rmtree(self.place / "whole")
                fresh.unlink()


if __name__ == "__main__":
    unittest.main()
