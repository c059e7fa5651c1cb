# SPDX-License-Identifier: MPL-2.0
"""Every kind, every field filled, every verb that shows records: it fits 80 columns."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
import unittest

from plnkit import Case

COLUMNS = 80
LINE = "Prüfung der Brücke: 橋の長さを測る, a very long line that somebody typed without thinking of screens "
TEXT = LINE * 6 + "\n\n- first point of many, which goes on beyond the width of any screen that people still have\n" + LINE


def width(line):
    """Columns on a terminal: wide letters take two, signs on letters none."""
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Cf")
               else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Columns(Case):
    def value(self, field, record):
        kind = field["type"]
        least, most = field.get("min", 0), field.get("max", 1 << 20)
        if kind in ("line", "text"):
            value = (LINE if kind == "line" else TEXT).encode()[:most].decode("utf-8", "ignore").strip()
        elif kind == "choice":
            value = field["choices"][-1]["word"]
        elif kind == "code":
            value = ("CODE-1234567890" * 20)[:max(least, min(most, 30))]
        elif kind in ("uint", "decimal"):
            value = most
        elif kind == "bool":
            value = True
        elif kind == "time":
            value = "2026-04-20T07:30:00-04:00"
        elif kind == "group" and any(p["type"] == "link" and p.get("required") for p in field["parts"]):
            return None
        elif kind == "group":
            value = {part["name"]: self.value(part, record) for part in field["parts"]
                     if self.value(part, record) is not None}
        else:
            return None  # links, references, files and salts are made by others
        return [value] * min(field["many"], 3) if field.get("many") else value

    def fits(self, text, what):
        for line in text.splitlines():
            # What cannot be broken (ids, addresses, codes) may stick out, alone behind its label.
            alone = len([word for word in line.split() if len(word) > 40]) > 0
            self.assertTrue(width(line) <= COLUMNS or alone, f"{what}: {width(line)} columns: {line!r}")
            self.assertNotRegex(line, r"\x1b", what)
        self.assertTrue(text.strip(), what)

    def test_every_kind_fits_eighty_columns_wherever_it_is_shown(self):
        node = self.node("node")
        network = node.found("A network with a name of some length")
        for kind in node.api("GET", "/api/v1/kinds")[1]["kinds"]:
            if not kind.get("fields"):
                continue
            name = kind["name"]
            self.fits(node.pln("help", name), f"help {name}")
            fields = {field["name"]: self.value(field, kind) for field in kind["fields"]}
            fields = {key: value for key, value in fields.items() if value is not None}
            links = [field for field in kind["fields"] if field["type"] == "link" and field.get("required")]
            if links:
                continue  # they need a record of a kind that comes later; their text fields are of the same types
            if "license" in fields:
                fields["license"] = "CC-BY-4.0"
            status, answer = node.api("POST", "/api/v1/records", {
                "network": network, "confirm_no_student_data": True, "records": [{"kind": name, "fields": fields}]})
            self.assertEqual(status, 200, answer)
            result = answer["results"][0]
            self.assertIn("id", result, f"{name}: {json.dumps(result)[:600]}")
            self.fits(node.pln("show", result["id"]), f"show {name}")
            revised = {**fields, "replaces": result["id"]}
            again = node.api("POST", "/api/v1/records", {
                "network": network, "confirm_no_student_data": True,
                "records": [{"kind": name, "fields": {**revised, "tags": ["other"]}}]})[1]["results"][0]
            self.fits(node.pln("show", again["id"], "--history"), f"history {name}")
        for words in (("list",), ("list", "--sort", "title"), ("search", "screens"), ("members",),
                      ("help",), ("list", "--help"), ("network", "list")):
            self.fits(node.pln(*words), " ".join(words))

    def on_terminal(self, node, *words):
        """What a screen of eighty columns shows, without its colours."""
        mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        running = node.begin_pln(*words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
        os.close(theirs)
        told = b""
        try:
            while more := os.read(mine, 4096):
                told += more
        except OSError:
            pass  # it has ended
        os.close(mine)
        running.wait(self.patience)
        return re.sub(r"\x1b\[[0-9;]*m", "", told.decode("utf-8").replace("\r\n", "\n"))

    def test_what_needs_attention_is_broken_between_words_on_a_terminal(self):
        hub, other = self.node("hub"), self.node("other")
        network = hub.found("Northern Prairie Consortium of Districts")
        ticket = hub.invite(network, "--label", "Zürich-Nord 学校 " + "and all its friends " * 4)
        for node, words in ((other, ("join", ticket)), (hub, ("status",)), (hub, ("members",)),
                            (hub, ("network", "show")), (hub, ("invite", "--list")),
                            (hub, ("invite", network, "--expires", "0d")), (other, ("status",))):
            shown = self.on_terminal(node, *words)
            self.fits(shown, " ".join(words)[:30])
            for line in shown.splitlines():
                self.assertLessEqual(width(line), COLUMNS, line)
        whole = " ".join(self.on_terminal(hub, "status").split())
        self.assertIn("no copy of it was ever made: if it is lost, that can never be done again", whole)

    def test_nothing_there_is_said_in_a_sentence(self):
        node = self.node("node")
        node.found()
        for words in (("list",), ("search", "boat"), ("list", "--kind", "task"), ("peer", "list")):
            done = node.try_pln(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout + done.stderr, re.compile(r"\w+ \w+"), " ".join(words))
            self.assertEqual(node.pln(*words, json="lines"), [], "and scripts get nothing")


if __name__ == "__main__":
    unittest.main()
