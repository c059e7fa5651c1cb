# SPDX-License-Identifier: MPL-2.0
"""A node that was away gets everything, however often it is killed on the way."""
import time
import unittest

from plnkit import Case, Proxy, lessons, write_ndjson


def counter(node, name):
    """A counter of the node's metrics, by the middle of its name."""
    return sum(value for key, value in node.metrics().items() if name in key)


class CatchUp(Case):
    def test_a_node_that_was_off_gets_what_was_published_meanwhile(self):
        hub = self.node("hub")
        away = self.node("away")
        network = self.members(hub, away)
        self.wait_equal(network, hub, away)
        away.stop()
        hub.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(10000, 500)))
        self.assertEqual(hub.records(network), 10000)
        away.start()
        self.wait_records(network, 10000, away)
        self.wait_equal(network, hub, away)

    def test_a_node_killed_while_catching_up_resumes_and_ends_equal(self):
        total = 30000
        hub = self.node("hub")
        line = Proxy(hub.listen, rate=4 << 20)
        self.addCleanup(line.close)
        late = self.node("late", dial="named")
        network = hub.found()
        late.join(hub.pln("invite", network, "--address", line.address))
        late.stop()
        hub.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(total, 600)))
        kills_on_the_way = 0
        held = 0
        repeated = 0
        while held < total:
            late.start()
            before = held
            held = late.records(network)
            self.assertGreaterEqual(held, before, "a kill took back what was durable")
            goal = held + self.random.randint(1, total // 6)
            end = time.monotonic() + self.patience
            while held < min(goal, total):
                self.assertLess(time.monotonic(), end, f"stuck at {held} of {total}")
                held = late.records(network)
            repeated = max(repeated, counter(late, "runs_duplicate"))
            late.kill()
            kills_on_the_way += held < total
        self.assertGreater(kills_on_the_way, 2, "caught up too fast to be killed on the way")
        late.start()
        self.wait_records(network, total, late)
        self.wait_equal(network, hub, late)
        self.assertLessEqual(repeated, 1, "runs received again after one kill")
        self.assertLessEqual(counter(hub, "runs_duplicate"), kills_on_the_way,
                             "what came from the hub was sent back to it")

    def test_equal_digests_survive_a_kill_of_both(self):
        hub = self.node("hub")
        late = self.node("late")
        network = self.members(hub, late)
        hub.pln("import", write_ndjson(f"{self.root}/some.ndjson", lessons(2000, 300)))
        digest = self.wait_equal(network, hub, late)
        self.wait_records(network, 2000, late)
        digest = self.wait_equal(network, hub, late)
        hub.kill()
        late.kill()
        hub.start()
        late.start()
        self.assertEqual(hub.digest(network), digest)
        self.assertEqual(late.digest(network), digest)


if __name__ == "__main__":
    unittest.main()
