# SPDX-License-Identifier: MPL-2.0
"""What a node with a large store takes of memory: idle, serving and catching up."""
import threading
import time

from . import report
from .bench import PATIENCE, Memory
from .node import wait_equal

MIB_MAX = 64.0
IDLE_SECONDS = 2


def tell(name, memory):
    report.raw(f"{name}: RssAnon + RssShmem {memory.own:.1f} MiB, mapped file pages "
               f"{memory.mapped:.1f} MiB")
    report.goal(f"memory, {name}", memory.own, MIB_MAX, unit=" MiB")


def measure(bench):
    report.head(f"memory with {bench.large:,} records: RssAnon + RssShmem at most {MIB_MAX:.0f} MiB")
    one, other, _, network = bench.large_pair()
    idle = Memory(one)
    time.sleep(IDLE_SECONDS)
    tell("idle, after it caught up", idle.end())
    other.stop()
    other.start()
    idle = Memory(other)
    time.sleep(IDLE_SECONDS)
    tell("idle, just started", idle.end())
    joiner = bench.node("fetcher")
    ticket = one.ticket(network)
    serving, fetching = Memory(one), Memory(joiner)
    begin = time.monotonic()
    joining = threading.Thread(target=joiner.join, args=(ticket,))
    joining.start()
    seconds = wait_equal(network, bench.large, PATIENCE, one, joiner) - begin
    joining.join()
    report.raw(f"{bench.large:,} records in {seconds:.2f} s: {bench.large / seconds:,.0f} records/s")
    tell("catching up", fetching.end())
    tell("serving it", serving.end())
    joiner.stop()
