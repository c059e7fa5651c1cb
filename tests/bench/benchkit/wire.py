# SPDX-License-Identifier: MPL-2.0
"""What passes on the wire: everything, the rest after a kill, nothing new, a hundred records more."""
import time

from . import catch_up, report
from .bench import PATIENCE
from .node import wait_equal, wait_for
from .proxy import sketch, turns

QUIET_SECONDS = 2.0  # beyond the pause after which digests are compared
HELD_BYTES = 13  # header of an entry
HUNDRED = 100
ONE_WAY_SECONDS = 0.15
NOWHERE = "127.0.0.1:1"
RUN_BYTES_MAX = 393_228
FRAMING = 1.01  # of a run's bytes, for its message and boxes


def everything(bench):
    one, network = catch_up.source(bench)
    report.head(f"wire bytes of a catch-up of {bench.records:,} records")
    proxy = bench.proxy(one.listen)
    other = bench.node("counted")
    other.join(one.ticket(network, proxy.address))
    wait_equal(network, bench.records, PATIENCE, one, other)
    proxy.wait_quiet(QUIET_SECONDS)
    outward, inward = proxy.wire()
    one.stop()
    store = bench.tool("bench_stages", one.dir, bench.root)
    one.start()
    other.stop()
    json_bytes = bench.made["import"][3]
    payload = store["stored_bytes"] - HELD_BYTES * store["entries"]
    total = outward + inward
    report.raw(f"wire {total:,} bytes ({outward:,} to the source, {inward:,} from it), "
               f"{total / store['entries']:.1f} a record; apart from it {proxy.handshake():,} bytes of "
               f"{proxy.connections()} handshakes")
    report.raw(f"JSON {json_bytes:,} bytes, {json_bytes / store['entries']:.1f} a record; stored "
               f"payloads {payload:,}, {payload / store['entries']:.1f} a record")
    report.goal("wire bytes / JSON bytes", total / json_bytes, 0.40)
    report.goal("bytes per entry besides its payload", (total - payload) / store["entries"], 20)


def again(bench, one, other, proxy, network):
    """(bytes, frames) of a stop and start of @other with nothing new."""
    time.sleep(bench.settle_seconds)  # cursors are saved when a link has been quiet
    other.stop()
    proxy.reset()
    other.start()
    wait_for(lambda: proxy.frames(), PATIENCE, "a new connection")
    wait_for(lambda: live(other, one), PATIENCE, "a live link")
    proxy.wait_quiet(QUIET_SECONDS)
    if other.held(network) != one.held(network):
        raise RuntimeError("the digests differ after a reconnect")
    return sum(proxy.wire()), proxy.frames()


def live(node, peer):
    rows = [row for row in node.ask("GET", "/api/v1/peers")["peers"] if row["id"] == peer.id]
    return bool(rows) and rows[0]["in_sync"]


def reconnect(bench):
    report.head("reconnect with nothing new: bytes both ways behind the CURVE handshake")
    small = bench.pair("small", 1000)
    for count, pair in ((1000, small), (bench.large, bench.large_pair())):
        size, frames = again(bench, *pair)
        report.raw(f"frames: {sketch(frames)}; handshake apart: {pair[2].handshake()} bytes")
        report.goal(f"reconnect at {count:,} records", size, 1024, unit=" bytes")


def networks(bench):
    report.head("reconnect with nothing new and several networks")
    one, other, proxy, network = bench.pair("several", 10)
    sizes = {}
    counts = (1, 5) if bench.quick else (1, 2, 5, 9)
    for count in counts:
        while len(one.ask("GET", "/api/v1/networks")["networks"]) < count:
            further = one.found(f"Network {len(sizes)} {time.monotonic()}")
            other.join(one.ticket(further, proxy.address))
            wait_equal(further, 0, PATIENCE, one, other)
        sizes[count], frames = again(bench, one, other, proxy, network)
        report.raw(f"{count} networks: {sizes[count]:,} bytes; frames: {sketch(frames)}")
    for count in counts[1:]:
        more = (sizes[count] - sizes[1]) / (count - 1)
        report.raw(f"each further network, on average of {count - 1}: {more:.1f} bytes")
        report.goal(f"reconnect with {count} networks", sizes[count], 1024 + 100 * (count - 1),
                    unit=" bytes")


