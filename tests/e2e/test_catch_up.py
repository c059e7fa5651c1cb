# SPDX-License-Identifier: MPL-2.0
"""A node that was away gets everything, however often it is killed on the way."""
import time
import unittest

from plnkit import Case, lessons, write_ndjson


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
        total = 60000
        hub = self.node("hub")
        late = self.node("late")
        network = self.members(hub, late)
        late.stop()
        hub.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(total, 600)))
        kills_on_the_way = 0
        held = 0
        for _ in range(40):
            late.start()
            before = held
            held = late.records(network)
            self.assertGreaterEqual(held, before, "a kill took back what was durable")
            end = time.monotonic() + self.random.uniform(0, 0.1)
            while time.monotonic() < end and held < total:
                held = max(held, late.records(network))
            late.kill()
            if held >= total:
                break
            kills_on_the_way += 1
        self.assertGreater(kills_on_the_way, 2, "caught up too fast to be killed on the way")
        late.start()
        self.wait_records(network, total, late)
        self.wait_equal(network, hub, late)
        # Whole runs received twice: at most the one in flight at this last start.
        duplicates = [value for name, value in late.metrics().items() if "runs_duplicate" in name]
        self.assertLessEqual(sum(duplicates), 1)

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
