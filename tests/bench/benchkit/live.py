# SPDX-License-Identifier: MPL-2.0
"""From publishing at one node until a reader of another sees it."""
import http.client
import json
import statistics
import threading
import time

from plnkit.node import SocketConnection

from . import catch_up, report
from .bench import PATIENCE
from .node import join_body, wait_equal

COMMITS = 200
PAUSE_SECONDS = 0.03


class Watcher(threading.Thread):
    """Reads the watch stream of a node and notes when each record came."""

    def __init__(self, node, network):
        super().__init__(daemon=True)
        self.connection = SocketConnection(str(node.dir / "plnd.sock"), 60)
        self.connection.request("GET", f"/api/v1/watch?network={network}")
        self.answer = self.connection.getresponse()
        self.came = threading.Condition()
        self.seen = {}
        self.start()

    def run(self):
        try:
            while line := self.answer.readline():
                moment = time.perf_counter()
                if line.strip():
                    with self.came:
                        self.seen[json.loads(line)["id"]] = moment
                        self.came.notify_all()
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # the node was stopped

    def moment(self, record):
        with self.came:
            if not self.came.wait_for(lambda: record in self.seen, 30):
                raise TimeoutError(f"{record} was not seen")
            return self.seen[record]


def measure(bench):
    report.head(f"live: publish at one node until visible at the other, {bench.samples} records")
    one, network = catch_up.source(bench)
    other = bench.node("watcher")
    other.join(one.ticket(network))
    wait_equal(network, bench.records, PATIENCE, one, other)
    commit_ms = [commit(bench)]
    watcher = Watcher(other, network)
    lines = bench.ndjson(bench.samples, seed=23)
    before = one.commits(), other.commits()
    took, answered = [], []
    for line in lines:
        time.sleep(PAUSE_SECONDS)
        begin = time.perf_counter()
        result = one.ask("POST", "/api/v1/records", join_body(network, [line]))["results"][0]
        answered.append((time.perf_counter() - begin) * 1e3)
        took.append((watcher.moment(result["id"]) - begin) * 1e3)
    after = one.commits(), other.commits()
    commit_ms.append(commit(bench))
    other.stop()
    took.sort()
    median = statistics.median(took)
    bare = statistics.mean(commit_ms)
    own = [(b[1] - a[1]) / max(1, b[0] - a[0]) / 1e6 for a, b in zip(before, after)]
    report.raw(f"p50 {median:.2f} ms, p95 {took[int(len(took) * 0.95)]:.2f}, "
               f"max {took[-1]:.2f}; the publisher's answer p50 {statistics.median(answered):.2f} ms")
    report.raw(f"one durable LMDB commit: {commit_ms[0]:.2f} ms before, {commit_ms[1]:.2f} ms after "
               f"(medians of {COMMITS}); the nodes' own commits {own[0]:.2f} and {own[1]:.2f} ms on "
               f"average; besides two bare commits {median - 2 * bare:.2f} ms")
    report.goal("live p50 less two durable commits", median - 2 * bare, 5.0, unit=" ms")


def commit(bench):
    """Median milliseconds of a durable commit of one entry on the same disk, by LMDB alone."""
    if "sample" not in bench.made:
        node = bench.node("sample")
        network = node.found()
        node.publish(network, bench.ndjson(bench.samples, seed=23))
        node.stop()
        bench.made["sample"] = node
    return bench.tool("bench_stages", bench.made["sample"].dir, bench.root, "--commits",
                      COMMITS)["commit_ms"]