def resume(bench):
    """A member that was away is killed halfway through what it missed, and starts again."""
    report.head(f"SIGKILL halfway through {bench.records:,} missed records")
    one, other, proxy, network = bench.pair("killed", 100)
    time.sleep(bench.settle_seconds)
    other.stop()
    one.stop()
    bench.fill(one, bench.records)
    one.start()
    proxy.target = one.listen
    other.start()
    wait_for(lambda: other.held(network)[0] > bench.records // 2, PATIENCE, "half of the records")
    other.kill()
    proxy.target = NOWHERE  # until it is seen what was durable
    other.start()
    held = other.view(network)
    proxy.reset()
    proxy.target = one.listen
    wait_equal(network, bench.records, PATIENCE, one, other)
    proxy.wait_quiet(QUIET_SECONDS)
    inward = proxy.wire()[1]
    missing = one.view(network)["bytes"] - held["bytes"]
    report.raw(f"{held['records']:,} records were durable; {missing:,} bytes were missing, "
               f"{inward:,} came")
    report.goal("came again after a SIGKILL", max(0, inward - round(missing * FRAMING)), RUN_BYTES_MAX,
                unit=" bytes")


def publish_while_away(bench, pair, seed):
    """Stop the member, publish a hundred at the founder; (records then, stored bytes of the new)."""
    one, other, _, network = pair
    time.sleep(bench.settle_seconds)
    other.stop()
    before = one.view(network)
    one.publish(network, bench.ndjson(HUNDRED, seed))
    after = one.view(network)
    return after["records"], after["bytes"] - before["bytes"]


def come_back(pair, records):
    """Start the member; seconds from its HELLO at the proxy until it holds @records."""
    one, other, proxy, network = pair
    proxy.reset()
    other.start()
    moment = wait_equal(network, records, PATIENCE, one, other)
    proxy.wait_quiet(QUIET_SECONDS)
    frames = proxy.frames()
    hello = next(frame.moment for frame in frames if frame.outward)
    return moment - hello, frames


def excess(proxy, stored):
    wire = sum(proxy.wire())
    report.raw(f"wire {wire:,} bytes for {stored:,} stored: ratio {wire / stored:.3f}")
    return (wire - 1024) / stored


def hundred(bench):
    report.head(f"{HUNDRED} new records on top of {bench.large:,}, the node that was away dials")
    pair = bench.large_pair()
    proxy = pair[2]
    records, stored = publish_while_away(bench, pair, 11)
    seconds, frames = come_back(pair, records)
    ratios = [excess(proxy, stored)]
    largest = max((frame for frame in frames if not frame.outward), key=lambda frame: frame.size)
    until = frames[:frames.index(largest) + 1]
    report.raw(f"{seconds * 1e3:.0f} ms from the HELLO; frames: {sketch(frames)}; turns until the "
               f"records: {turns(until)}")
    records, stored = publish_while_away(bench, pair, 12)
    proxy.delay = ONE_WAY_SECONDS
    seconds, frames = come_back(pair, records)
    proxy.delay = 0.0
    report.raw(f"with {2 * ONE_WAY_SECONDS * 1e3:.0f} ms a round trip: {seconds * 1e3:.0f} ms from the "
               f"HELLO until visible; frames: {sketch(frames)}")
    ratios.append(excess(proxy, stored))
    report.goal("wire bytes less 1 KB / stored bytes, the worse of two", max(ratios), 1.1)
    trips = int(seconds / (2 * ONE_WAY_SECONDS) + 0.25)
    report.goal("round trips from the first HELLO", trips, 1)
