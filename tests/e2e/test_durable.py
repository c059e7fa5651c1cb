# SPDX-License-Identifier: MPL-2.0
"""Confirmed means on disk: SIGKILL right after the confirmation takes nothing back."""
import threading
import unittest

from plnkit import Case, lesson, lessons, write_ndjson


class Durable(Case):
    def test_every_added_record_survives_a_kill_right_after(self):
        node = self.node("node")
        network = node.found()
        ids = []
        for number in range(15):
            ids.append(node.pln("add", "lesson", f"title=Kept {number}", "result=r", "challenge=c",
                                "lesson=l"))
            node.kill()
            node.start()
        for number, record in enumerate(ids):
            self.assertEqual(node.pln("show", record, json=True)["fields"]["title"],
                             f"Kept {number}")
        self.assertEqual(node.records(network), len(ids))

    def test_an_import_that_ended_survives_a_kill_right_after(self):
        node = self.node("node")
        network = node.found()
        node.pln("import", write_ndjson(f"{self.root}/some.ndjson", lessons(3000, 400)))
        node.kill()
        node.start()
        self.assertEqual(node.records(network), 3000)
        titles = {row["fields"]["title"] for row in node.pln("export", json="lines")}
        self.assertEqual(titles, {f"lesson {number}" for number in range(3000)})

    def test_what_was_confirmed_before_a_kill_in_the_middle_is_there(self):
        node = self.node("node")
        network = node.found()
        confirmed = []

        def publish():
            try:
                for number in range(100000):
                    status, answer = node.api("POST", "/api/v1/records", {
                        "network": network, "records": [lesson(number)]})
                    if status == 200:
                        confirmed.extend(result["id"] for result in answer["results"])
            except (OSError, ValueError, AttributeError):
                return  # the daemon is gone, in the middle of something
            except Exception as problem:  # http.client's own
                if "http.client" not in type(problem).__module__:
                    raise
        for _ in range(5):
            worker = threading.Thread(target=publish)
            worker.start()
            worker.join(self.random.uniform(0.05, 0.5))
            node.kill()
            worker.join()
            node.start()
        self.assertGreater(len(confirmed), 5)
        self.assertGreaterEqual(node.records(network), len(confirmed))
        for record in confirmed:
            self.assertEqual(node.api("GET", f"/api/v1/records/{record}")[0], 200, record)


if __name__ == "__main__":
    unittest.main()
