# SPDX-License-Identifier: MPL-2.0
"""Attacks on the gate and on invitations. Each takes the stage and returns what came of it."""
import socket
import time

from kit.intruder import HandshakeRefused, Intruder, Session
from kit.wire import Wire, greeting
from independent import identity, message, ticket
from plnkit import wait_until

FLOOD_SECONDS = 1.5
HANDSHAKES = 200


def stranger_key(stage):
    try:
        Intruder().dial(stage.hub)
        return "let in"
    except HandshakeRefused:
        return "refused"


def no_curve(stage):
    host, port = stage.hub.listen.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 60) as line:
        line.sendall(greeting(b"NULL") + b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER")
        line.settimeout(60)
        try:
            while line.recv(4096):
                pass
        except ConnectionResetError:
            pass
    return "refused"


def handshake_flood(stage):
    refused = sum(stranger_key(stage) == "refused" for _ in range(HANDSHAKES))
    return "refused" if refused == HANDSHAKES else f"{HANDSHAKES - refused} let in"


def ticket_line(stage, *words):
    """(fields of a fresh ticket, a connection with its key)."""
    fields = ticket.decode(stage.ticket(*words).encode())
    return fields, Intruder(fields["seed"]).dial(stage.hub)


def answer_on(line):
    """`ends REASON`, or the name of what was said."""
    frame = line.recv()
    line_closed = frame is None
    if line_closed:
        return "cut"
    name, said = message.decode(frame)
    return f"ends {said['reason']}" if name == "bye" else name


def stolen_ticket(stage):
    text = stage.ticket()
    Intruder().join(stage.hub, text)
    name, said = Intruder().join(stage.hub, text)
    return f"ends {said['reason']}" if name == "bye" else name


def stolen_bound_ticket(stage):
    fields, line = ticket_line(stage, "--for", Intruder().did)
    line.send(Intruder().join_frame(fields))
    return answer_on(line)


def replayed_join(stage):
    fields, line = ticket_line(stage)
    victim = Intruder()
    join = victim.join_frame(fields)
    line.send(join)
    assert answer_on(line) == "welcome"
    members = len(stage.hub.pln("members", stage.network_text, json="lines"))
    again = Intruder(fields["seed"]).dial(stage.hub)
    again.send(join)
    answer = answer_on(again)
    assert len(stage.hub.pln("members", stage.network_text, json="lines")) == members
    return answer


def join_for_another(stage):
    fields, line = ticket_line(stage)
    line.send(Intruder().join_frame(fields, node=Intruder().id))  # signed by who sends it
    return answer_on(line)


def join_of_another_ticket(stage):
    """A JOIN that somebody else's ticket key has signed, on the link of ours."""
    ours, line = ticket_line(stage)
    theirs = ticket.decode(stage.ticket().encode())
    line.send(Intruder().join_frame(theirs))
    assert ours["seed"] != theirs["seed"]
    return answer_on(line)


def join_not_signed_by_the_ticket(stage):
    fields, line = ticket_line(stage)
    line.send(Intruder().join_frame(fields, by_ticket=bytes(64)))
    return answer_on(line)


def withdrawn_ticket(stage):
    text = stage.ticket()
    fields = ticket.decode(text.encode())
    key = identity.did_key(identity.keypair(fields["seed"])[0])
    status, _ = stage.hub.api("POST", f"/api/v1/invitations/{key}/cancel", {})
    assert status == 200, status
    name, said = Intruder().join(stage.hub, text)
    return f"ends {said['reason']}" if name == "bye" else name


def expired_ticket(stage):
    text = stage.ticket("--expires", "1s")
    expiry = ticket.decode(text.encode())["expiry"] / 1000
    wait_until(lambda: time.time() > expiry, 60, "the ticket's end")
    name, said = Intruder().join(stage.hub, text)
    return f"ends {said['reason']}" if name == "bye" else name


def deposed_inviter(stage):
    """A coordinator invites, is made a contributor, and the guest comes to it all the same."""
    deputy = stage.case.node(f"deputy{time.monotonic_ns()}"[-12:], dial="named")
    deputy.join(stage.ticket("--role", "coordinator"))
    text = stage.ticket(node=deputy)
    stage.hub.pln("revoke", stage.network_text, deputy.id)
    wait_until(lambda: deputy.id not in deputy.pln("members", stage.network_text, "--json"), 60,
               "the deputy hears of it")
    deputy.join(stage.ticket("--role", "contributor"))  # what it writes counts, this apart
    name, said = Intruder().join(deputy, text)
    deputy.kill()
    return f"ends {said['reason']}" if name == "bye" else name


def minus_a_for_a(stage):
    """The twin of a key: bit 255 flipped, the same CURVE key, the secret known to its owner."""
    fields, line = ticket_line(stage)
    intruder = Intruder()
    twin = intruder.id[:31] + bytes([intruder.id[31] | 0x80])
    line.send(intruder.join_frame(fields, node=twin))
    return answer_on(line)


def flood_of_joins(stage):
    fields = ticket.decode(stage.ticket().encode())
    holder = Intruder(fields["seed"])
    end = time.monotonic() + FLOOD_SECONDS
    answers = set()
    while time.monotonic() < end:
        line = holder.dial(stage.hub)
        line.send(Intruder().join_frame(fields, by_node=bytes(64)))
        answers.add(answer_on(line))
        line.close()
    return " ".join(sorted(answers))


def flood_of_ticket_links(stage):
    """One ticket, many links, none of them given up."""
    fields = ticket.decode(stage.ticket().encode())
    holder, guest = Intruder(fields["seed"]), Intruder()
    lines = [holder.dial(stage.hub) for _ in range(150)]
    for line in lines:
        line.send(guest.join_frame(fields))
    said = [answer_on(line) for line in lines]
    open_lines = sum(1 for line in lines[:-1] if not ended(line))
    for line in lines:
        line.close()
    return "one link stays" if open_lines == 0 and said[-1] == "welcome" else \
        f"{open_lines} links stay, {said[-1]}"


def ended(line, timeout=30):
    try:
        while line.recv(timeout) is not None:
            pass
        return True
    except TimeoutError:
        return False


def forged_user_id(stage):
    """A member claims the hub's peer's User-Id in its own metadata."""
    member = stage.member()
    forged = b"peer:" + stage.peer_id.hex().encode()
    session = Session(member, stage.hub, stage.network, User_Id=forged)
    session.open()
    peers = {row["id"]: row["state"] for row in stage.hub.status()["peers"]}
    assert member.did in peers, "the link is counted for whom the gate proved"
    return session.stays()


def forged_user_id_of_a_stranger(stage):
    forged = b"peer:" + stage.peer_id.hex().encode()
    try:
        Intruder().dial(stage.hub, User_Id=forged)
        return "let in"
    except HandshakeRefused:
        return "refused"


def chosen_routing_id(stage):
    session = Session(stage.member(), stage.hub, stage.network, identity=b"alice")
    session.hello()
    return session.outcome()


def stolen_routing_id(stage):
    """Two members, one routing id: what was meant for the first must not reach the second."""
    first = Session(stage.member(), stage.hub, stage.network, identity=b"same1")
    second = Session(stage.member(), stage.hub, stage.network, identity=b"same1")
    first.hello()
    second.hello()
    outcome = first.outcome()
    assert second.outcome() == "cut" and not second.line.said, "the thief was told something"
    return outcome


def wrong_server_key(stage):
    member = stage.member()
    try:
        Wire(stage.hub.listen, identity.curve_of_id(stage.peer_id), *member.curve)
        return "let in"
    except HandshakeRefused:
        return "refused"
