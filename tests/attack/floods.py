# SPDX-License-Identifier: MPL-2.0
"""Too much, too fast, never finished: what an admitted member can pour into a node."""
import os
import time

from kit.intruder import NO_CURSOR, Intruder, Session, plain_entry, run_of
from kit.stage import memory_kib
from kit.wire import PATIENCE
from independent import chain, control, evidence, message
from independent.pack import pack_bin
from plnkit import wait_until

from claims import whole_record

MIB = 1 << 20


def wants_1000(stage):
    """Every chain there is, a thousand times over."""
    session = stage.session(credit=1 << 24)
    rows = [{"author": author, "epoch": 0, "lane": lane, "from": 1,
             "base": chain.chain_start(chain.place(stage.network, author, 0, lane))}
            for author in (stage.hub_id, stage.peer_id) for lane in (0, 1)] * 16
    for _ in range(1000):
        session.say("want", network=stage.network, flags=0, rows=rows)
    return session.stays()


def credit_never_granted(stage):
    """Whoever grants nothing is sent no run, however much it asks for; news are announced to it."""
    session = stage.session(credit=0)
    rows = [{"author": stage.peer_id, "epoch": 0, "lane": 1, "from": 1,
             "base": chain.chain_start(chain.place(stage.network, stage.peer_id, 0, 1))}]
    end = time.monotonic() + 1
    announced = False
    while time.monotonic() < end or not announced:
        session.say("want", network=stage.network, flags=0, rows=rows)
        name, _ = session.hear()
        assert name != "entries"
        announced = announced or name == "heads"
    session.close()
    return "stays"


def credit_taken_back(stage):
    """What was granted stays granted: a smaller total says nothing."""
    session = stage.session(credit=1 << 20)
    session.say("credit", total=0)
    session.say("want", network=stage.network, flags=0, rows=[
        {"author": stage.peer_id, "epoch": 0, "lane": 1, "from": 1,
         "base": chain.chain_start(chain.place(stage.network, stage.peer_id, 0, 1))}])
    session.wait("entries", lambda fields: fields["author"] == stage.peer_id and fields["from"] == 1)
    session.close()
    return "stays"


def records_before_lane_0(stage):
    """Whoever has not said that it is done with lane 0 is served none of lane 1."""
    session = stage.greeting().hello(credit=1 << 20)
    session.wait("hello")
    session.say("want", network=stage.network, flags=0, rows=[
        {"author": stage.peer_id, "epoch": 0, "lane": lane, "from": 1,
         "base": chain.chain_start(chain.place(stage.network, stage.peer_id, 0, lane))}
        for lane in (1, 0)])
    stage.pulse(stage.peer, stage.hub)
    end = time.monotonic() + 0.5
    while (left := end - time.monotonic()) > 0:
        try:
            name, fields = session.hear(left)
        except TimeoutError:
            break
        if name == "entries" and fields["lane"] == 1:
            return "served"
    session.close()
    return "not served"


def records_asked_for_first(stage):
    """Lane 1 is asked for before lane 0, and there is credit for neither until both are queued."""
    session = stage.session(credit=0)
    for lane in (1, 0):
        session.say("want", network=stage.network, flags=0, rows=[
            {"author": stage.hub_id, "epoch": 0, "lane": lane, "from": 1,
             "base": chain.chain_start(chain.place(stage.network, stage.hub_id, 0, lane))}])
    session.say("credit", total=1 << 20)
    first = session.wait("entries", lambda fields: fields["from"] == 1)
    session.close()
    return f"lane {first['lane']} first"


def credit_of_2_63(stage):
    session = stage.session()
    session.say("credit", total=2**63)
    return session.outcome()


def large_runs(stage, count):
    """@count runs of some 300 KB in a member's chain at the hub, honestly within credit; its author."""
    session = stage.session()
    granted, sent, head = 491_520, 0, None
    for _ in range(count):
        short = chain.ANCHOR_BYTES - 1 - 2 * 13 - (head.cum if head else 0) % chain.ANCHOR_BYTES
        entries = [plain_entry(os.urandom(max(0, short))), plain_entry(os.urandom(200_000))]
        run, head = session.who.run(stage.network, entries, head=head)
        frame = message.encode("entries", run)
        while sent + len(frame) > granted:
            granted = max(granted, session.wait("credit")["total"])
        session.line.send(frame)
        sent += len(frame)
    wait_until(lambda: stage.hub.api(
        "GET", f"/api/v1/records/{stage.network_text}/{session.who.did}/{2 * count}")[0] == 200,
        60, "the runs at the hub")
    session.close()
    return session.who.id


