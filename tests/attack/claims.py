# SPDX-License-Identifier: MPL-2.0
"""A member that says what is not so: chains, heads, numbers, times. And what is said out of turn."""
import os
import time

from kit.intruder import LESSON, NO_CURSOR, PUSHED, Intruder, plain_entry, run_of
from independent import chain, control, message
from independent.pack import pack
from plnkit import wait_until

U48 = 2**48 - 1


def whole_record(**more):
    """A lesson as a payload: canonical, with the fields that are required."""
    return plain_entry(pack({16: "t", 17: "r", 18: "c", 19: "l"}), **more)


def head_of_peer(stage, session):
    """Row and chain head of the honest peer's lane 1, as the hub announces it."""
    session.hello(credit=0)
    session.wait("hello")
    session.heads([], 4)
    session.digest(1)
    while True:
        rows = session.wait("heads")["rows"]
        for row in rows:
            if row["author"] == stage.peer_id and row["lane"] == 1:
                return chain.Head(chain.place(stage.network, row["author"], row["epoch"], 1),
                                  row["seq"], row["hash"])


def another_members_chain(stage):
    """Our entry behind the honest peer's last one, signed by us."""
    session = stage.greeting()
    head = head_of_peer(stage, session)
    run, _ = run_of(session.who, stage.network, [whole_record()], author=stage.peer_id, head=head)
    session.say("entries", **run)
    return session.outcome()


def wrong_key_for_a_head(stage):
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record()])
    other, _ = run_of(Intruder(), stage.network, [whole_record()], author=session.who.id)
    session.say("entries", **{**run, "signature": other["signature"]})
    return session.outcome()


def changed_payload(stage):
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record()])
    session.say("entries", **{**run, "run": run["run"][:-1] + b"X"})
    return session.outcome()


def false_base(stage):
    session = stage.session()
    run, end = session.who.run(stage.network, [whole_record()])
    session.say("entries", **run)
    more, _ = session.who.run(stage.network, [whole_record()], head=end)
    session.say("entries", **{**more, "base": bytes(32)})
    return session.outcome()


def seq_far_ahead(stage):
    """The last possible seq, announced and sent."""
    session = stage.session()
    session.heads([{"author": session.who.id, "epoch": 0, "lane": 1, "seq": U48, "hash": bytes(32)}])
    run, _ = session.who.run(stage.network, [whole_record()])
    session.say("entries", **{**run, "from": U48, "to": U48})
    return session.stays()


def seq_beyond_the_last(stage):
    session = stage.session()
    row = message.HEADS_ROWS.join([{"author": session.who.id, "epoch": 0, "lane": 1,
                                    "seq": 2**48, "hash": bytes(32)}])
    frame = message.encode("heads", {"network": stage.network, "flags": 0, "upto": NO_CURSOR,
                                     "rows": []})
    session.line.send(frame[:-2] + b"\xc4" + bytes([len(row)]) + row)
    return session.outcome()


def seq_zero(stage):
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record()])
    session.say("entries", **{**run, "from": 0})
    return session.outcome()


def epoch_never_granted(stage):
    session = stage.session()
    for epoch in (16, 2**31, 2**32 - 1):
        run, _ = session.who.run(stage.network, [whole_record()], epoch=epoch)
        session.say("entries", **run)
    return session.stays()


def reader_that_writes(stage):
    session = stage.session(stage.member("reader"))
    run, _ = session.who.run(stage.network, [whole_record()])
    session.say("entries", **run)
    return session.stays()


def member_that_grants(stage):
    """A contributor lets a friend in: the entry is stored and means nothing."""
    session, friend = stage.session(), Intruder()
    payload = control.encode(control.GRANT, {"node": friend.id, "term": 0, "role": 3})
    run, _ = session.who.run(stage.network, [plain_entry(payload, kind=control.GRANT)], lane=0)
    session.say("entries", **run)
    outcome = session.stays()
    members = [row["id"] for row in stage.hub.pln("members", stage.network_text, json="lines")]
    assert friend.did not in members
    return outcome


def grant_in_the_wrong_lane(stage):
    """A coordinator's grant among the records, where it would come last and could be withheld."""
    session, friend = stage.session(stage.member("coordinator")), Intruder()
    payload = control.encode(control.GRANT, {"node": friend.id, "term": 0, "role": 2})
    run, _ = session.who.run(stage.network, [plain_entry(payload, kind=control.GRANT)])
    session.say("entries", **run)
    outcome = session.stays()
    wait_until(lambda: record_of(stage, session.who, 1), 60, "the entry")
    members = [row["id"] for row in stage.hub.pln("members", stage.network_text, json="lines")]
    assert friend.did not in members
    return outcome


