# SPDX-License-Identifier: MPL-2.0
"""What Prometheus reads: every metric once, explained, of the type its name promises."""
import re
import unittest

from plnkit.browser import Browser
from plnkit.case import Case

SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? (-?[0-9.]+)$')


class Metrics(Case):

    def test_the_text_is_as_prometheus_wants_it(self):
        node = self.node("cedar")
        node.found()
        answer = Browser(node).get("/metrics")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertTrue(answer.text.endswith("\n"))
        helped, typed, seen, name = {}, {}, set(), None
        for line in answer.text.splitlines():
            if line.startswith("# HELP "):
                _, _, name, sentence = line.split(" ", 3)
                self.assertNotIn(name, helped, "explained twice")
                helped[name] = sentence
            elif line.startswith("# TYPE "):
                _, _, typed_name, kind = line.split(" ")
                self.assertEqual(typed_name, name, "TYPE stands behind its HELP")
                self.assertNotIn(name, typed, "typed twice")
                self.assertIn(kind, ("counter", "gauge"))
                typed[name] = kind
            else:
                sample = SAMPLE.match(line)
                self.assertIsNotNone(sample, line)
                self.assertEqual(sample.group(1), name, "samples stand behind their TYPE")
                key = (sample.group(1), sample.group(2))
                self.assertNotIn(key, seen, "a sample twice")
                seen.add(key)
        self.assertEqual(set(helped), set(typed))
        self.assertEqual(set(helped), {name for name, _ in seen})
        for name, kind in typed.items():
            self.assertTrue(name.startswith("pln_"), name)
            self.assertEqual(name.endswith("_total"), kind == "counter", name)
            self.assertGreater(len(helped[name]), 5, name)

    def test_counters_count_and_never_fall(self):
        node = self.node("cedar")
        node.found()
        before = node.metrics()
        node.pln("add", "task", "title=x", "prompt=y")
        after = node.metrics()
        self.assertEqual(after["pln_records"], before["pln_records"] + 1)
        self.assertGreater(after["pln_arrivals_total"], before["pln_arrivals_total"])
        self.assertGreater(after["pln_http_requests_total"], before["pln_http_requests_total"])
        for name, value in before.items():
            if name.split("{")[0].endswith("_total"):
                self.assertGreaterEqual(after[name], value, name)

    def test_health_is_told_to_everybody_and_nothing_more(self):
        node = self.node("cedar", read="link")
        self.assertEqual(Browser(node).get("/healthz").json, {"status": "ok"})
        self.assertEqual(Browser(node).get("/metrics").status, 401)


if __name__ == "__main__":
    unittest.main()
