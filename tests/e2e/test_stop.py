# SPDX-License-Identifier: MPL-2.0
"""SIGTERM ends a daemon within two seconds and one commit, whatever is in flight."""
import subprocess
import unittest

from plnkit import Case, lessons, wait_until, write_ndjson
from plnkit.places import sanitized

STOP_SECONDS = 8 if sanitized() else 3


class Stop(Case):
    def test_idle(self):
        node = self.node("node")
        node.found()
        self.assert_within(node.stop(), STOP_SECONDS)

    def test_with_peers(self):
        hub = self.node("hub")
        other = self.node("other")
        self.members(hub, other)
        self.assert_within(hub.stop(), STOP_SECONDS)
        self.assert_within(other.stop(), STOP_SECONDS)

    def test_while_importing(self):
        node = self.node("node")
        network = node.found()
        file = write_ndjson(f"{self.root}/many.ndjson", lessons(50000, 600))
        work = node.begin_pln("import", file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: node.records(network) > 0, self.patience, "the import has begun")
        seconds = node.stop()
        self.assertNotEqual(work.wait(self.patience), 0, "the import cannot have ended well")
        self.assert_within(seconds, STOP_SECONDS)
        node.start()
        self.assertGreater(node.records(network), 0)

    def test_while_catching_up(self):
        hub = self.node("hub")
        late = self.node("late")
        network = self.members(hub, late)
        late.stop()
        hub.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(20000, 600)))
        late.start()
        wait_until(lambda: late.records(network) > 0, self.patience, "catching up has begun")
        self.assert_within(late.stop(), STOP_SECONDS)
        self.assert_within(hub.stop(), STOP_SECONDS)
        hub.start()
        late.start()
        self.wait_records(network, 20000, late)
        self.wait_equal(network, hub, late)

    def test_with_streams_open(self):
        node = self.node("node")
        node.found()
        watchers = [node.begin_pln("watch", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    for _ in range(5)]
        self.assert_within(node.stop(), STOP_SECONDS)
        for watcher in watchers:
            watcher.wait(self.patience)


if __name__ == "__main__":
    unittest.main()