def endless_credit_unread(stage):
    """All the credit there is, everything asked for again and again, and nothing is ever read."""
    author = large_runs(stage, 4)
    session = stage.session(credit=2**62)
    rows = [{"author": author, "epoch": 0, "lane": 1, "from": 1,
             "base": chain.chain_start(chain.place(stage.network, author, 0, 1))}]
    want = message.encode("want", {"network": stage.network, "flags": 0, "rows": rows})
    end = time.monotonic() + 4
    while time.monotonic() < end and session.line.send(want):
        time.sleep(0.005)
    session.close()
    return "bounded"


def buckets_unread(stage):
    """Buckets that differ: each is answered with heads and 8 KB, and nothing is ever read."""
    session = stage.session()
    digest = message.encode("digest", {
        "network": stage.network, "access": bytes(32), "digest": os.urandom(32), "flags": 0,
        "upto": NO_CURSOR, "buckets": os.urandom(8192)})
    for _ in range(3000):
        if not session.line.send(digest):
            break
    session.close()
    return "bounded"


def flood_of_chains(stage):
    """A hundred thousand chains of authors whom nobody knows."""
    session = stage.session()
    for _ in range(60):
        session.heads([{"author": os.urandom(32), "epoch": 0, "lane": 1, "seq": 7, "hash": bytes(32)}
                       for _ in range(1702)])
    return session.stays()


def flood_of_epochs(stage):
    """Our own chain in every epoch there could be."""
    session = stage.session()
    full = stage.refused().get("full", 0)
    for page in range(20):
        session.heads([{"author": session.who.id, "epoch": page * 1702 + i, "lane": 1, "seq": 9,
                        "hash": bytes(32)} for i in range(1702)])
    # News comes before the node has read all this, and who hangs up then was not heard.
    wait_until(lambda: stage.refused().get("full", 0) > full, 60, "there is no more room for it")
    return session.stays()


def flood_of_runs(stage):
    """Five megabytes of good runs at once, where half a megabyte was granted."""
    session = stage.session()
    head, frames = None, []
    for _ in range(40):
        run, head = session.who.run(stage.network, [plain_entry(os.urandom(131_072))], head=head)
        frames.append(session.line.boxed(message.encode("entries", run)))
    try:
        session.line.socket.sendall(b"".join(frames))
    except OSError:
        pass  # it hung up before the end
    return session.outcome()


def flood_of_copies(stage):
    session = stage.session()
    run, _ = session.who.run(stage.network, [whole_record()])
    frame = message.encode("entries", run)
    for _ in range(2000):
        session.line.send(frame)
    return session.stays()


def ended_by(stage, who, about):
    """BYE with a revoke of @about that @who has signed (SPEC 9.14.1)."""
    entry = plain_entry(control.encode(control.REVOKE, {"node": about, "term": 0}), control.REVOKE)
    run, _ = run_of(who, stage.network, [entry], lane=0)
    frame = message.encode("bye", {"reason": "no-grant", "network": stage.network, "detail": ""})
    assert frame[0] == 0x94  # evidence is the one element that may be left out
    return b"\x95" + frame[1:] + pack_bin(evidence.evidence(
        who.id, 0, 1, run["base"], run["signature"], run["run"]))


def flood_of_evidence(stage):
    """Six thousand times the hub is put out, each time by a key made for the purpose."""
    session, count = stage.session(), 6000
    refused = stage.refused().get("no-grant", 0)
    kib = memory_kib(stage.hub.process.pid, "RssAnon")
    for _ in range(count):
        session.line.send(ended_by(stage, Intruder(), stage.hub_id))
    wait_until(lambda: stage.refused().get("no-grant", 0) >= refused + count, 120,
               "all of them are counted")
    grown = memory_kib(stage.hub.process.pid, "RssAnon") - kib
    session.close()
    return "at most 4 MiB for it" if grown <= 4096 else f"{grown} KiB for it"


def presence(stage, who, stamp, signer=None):
    body = message.encode_presence({
        "network": stage.network, "node": who.id, "stamp": stamp, "name": "intruder",
        "version": "9", "codecs": b"\1", "addresses": ["192.0.2.7:7420"] * 8, "digest": bytes(32),
        "access": bytes(32), "heads": []})
    return {"body": body, "signature": message.sign_presence((signer or who).seed, body)}


def flood_of_presences(stage):
    session = stage.session()
    now = int(time.time() * 1000)
    for i in range(2000):
        session.say("presence", **presence(stage, session.who, now + i))
    return session.stays()


def presence_far_ahead(stage):
    session = stage.session()
    session.say("presence", **presence(stage, session.who, 2**48 - 1))
    return session.stays()


def presence_of_another(stage):
    session, victim = stage.session(), stage.member()
    session.say("presence", **presence(stage, victim, int(time.time() * 1000), session.who))
    return session.outcome()


def presence_of_a_stranger(stage):
    """Good in itself, about somebody whom no grant names: nobody else is told of it."""
    session, witness = stage.session(), stage.session()
    stranger, friend = Intruder(), stage.member()
    session.say("presence", **presence(stage, stranger, int(time.time() * 1000)))
    session.say("presence", **presence(stage, friend, int(time.time() * 1000)))
    return told(witness, [friend.id], [stranger.id])