def time_far_ahead(stage):
    """An entry of the year 10895: held, and shown with a time that does not lead the list."""
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record(time_ms=U48)])
    session.say("entries", **run)
    shown = record_of(stage, session.who, 1)
    assert shown["time"] < time.strftime("%Y", time.gmtime(time.time() + 2 * 86400)) + "-99", shown
    return session.stays()


def clock_of_a_liar(stage):
    """HELLO from the far future: one peer's word does not keep the hub from publishing."""
    session = stage.greeting()
    session.hello(time_ms=U48)
    session.wait("hello")
    stage.pulse(stage.hub, stage.peer)
    session.close()
    return "stays"


def foreign_network(stage):
    """Everything of a network that we do not share."""
    session = stage.session()
    session.network, ours = os.urandom(32), session.network
    session.digest()
    session.heads([])
    run, _ = session.who.run(session.network, [whole_record()])
    session.say("entries", **run)
    session.say("want", network=session.network, flags=0, rows=[
        {"author": stage.peer_id, "epoch": 0, "lane": 1, "from": 1, "base": bytes(32)}])
    session.network = ours
    return session.stays()


def offender_that_comes_back(stage):
    session = stage.session()
    session.line.send(b"\xc1")
    assert session.outcome() == "ends malformed"
    again = stage.greeting(session.who)
    again.hello()
    return again.outcome()


def no_common_version(stage):
    session = stage.greeting()
    session.hello(version_min=9, version_max=9)
    return session.outcome()


# ---- payloads: authenticity is accepted, whatever the bytes hold ----

def record_of(stage, author, seq):
    """To be asked before the link ends: whoever closes a socket may take back what is on its way."""
    path = f"/api/v1/records/{stage.network_text}/{author.did}/{seq}"
    wait_until(lambda: stage.hub.api("GET", path)[0] == 200, 60, f"{path} at the hub")
    return stage.hub.api("GET", path)[1]


def unreadable(stage, entries):
    """A member publishes @entries; the node keeps, relays and shows each as unreadable."""
    session = stage.session()
    run, end = session.who.run(stage.network, entries)
    session.say("entries", **run)
    for seq in range(1, end.seq + 1):
        assert "unreadable" in record_of(stage, session.who, seq), seq
    return session.stays()


def stored_zstd(content, **options):
    """As 6.2 stores it: without the four bytes of the magic number."""
    import zstandard
    return zstandard.ZstdCompressor(level=1, **options).compress(content)[4:]


def zstd_bomb(stage):
    """Some kilobytes that want to be 50 MB, with and without their size being told."""
    told = stored_zstd(bytes(50_000_000))
    untold = stored_zstd(bytes(50_000_000), write_content_size=False)
    return unreadable(stage, [plain_entry(told, codec=64), plain_entry(untold, codec=64)])


def zstd_glued(stage):
    one = stored_zstd(b"a" * 1000)
    return unreadable(stage, [plain_entry(one + b"\x28\xb5\x2f\xfd" + one, codec=64)])


def zstd_skippable(stage):
    hidden = b"\x50\x2a\x4d\x18" + (100).to_bytes(4, "little") + bytes(100)
    return unreadable(stage, [plain_entry(stored_zstd(b"a" * 1000) + hidden, codec=64)])


def deep_msgpack(stage):
    """Ten thousand arrays one in another, and a count of four thousand million."""
    return unreadable(stage, [plain_entry(b"\x81\x10" + b"\x91" * 10_000 + b"\x00"),
                              plain_entry(b"\xdd\xff\xff\xff\xff"),
                              plain_entry(b"\xdf\xff\xff\xff\xff")])


def deep_msgpack_in_a_frame(stage):
    session = stage.session()
    frame = message.encode("credit", {"total": 1})
    session.line.send(b"\x93" + frame[1:] + b"\x91" * 9 + b"\xc0")
    return session.outcome()


def huge_count_in_a_frame(stage):
    session = stage.session()
    session.line.send(b"\xdd\xff\xff\xff\xff")
    return session.outcome()


def withheld_without_retraction(stage):
    """A payload is held back: the chain goes on, and the honest relay is not to blame."""
    session = stage.session()
    entry = whole_record()
    held_back = {"codec": 0, "kind": LESSON, "time_ms": entry["time_ms"], "withheld": True,
                 "size": len(entry["payload"]), "data": chain.data_hash(entry["payload"])}
    run, _ = session.who.run(stage.network, [held_back])
    session.say("entries", **run)
    assert "unreadable" in record_of(stage, session.who, 1)
    return session.stays()


def oversized_entry(stage):
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record()])
    header = chain.header(0, LESSON, 0, 262_145)
    session.say("entries", **{**run, "run": header + bytes(100)})
    return session.outcome()


__all__ = [name for name in dir() if not name.startswith("_") and name != "PUSHED"]
