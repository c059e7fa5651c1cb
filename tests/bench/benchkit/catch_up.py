# SPDX-License-Identifier: MPL-2.0
"""A fresh node obtains everything from one peer; and what each stage of that costs by itself."""
import statistics
import threading
import time

from . import report
from .bench import PATIENCE
from .node import wait_equal

JOINERS = 3


def source(bench):
    """A node that has imported bench.records over the API: (node, network)."""
    if "source" not in bench.made:
        lines = bench.ndjson(bench.records)
        node = bench.node("source")
        network = node.found()
        before = node.commits()[0]
        begin = time.monotonic()
        node.publish(network, lines)
        seconds = time.monotonic() - begin
        commits = node.commits()[0] - before
        bench.made["source"] = node, network
        bench.made["import"] = len(lines), seconds, commits, sum(map(len, lines)) + len(lines)
    return bench.made["source"]


def imported(bench):
    source(bench)
    count, seconds, commits, size = bench.made["import"]
    report.head("import through the API (for information)")
    report.raw(f"{count:,} records, {size / 1e6:.1f} MB of NDJSON in {seconds:.2f} s: "
               f"{count / seconds:,.0f} records/s, {size / seconds / 1e6:.1f} MB/s, "
               f"{commits:.0f} durable commits")


def caught_up(bench, name):
    """(joiner, seconds, commits): from the join request of a node without any data to equal digests."""
    one, network = source(bench)
    joiner = bench.node(name)
    ticket = one.ticket(network)
    before = joiner.commits()[0]
    cpu = one.cpu_seconds(), joiner.cpu_seconds()
    joining = threading.Thread(target=joiner.join, args=(ticket,))
    begin = time.monotonic()
    joining.start()
    moment = wait_equal(network, bench.records, PATIENCE, one, joiner)
    joining.join()
    commits, seconds = joiner.commits()[0] - before, moment - begin
    report.raw(f"{name}: {seconds:.3f} s, {bench.records / seconds:,.0f} records/s, "
               f"{commits:.0f} commits; CPU {one.cpu_seconds() - cpu[0]:.2f} s at the source, "
               f"{joiner.cpu_seconds() - cpu[1]:.2f} s at the joiner")
    return joiner, seconds, commits


def survives(bench, joiner):
    """SIGKILL to both right after the digests are equal; both come back with the same."""
    one, network = source(bench)
    before = joiner.held(network)
    joiner.kill()
    one.kill()
    one.start()
    after = one.held(network)
    joiner.start()
    joined = joiner.held(network)
    report.holds("durable at the end (SIGKILL both, start both)",
                 before == after == joined and joined[0] >= bench.records,
                 f"{joined[0]:,} records, digest {str(joined[1])[:16]}")


def measure(bench):
    report.head(f"catch-up of {bench.records:,} records, fresh node, real daemons, CURVE, durable")
    report.raw("timed from the join request (ticket, grant, both handshakes included)")
    one, network = source(bench)
    took, sizes = [], []
    for number in range(1 if bench.quick else JOINERS):
        joiner, seconds, commits = caught_up(bench, f"joiner{number}")
        if number == 0:
            survives(bench, joiner)
        joiner.stop()
        took.append(seconds)
        sizes.append(bench.records / commits)
    rate = bench.records / statistics.median(took)
    one.stop()
    per_commit = round(statistics.median(sizes))
    stages = bench.tool("bench_stages", one.dir, bench.root, "--seconds", bench.seconds, "--rounds",
                        bench.rounds, "--per-commit", per_commit)
    one.start()
    bench.made["stages"] = stages
    names = {"curve": "CURVE transfer", "chain": "BLAKE2b chain + signatures",
             "append": f"LMDB append, fsync every {per_commit:,}"}
    for key, name in names.items():
        report.raw(f"{name:34} {stages[key]:>12,.0f} records/s, "
                   f"{stages[key] * stages['stored_bytes'] / stages['entries'] / 1e6:,.0f} MB/s; "
                   f"catch-up reaches {rate / stages[key]:.2f} of it")
    slowest = min(names, key=lambda key: stages[key])
    report.raw(f"catch-up (median of {len(took)}) {rate:,.0f} records/s")
    report.goal(f"catch-up / slowest stage ({names[slowest]})", rate / stages[slowest], 0.5,
                at_least=True)
