# SPDX-License-Identifier: MPL-2.0
"""What is published while both are up arrives by itself, and `watch` shows it as it comes."""
import json
import select
import subprocess
import unittest

from plnkit import Case, stretch, wait_until


class Live(Case):
    def test_a_record_arrives_while_both_are_up(self):
        hub = self.node("hub")
        other = self.node("other")
        network = self.members(hub, other)
        self.wait_equal(network, hub, other)
        for number in range(20):
            hub.pln("add", "lesson", f"title=Live {number}", "result=r", "challenge=c", "lesson=l")
            self.wait_records(network, number + 1, other, timeout=10 * stretch())
        self.wait_equal(network, hub, other)

    def test_watch_prints_each_record_as_it_arrives(self):
        hub = self.node("hub")
        other = self.node("other")
        network = self.members(hub, other)
        self.wait_equal(network, hub, other)
        watch = other.begin_pln("watch", "--json", stdout=subprocess.PIPE)
        try:
            count = 0

            def seen_one():
                # The watcher may still be connecting: go on publishing until it has seen one.
                nonlocal count
                count += 1
                hub.pln("add", "lesson", f"title=Seen {count}", "result=r", "challenge=c",
                        "lesson=l")
                return select_line(watch, 0.5)
            record = json.loads(wait_until(seen_one, self.patience, "a line from pln watch"))
            self.assertEqual(record["kind"], "lesson")
            self.assertEqual(record["author"], hub.id)
            self.assertTrue(record["fields"]["title"].startswith("Seen "))
        finally:
            watch.terminate()
            watch.wait()
            watch.stdout.close()

    def test_both_ways_at_once(self):
        one = self.node("one")
        two = self.node("two")
        network = self.members(one, two)
        for number in range(10):
            one.pln("add", "lesson", f"title=One {number}", "result=r", "challenge=c", "lesson=l")
            two.pln("add", "lesson", f"title=Two {number}", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 20, one, two)
        self.wait_equal(network, one, two)


def select_line(process, timeout):
    """A line of the process, or None after @timeout seconds."""
    ready, _, _ = select.select([process.stdout], [], [], timeout)
    return process.stdout.readline() if ready else None


if __name__ == "__main__":
    unittest.main()
