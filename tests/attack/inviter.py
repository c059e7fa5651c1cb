# SPDX-License-Identifier: MPL-2.0
"""A false inviter: a node uses a ticket of ours, and we answer its JOIN with what we like."""
import os
import time

from kit.intruder import Intruder
from kit.listener import Listener
from independent import message, ticket

from matrix import frame_of, rows


def invite(listener, network):
    """The text of a ticket of @listener's own."""
    return ticket.encode({
        "network": network, "root": listener.who.id, "inviter": listener.who.id,
        "seed": Intruder().seed, "role": 2, "expiry": int(time.time() * 1000) + 600_000,
        "title": "Nowhere", "label": "", "nodes": [{"id": listener.who.id,
                                                    "addresses": [listener.address]}]})


def begin(stage, text):
    return stage.peer.begin_pln("join", text, stdin=-3, stdout=-3, stderr=-3)


def answered(stage, frame):
    """What the honest peer says to @frame (of the network) in answer to its JOIN."""
    network, who = os.urandom(32), Intruder()
    listener = Listener(who)
    joining = begin(stage, invite(listener, network))
    try:
        while not listener.router.poll(1000):
            if joining.poll() is not None:  # too many joins under way: those before are given up soon
                joining = begin(stage, invite(listener, network))
        listener.wait("join")
        listener.router.send_multipart([listener.routing, frame(who, network)])
        listener.router.send_multipart([listener.routing, b"\xc1"])  # ends it if nothing else did
        return "ends " + listener.wait("bye")["reason"]
    finally:
        joining.kill()
        joining.wait()
        listener.close()


def welcome(**fields):
    return message.encode("welcome", {"title": "", **fields})


def welcome_to_another_network(stage):
    return answered(stage, lambda who, network: welcome(network=os.urandom(32), root=who.id))


def welcome_of_another_root(stage):
    return answered(stage, lambda who, network: welcome(network=network, root=Intruder().id))


def every_type_in_answer_to_a_join(stage):
    """The dialler's side of a ticket link: WELCOME and BYE are for it."""
    for number, name, state in rows():
        if name in ("hello", "welcome", "bye", "join"):
            continue  # WELCOME: above; BYE ends the join; the others are of links of their own
        outcome = answered(stage, lambda who, network: frame_of(stage, who, number, name))
        expected = "ends malformed" if state == "LATER" else "ends out-of-order"
        assert outcome == expected, f"{name} in answer to a JOIN: {outcome}, not {expected}"
    return "as the table says"


__all__ = [name for name in dir() if not name.startswith("_")]
