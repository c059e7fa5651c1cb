# SPDX-License-Identifier: MPL-2.0
"""On a desktop `pln web` opens the page; elsewhere, and for scripts, it only prints the address."""
import os
import pathlib
import pty
import subprocess
import unittest

from plnkit import places
from plnkit.browser import Browser
from plnkit.case import Case
from plnkit.node import environment
from plnkit.wait import wait_until


class Desktop(Case):

    def setUp(self):
        super().setUp()
        self.district = self.node("cedar")
        pathlib.Path(self.root, "runtime").mkdir(mode=0o700)
        self.opened = pathlib.Path(self.root, "opened")
        self.stub(f"printf '%s' \"$1\" > \"$PLN_OPENED\"; cat \"$1\" > \"$PLN_OPENED.html\"; stat -c %a \"$1\" > \"$PLN_OPENED.mode\"; "
                  "tr '\\\\0' ' ' < /proc/$PPID/cmdline > \"$PLN_OPENED.parent\"")

    def stub(self, line):
        """An xdg-open that does @line."""
        folder = pathlib.Path(self.root, "bin")
        folder.mkdir(exist_ok=True)
        (folder / "xdg-open").write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        (folder / "xdg-open").chmod(0o755)
        self.path = str(folder)

    def web(self, *words, path=None, **extra):
        """(status, what a terminal shows) of `pln web`."""
        terminal, end = pty.openpty()
        try:
            process = subprocess.Popen(
                [places.program("pln"), "--dir", str(self.district.dir), "web", *words], stdin=end, stdout=end,
                stderr=end, env={**environment(), "PLN_OPENED": str(self.opened), "TERM": "xterm",
                                 "XDG_RUNTIME_DIR": f"{self.root}/runtime",
                                 "PATH": path if path is not None else f"{self.path}:{os.environ['PATH']}", **extra})
            os.close(end)
            shown = b""
            while True:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
            return process.wait(self.patience), shown.decode("utf-8")
        finally:
            os.close(terminal)

    def kept(self, ending):
        """What the stub saw: of the file that it got, and of who called it."""
        return pathlib.Path(f"{self.opened}.{ending}").read_text("utf-8")

    def files(self):
        return sorted(pathlib.Path(self.root, "runtime").iterdir())

    def test_on_a_desktop_the_page_is_opened_with_the_address_that_is_printed(self):
        for screen in ("DISPLAY", "WAYLAND_DISPLAY"):
            status, shown = self.web("--role", "read", **{screen: ":0"})
            self.assertEqual(status, 0, shown)
            [url] = [word for word in shown.split() if "/#/sign-in/" in word]
            self.assertIn(f'content="0;url={url}"', self.kept("html"))
            self.opened.unlink()

    def test_no_list_of_processes_shows_the_link(self):
        _, shown = self.web("--role", "read", DISPLAY=":0")
        [token] = [word.rsplit("/", 1)[1] for word in shown.split() if "/#/sign-in/" in word]
        self.assertNotIn(token, self.opened.read_text("utf-8"), "xdg-open is called with a file")
        self.assertNotIn(token, self.kept("parent"))
        self.assertEqual(self.kept("mode").strip(), "600")

    def test_the_file_is_gone_when_the_link_is_used(self):
        _, shown = self.web("--role", "read", DISPLAY=":0")
        self.assertEqual([str(file) for file in self.files()], [self.opened.read_text("utf-8")])
        [url] = [word for word in shown.split() if "/#/sign-in/" in word]
        self.assertEqual(Browser(self.district).sign_in(url).status, 200)
        wait_until(lambda: self.files() == [], self.patience, "the file is taken away")

    def test_without_a_desktop_or_a_terminal_nothing_is_opened(self):
        self.assertEqual(self.web()[0], 0)
        self.assertEqual(self.web(DISPLAY="")[0], 0)
        done = subprocess.run([places.program("pln"), "--dir", str(self.district.dir), "web"], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=True,
                              env={**environment(), "DISPLAY": ":0", "PLN_OPENED": str(self.opened),
                                   "PATH": f"{self.path}:{os.environ['PATH']}"})
        self.assertIn(b"/#/sign-in/", done.stdout)
        self.assertEqual(self.web("--json", DISPLAY=":0")[0], 0)
        self.assertFalse(self.opened.exists())

    def test_a_browser_that_does_not_open_is_said_and_the_address_stays(self):
        self.stub("exit 3")
        for path in (None, "/nonexistent"):
            status, shown = self.web(DISPLAY=":0", path=path)
            self.assertEqual(status, 0, shown)
            self.assertIn("open the address yourself", shown)
            self.assertIn("/#/sign-in/", shown)
            self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
