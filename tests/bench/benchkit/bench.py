# SPDX-License-Identifier: MPL-2.0
"""What all measurements share: the built programs, a folder, sizes, and the nodes to be ended."""
import os
import pathlib
import subprocess
import threading
import time

from .node import BenchNode, wait_equal
from .proxy import Proxy

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE = 300
SAMPLE_SECONDS = 0.01


class Bench:
    """sizes: records of a catch-up, of the large store, stage seconds and rounds, live samples."""

    def __init__(self, build, root, quick):
        self.build = pathlib.Path(build).resolve()
        self.root = pathlib.Path(root)
        self.quick = quick
        self.records = 10_000 if quick else 100_000
        self.large = 50_000 if quick else 1_000_000
        self.seconds = 0.3 if quick else 2
        self.rounds = 1 if quick else 3
        self.samples = 40 if quick else 200
        self.settle_seconds = 2 if quick else 12
        self.nodes = []
        self.proxies = []
        self.made = {}
        os.environ["PLN_BUILD"] = str(self.build)

    # ---- programs ----

    def tool(self, name, *words, **options):
        """What a C program of tests/bench prints, as {name: number}."""
        done = subprocess.run([self.build / "tests" / "bench" / name, *map(str, words)], check=True,
                              stdout=subprocess.PIPE, **options)
        return {key: float(value) for key, value in
                (line.split() for line in done.stdout.decode().splitlines())}

    def ndjson(self, count, seed=1):
        """The lines of bench_records, without their ends."""
        if (count, seed) not in self.made:
            program = self.build / "tests" / "bench" / "bench_records"
            done = subprocess.run([program, "--count", str(count), "--seed", str(seed)],
                                  stdout=subprocess.PIPE, check=True)
            self.made[count, seed] = done.stdout.splitlines()
        return self.made[count, seed]

    def fill(self, node, count):
        """Publish @count records straight into the stopped @node's store."""
        lines = b"\n".join(self.ndjson(4000, seed=7)) + b"\n"
        return self.tool("bench_fill", node.dir, count, input=lines)

    # ---- nodes ----

    def make(self, name, **settings):
        node = BenchNode(self.root, name, **settings)
        self.nodes.append(node)
        return node

    def node(self, name, **settings):
        return self.make(name, **settings).start()

    def proxy(self, target, delay=0.0):
        proxy = Proxy(target, delay)
        self.proxies.append(proxy)
        return proxy

    def pair(self, name, records=0):
        """(one, other, proxy, network): a founder and a member that dials it through the proxy."""
        one, other = self.node(f"{name}1"), self.node(f"{name}2")
        proxy = self.proxy(one.listen)
        network = one.found()
        if records:
            one.publish(network, self.ndjson(records))
        other.join(one.ticket(network, proxy.address))
        wait_equal(network, records, PATIENCE, one, other)
        return one, other, proxy, network

    def large_pair(self):
        """A pair that holds self.large records, half of them of each author."""
        if "large" not in self.made:
            one, other, proxy, network = self.pair("large")
            one.stop()
            other.stop()
            half = self.large // 2
            for node in (one, other):
                self.fill(node, half)
                node.start()
            proxy.target = one.listen
            wait_equal(network, 2 * half, PATIENCE, one, other)
            self.made["large"] = one, other, proxy, network
        return self.made["large"]

    def close(self):
        for proxy in self.proxies:
            proxy.close()
        for node in self.nodes:
            node.kill()


class Memory(threading.Thread):
    """The most that a node held while this ran, in MiB: anonymous + shared, and mapped file pages."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.pid = node.process.pid
        self.own = self.mapped = 0.0
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set() and self.look():
            time.sleep(SAMPLE_SECONDS)

    def look(self):
        try:
            with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
                rows = dict(line.split(":", 1) for line in file if line.startswith("Rss"))
        except OSError:
            return False
        kib = {key: int(value.split()[0]) for key, value in rows.items()}
        self.own = max(self.own, (kib["RssAnon"] + kib["RssShmem"]) / 1024)
        self.mapped = max(self.mapped, kib["RssFile"] / 1024)
        return True

    def end(self):
        self.look()
        self.over.set()
        self.join()
        return self
