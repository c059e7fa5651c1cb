# SPDX-License-Identifier: MPL-2.0
"""The same from the other end: a member whom the node itself has dialled, as spokes dial a hub."""
import os
import socket

from kit.intruder import Session
from kit.wire import PATIENCE, Dialled

import matrix
from floods import MIB, pour


def begin(stage):
    """A link that the hub has dialled, before we have said a word on it."""
    who = stage.member()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        stage.hub.pln("peer", "add", f"127.0.0.1:{server.getsockname()[1]}", who.did)
        line, _ = server.accept()
    stage.hub.pln("peer", "remove", who.did)  # once is enough; what is up stays up
    return Session(who, stage.hub, stage.network, Dialled(line, who.curve[1]))


def every_type_before_hello_of_a_listener(stage):
    return matrix.peer_state(stage, "GREET", lambda: begin(stage))


def every_type_of_a_listener_in_a_session(stage):
    return matrix.peer_state(stage, "OPEN", lambda: begin(stage))


def multipart_200mb_of_a_listener(stage):
    session = begin(stage)
    poured = pour(session.line, os.urandom(500_000), 200 * MIB)
    assert poured < 100 * MIB, f"{poured} bytes of one message were taken"
    return session.outcome()


def message_in_two_parts_of_a_listener(stage):
    session = begin(stage)
    session.line.send(b"\x92\x05\x00", more=True)
    session.line.send(b"")
    return session.outcome()


def frame_too_large_of_a_listener(stage):
    session = begin(stage)
    session.line.send(bytes(600_000))
    return session.outcome()


def silent_listener(stage):
    """The handshake is done, and then nothing is ever said, not even in answer to a heartbeat."""
    return begin(stage).outcome(240)


__all__ = [name for name in dir() if not name.startswith("_")]
