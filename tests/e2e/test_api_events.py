# SPDX-License-Identifier: MPL-2.0
"""Server-sent events: each arrival once, over any number of reconnections; the state beside it."""
import threading
import time
import unittest

from plnkit.browser import Browser
from plnkit.case import Case
from plnkit.events import Listener
from plnkit.records import lesson

STREAMS_MAX = 80


def publish(node, number, count=1):
    records = [lesson(number + i) for i in range(count)]
    status, answer = node.api("POST", "/api/v1/records", {"records": records})
    assert status == 200, answer
    return [row["id"] for row in answer["results"]]


class Events(Case):

    def listen(self, node, last_id=None, **more):
        listener = Listener(Browser(node), last_id, timeout=self.patience, **more)
        self.addCleanup(listener.close)
        return listener

    def collect(self, listener, count):
        """Ids of the next @count records; one named twice is a failure."""
        seen = []
        while len(seen) < count:
            event = listener.next("arrival")
            self.assertEqual(event.data["more"], 0)
            seen += [record["id"] for record in event.data["records"]]
        self.assertEqual(len(seen), len(set(seen)))
        return seen

    def test_a_record_is_told_with_its_title_well_within_a_second(self):
        a, b = self.node("a"), self.node("b")
        self.members(a, b)
        listener = self.listen(b)
        listener.next("arrival")
        best = 10.0
        for number in range(5):
            begun = time.monotonic()
            [record] = publish(a, number)
            event = listener.next("arrival")
            while not event.data["records"]:
                event = listener.next("arrival")
            best = min(best, time.monotonic() - begun)
            [row] = event.data["records"]
            self.assertEqual((row["id"], row["kind"]), (record, "lesson"))
            self.assertTrue(row["title"])
            self.assertNotIn("fields", row)
        self.assert_within(best, 1.0)

    def test_whoever_reconnects_with_its_last_id_misses_nothing_and_gets_nothing_twice(self):
        node = self.node("a")
        node.found()
        last, seen, made = None, [], []
        listener = self.listen(node)
        last = listener.next("arrival").id
        listener.close()
        for step in range(6):
            made += publish(node, 100 * step, self.random.randint(1, 15))
            if step == 3:
                node.kill()
                node.start()
            listener = self.listen(node, last)
            made += publish(node, 100 * step + 50)
            wanted = self.random.randint(0, len(made) - len(seen))
            while wanted > 0:
                event = listener.next("arrival")
                rows = [record["id"] for record in event.data["records"]]
                seen += rows
                wanted -= len(rows)
                last = event.id
            listener.close()
        listener = self.listen(node, last)
        while len(seen) < len(made):
            seen += [record["id"] for record in listener.next("arrival").data["records"]]
        self.assertEqual(seen, made)

    def test_a_large_arrival_names_twenty_and_counts_the_rest(self):
        node = self.node("a")
        node.found()
        listener = self.listen(node)
        first = listener.next("arrival")
        publish(node, 0, 50)
        named = more = 0
        while named + more < 50:
            event = listener.next("arrival")
            named += len(event.data["records"])
            more += event.data["more"]
            self.assertLessEqual(len(event.data["records"]), 20)
        self.assertEqual(named + more, 50)
        again = self.listen(node, first.id).next("arrival")
        self.assertTrue(again.data["records"])

    def test_a_cursor_of_another_life_of_the_store_is_told_apart(self):
        node, other = self.node("a"), self.node("b")
        node.found()
        other.found()
        publish(node, 0)
        publish(other, 0)
        foreign = self.listen(other).next("arrival").id
        event = self.listen(node, foreign).next()
        self.assertEqual(event.name, "reset")
        ahead = self.listen(node).next("arrival").id
        number, tag = ahead.split("-")
        event = self.listen(node, f"{int(number) + 1000}-{tag}").next()
        self.assertEqual(event.name, "reset")
        for nonsense in ("x", "1", "1-zz", "-1"):
            self.assertEqual(self.listen(node, nonsense).status, 400, nonsense)
        answer = Browser(node).get(f"/api/v1/events?after={'9' * 30}")
        self.assertEqual(answer.status, 400)

    def test_the_state_is_told_when_it_changes_and_not_more_than_once_a_second(self):
        a, b = self.node("a"), self.node("b")
        network = a.found()
        listener = self.listen(a)
        state = listener.next("state")
        self.assertEqual(state.data["networks"][0]["members"], 1)
        self.assertIn("catalog_behind", listener.next("progress").data)
        b.join(a.invite(network))
        begun = time.monotonic()
        changes = 0
        while not (state.data["links"] and state.data["links"][0]["state"] == "live"
                   and state.data["in_sync"]):
            state = listener.next("state")
            changes += 1
        self.assertLessEqual(changes, 3 + 2 * (time.monotonic() - begun))
        self.assertEqual(state.data["networks"][0]["members"], 2)
        b.kill()
        while state.data["links"][0]["state"] == "live":
            state = listener.next("state")

    def test_the_number_of_streams_is_bounded_and_places_come_back(self):
        node = self.node("a")
        listeners = [self.listen(node) for _ in range(STREAMS_MAX)]
        self.assertEqual({listener.status for listener in listeners}, {200})
        answer = Browser(node).get("/api/v1/events")
        self.assertEqual((answer.status, answer.json["reason"]), (503, "streams"))
        for listener in listeners:
            listener.close()
        end = time.monotonic() + self.patience
        while self.listen(node).status != 200:
            self.assertLess(time.monotonic(), end)
            threading.Event().wait(0.2)


if __name__ == "__main__":
    unittest.main()
