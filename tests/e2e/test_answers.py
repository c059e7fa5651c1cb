# SPDX-License-Identifier: MPL-2.0
"""How pln ends when the daemon has no answer for it: 1, 2 or 69, and one sentence that says why."""
import re
import signal
import socket
import subprocess
import time
import unittest

from plnkit import Case, places


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

    @staticmethod
    def verbs_that_take_a_network():
        """As pln itself explains them: NET behind the verb, in an option or as part of an ID."""
        def told(*words):
            return subprocess.run([places.program("pln"), "help", *words], check=True,
                                  capture_output=True, encoding="utf-8").stdout
        verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= [\[A-Z]|\s{2,}|$)",
                           told().split("Verbs\n")[1].split("\nOptions")[0], re.MULTILINE)
        return {verb for verb in verbs
                if re.search(r"\bNET\b|^usage: .* ID\b", told(*verb.split()), re.MULTILINE)}

    def test_a_network_that_two_answer_to_could_not_be_found_whatever_the_verb(self):
        node = self.node("node")
        first, second = node.found("Twins"), node.found("Twins")
        words_of = {
            "network show": ["NET"], "network set": ["NET", "--title", "x"],
            "network transfer": ["NET", "somebody"], "network leave": ["NET"],
            "network heal": ["NET"], "invite": ["NET", "--address", "127.0.0.1:1"],
            "members": ["NET"], "revoke": ["NET", "somebody"],
            "retract": ["NET/z6Mk/1", "--reason", "x"], "show": ["NET/z6Mk/1"],
            "adapt": ["NET/z6Mk/1", "title=x"], "list": ["--network", "NET"],
            "search": ["--network", "NET", "word"], "export": ["--network", "NET"],
            "watch": ["--network", "NET"], "import": ["--network", "NET", "-"],
            "add": ["task", "--network", "NET", "title=x", "prompt=y"]}
        self.assertEqual(set(words_of), self.verbs_that_take_a_network())
        record = '{"kind": "task", "fields": {"title": "x", "prompt": "y"}}'
        for verb, words in words_of.items():
            asked = [[word.replace("NET", "Twins") for word in words]]
            asked += [words[1:]] if words[0] == "NET" else []  # left out: either may be meant
            for said in asked:
                with self.subTest(verb=verb, words=said):
                    done = node.try_pln(*verb.split(), *said, stdin=record)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertRegex(done.stderr.splitlines()[0], "^pln: .*say which: ")
                    self.assertIn(first, done.stderr)
                    self.assertIn(second, done.stderr)

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
        self.assert_within(time.monotonic() - begin, 60)
        self.assertEqual(node.pln("id"), node.id)


if __name__ == "__main__":
    unittest.main()