def presence_of_yesterday(stage):
    """An older one of a member, later: what is held is not replaced by it."""
    session, witness = stage.session(), stage.session()
    friend, other = stage.member(), stage.member()
    now = int(time.time() * 1000)
    session.say("presence", **presence(stage, friend, now))
    assert told(witness, [friend.id], []) == "not passed on"
    time.sleep(1.1)  # two of one member within a second are not taken anyway
    session.say("presence", **presence(stage, friend, now - 86_400_000))
    session.say("presence", **presence(stage, other, now))
    return told(witness, [other.id], [friend.id])


def told(witness, expected, unwanted):
    """Wait for presences of @expected; `not passed on` when none of @unwanted came before."""
    expected = set(expected)
    while expected:
        node = message.decode_presence(witness.wait("presence")["body"])["node"]
        if node in unwanted:
            return "passed on"
        expected.discard(node)
    return "not passed on"


def flood_of_unknown_types(stage):
    session = stage.session()
    frame = b"\x92\xcc\xff\xc6" + (500_000).to_bytes(4, "big") + bytes(500_000)
    for _ in range(100):
        session.line.send(frame)
    return session.stays()


def frame_too_large(stage):
    session = stage.session()
    session.line.send(bytes(600_000))
    return session.outcome()


def pour(line, part, total):
    """One message of @total bytes in parts, until the node hangs up; bytes poured."""
    poured = 0
    while poured < total and line.send(part, more=True):
        poured += len(part)
    return poured


def multipart_200mb(stage):
    session = stage.session()
    poured = pour(session.line, os.urandom(500_000), 200 * MIB)
    assert poured < 100 * MIB, f"{poured} bytes of one message were taken"
    return session.outcome()


def multipart_before_a_word(stage):
    """The same as the first message of a connection, which is no link yet."""
    session = stage.greeting()
    poured = pour(session.line, os.urandom(500_000), 200 * MIB)
    assert poured < 100 * MIB, f"{poured} bytes of one message were taken"
    return session.outcome()


def message_in_two_parts(stage):
    session = stage.session()
    session.line.send(b"\x92\x05\x00", more=True)
    session.line.send(b"")
    return session.outcome()


def reconnecting(stage):
    """One member, a new link every time: the newer takes the older's place."""
    who = stage.member()
    sessions = []
    for _ in range(60):
        session = Session(who, stage.hub, stage.network)
        session.hello()
        sessions.append(session)
    for session in sessions[:-1]:
        assert session.outcome() in ("ends duplicate", "cut")
    sessions[-1].wait("hello")
    sessions[-1].close()
    return "one link stays"


def many_machines_with_one_key(stage):
    """One member, each time with another store, as a restored or copied machine would say."""
    who = stage.member()
    sessions = []
    for _ in range(30):
        who.store = os.urandom(16)
        sessions.append(Session(who, stage.hub, stage.network).hello())
    left, give_up = sessions, time.monotonic() + PATIENCE
    while len(left) > 2 and time.monotonic() < give_up:
        left = [session for session in left if not over(session)]
    stage.pulse(stage.hub, stage.peer)
    left = [session for session in left if not over(session, 0.5)]
    for session in left:
        session.close()
    return "two links stay" if len(left) == 2 else f"{len(left)} links stay"


def decisions_forked(stage, node):
    """In words, too, where earlier attacks have left nothing that is said before it."""
    network = next(one for one in node.status()["networks"] if one["id"] == stage.network_text)
    forked = any(fork["lane"] == 0 for fork in network["forks"])
    return forked and (network["wanted"] > 0 or "complete, decisions forked" in node.pln("status"))


def flood_of_branches(stage):
    """A member's decisions in five thousand branches, each of them signed: all of them count, for
    whoever comes later, too."""
    session = stage.session()
    granted, sent = 491_520, 0
    for _ in range(5000):
        entry = plain_entry(os.urandom(40), control.NETWORK)
        run, _ = session.who.run(stage.network, [entry], lane=0)
        frame = message.encode("entries", run)
        while sent + len(frame) > granted:
            granted = max(granted, session.wait("credit")["total"])
        session.line.send(frame)
        sent += len(frame)
    for node in (stage.hub, stage.peer):
        wait_until(lambda node=node: decisions_forked(stage, node), 60,
                   f"{node.name} says that decisions are forked")
    late = stage.case.node("late")
    late.join(stage.hub.invite(stage.network_text))
    stage.case.wait_equal(stage.network_text, stage.hub, stage.peer, late)
    return session.stays()


def over(session, timeout=0.05):
    try:
        return session.outcome(timeout) is not None
    except TimeoutError:
        return False


__all__ = [name for name in dir() if not name.startswith("_")] + ["run_of"]
