# SPDX-License-Identifier: MPL-2.0
"""A message of every type in every state (SPEC 9.4); the rule is the table proto/messages.def."""
import re
import time

from kit.intruder import NO_CURSOR, Intruder, Session
from kit import MESSAGES_DEF
from independent import message, ticket

from claims import whole_record
from floods import presence

ROW = re.compile(r'^PLN_MESSAGE\(\w+, (\d+), "([\w-]+)", (\w+)\)', re.MULTILINE)
NOISE = b"\xc1"  # malformed in every state: tells whether the link was still there


def rows():
    return [(int(number), name, state)
            for number, name, state in ROW.findall(MESSAGES_DEF.read_text("utf-8"))]


def frame_of(stage, who, number, name):
    """A message of that type that is right in itself."""
    network = {"network": stage.network}
    known = {
        "hello": lambda: None,
        "heads": lambda: {**network, "flags": 0, "upto": NO_CURSOR, "rows": []},
        "want": lambda: {**network, "flags": 0, "rows": []},
        "entries": lambda: who.run(stage.network, [whole_record()])[0],
        "credit": lambda: {"total": 0},
        "prune": lambda: network, "graft": lambda: network,
        "presence": lambda: presence(stage, who, int(time.time() * 1000)),
        "welcome": lambda: {**network, "root": stage.hub_id, "title": ""},
        "bye": lambda: {"reason": "done", "network": stage.network, "detail": ""},
        "digest": lambda: {**network, "access": bytes(32), "digest": bytes(32), "flags": 0,
                           "upto": NO_CURSOR, "buckets": b""},
    }
    if name == "join":
        fields = ticket.decode(stage.ticket().encode())
        return who.join_frame(fields)
    if name in known:
        return message.encode(name, known[name]())
    if name in message.NUMBERS:
        return message.encode(name, plain_fields(stage, name))
    return b"\x91" + bytes([number])


def plain_fields(stage, name):
    """The smallest values that the elements of that message may have."""
    plain = {message.Uint: lambda kind: 0, message.Text: lambda kind: "",
             message.MaybeNetwork: lambda kind: stage.network, message.Rows: lambda kind: [],
             message.Cursor: lambda kind: NO_CURSOR,
             message.Bin: lambda kind: bytes(kind.size or 0)}
    fields = {key: plain[type(kind)](kind) for key, kind in message.MESSAGES[message.NUMBERS[name]][1]}
    return {**fields, "network": stage.network} if "network" in fields else fields


def say(stage, session, number, name):
    if name == "hello":
        session.hello()
    else:
        session.line.send(frame_of(stage, session.who, number, name))


def allowed(state, at):
    return state in (at, "ANY", "LATER")


def peer_state(stage, at, begin=None):
    """What must come of each type on a peer's link before (GREET) or after (OPEN) both HELLOs."""
    for number, name, state in rows():
        session = (begin or stage.greeting)()
        if at == "OPEN":
            session.open()
        say(stage, session, number, name)
        session.line.send(NOISE)
        expected = "ends malformed" if allowed(state, at) else "ends out-of-order"
        outcome = session.outcome()
        assert outcome == expected, f"{name} in {at}: {outcome}, not {expected}"
    return "as the table says"


def every_type_before_hello(stage):
    return peer_state(stage, "GREET")


def every_type_in_a_session(stage):
    return peer_state(stage, "OPEN")


def every_type_on_a_ticket_link(stage):
    """The listener's side: JOIN and BYE are for it, WELCOME is what it says itself."""
    for number, name, state in rows():
        fields = ticket.decode(stage.ticket().encode())
        who = Intruder()
        line = Session(Intruder(fields["seed"]), stage.hub, stage.network)
        if name == "join":
            line.line.send(who.join_frame(fields))
            line.wait("welcome")
        else:
            line.who, holder = who, line.who
            say(stage, line, number, name)
            line.who = holder
        line.line.send(NOISE)
        welcome = name == "welcome"
        expected = "ends malformed" if allowed(state, "TICKET") and not welcome \
            else "ends out-of-order"
        outcome = line.outcome()
        assert outcome == expected, f"{name} on a ticket link: {outcome}, not {expected}"
    return "as the table says"
