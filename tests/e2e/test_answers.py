# SPDX-License-Identifier: MPL-2.0
"""How pln ends when the daemon has no answer for it: 1, 2 or 69, and one sentence that says why."""
import signal
import socket
import time
import unittest

from plnkit import Case


class Answers(Case):
    def ends(self, done, status, said):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(said, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_a_wrong_question_is_wrong_usage_also_where_only_the_daemon_sees_it(self):
        node = self.node("node")
        node.found()
        for words in (["list", "--kind", "zz"], ["list", "--since", "yesterday"],
                      ["export", "--network"], ["watch", "--kind", "zz"],
                      ["invite", "--role", "king"], ["invite", "--for", "nobody"]):
            done = node.try_pln(*words)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
        self.assertEqual(node.try_pln("list", "--network", "no such").returncode, 1)
        for words in (["invite", "--address", "nohost"], ["invite", "--label", "x" * 129],
                      ["invite", "--expires", "500w"], ["network", "create", "x" * 129],
                      ["peer", "add", "nohost", node.id], ["invite", "--cancel", ""],
                      ["web", "--cancel", ""], ["revoke", ""], ["members", ""], ["join", ""]):
            done = node.try_pln(*words)
            self.ends(done, 2, "")
            self.assertNotIn("address\n", done.stderr)
        self.assertEqual(self.make("none").try_pln("id").returncode, 69)

    def test_a_verb_with_nothing_to_do_misses_its_daemon_all_the_same(self):
        empty = self.make("none")
        done = empty.try_pln("import", "-", stdin="")
        self.ends(done, 69, "no daemon")
        self.assertEqual(done.stdout, "")
        self.assertEqual(empty.try_pln("id", "--dir", "").returncode, 2)

    def test_a_daemon_with_too_many_callers_is_busy_not_gone(self):
        node = self.node("node")
        callers = []
        for _ in range(64):  # who connects and says nothing gives way; these are at work
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(self.patience)
            caller.connect(str(node.dir / "plnd.sock"))
            caller.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            caller.recv(1)
            callers.append(caller)
        done = node.try_pln("id")
        for caller in callers:
            caller.close()
        self.ends(done, 1, "busy")

    def test_a_stopped_daemon_is_not_waited_for_without_end(self):
        node = self.node("node")
        node.process.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        done = node.try_pln("id")
        node.process.send_signal(signal.SIGCONT)
        self.ends(done, 1, "not answered")
        self.assertLess(time.monotonic() - begin, 60)
        self.assertEqual(node.pln("id"), node.id)


if __name__ == "__main__":
    unittest.main()
