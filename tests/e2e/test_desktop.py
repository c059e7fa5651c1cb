# SPDX-License-Identifier: MPL-2.0
"""On a desktop `pln web` opens the page; elsewhere, and for scripts, it only prints the address."""
import os
import pathlib
import pty
import subprocess
import unittest

from plnkit import places
from plnkit.case import Case
from plnkit.node import environment


class Desktop(Case):

    def setUp(self):
        super().setUp()
        self.district = self.node("cedar")
        self.opened = pathlib.Path(self.root, "opened")
        self.stub("printf '%s' \"$1\" > \"$PLN_OPENED\"")

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

    def test_on_a_desktop_the_page_is_opened_with_the_address_that_is_printed(self):
        for screen in ("DISPLAY", "WAYLAND_DISPLAY"):
            status, shown = self.web("--role", "read", **{screen: ":0"})
            self.assertEqual(status, 0, shown)
            self.assertIn(self.opened.read_text("utf-8"), shown.split())
            self.assertIn("/#/sign-in/", self.opened.read_text("utf-8"))
            self.opened.unlink()

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


if __name__ == "__main__":
    unittest.main()
