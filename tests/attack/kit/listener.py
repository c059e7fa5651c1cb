# SPDX-License-Identifier: MPL-2.0
"""Somebody whom a plnd dials: a CURVE server on libzmq, or a bare port that writes down what comes."""
import os
import socket
import threading
import time

import zmq
from zmq.utils import z85

from independent import identity, message

from .intruder import NO_CURSOR

PATIENCE = 60


class Listener:
    """@who answers under its own key; self.clear: every frame that came, decrypted."""

    def __init__(self, who):
        self.who = who
        self.clear = []
        self.context = zmq.Context()
        self.router = self.context.socket(zmq.ROUTER)
        self.router.linger = 0
        self.router.curve_server = True
        self.router.curve_secretkey = z85.encode(who.curve[1])
        port = self.router.bind_to_random_port("tcp://127.0.0.1")
        self.address = f"127.0.0.1:{port}"
        self.routing = None

    def hear(self, timeout=PATIENCE):
        """(name, fields) of the next frame; TimeoutError when none comes."""
        if not self.router.poll(timeout * 1000):
            raise TimeoutError("the node says nothing")
        self.routing, frame = self.router.recv_multipart()
        self.clear.append(frame)
        return message.decode(frame)

    def wait(self, name, timeout=PATIENCE):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            heard, fields = self.hear(timeout)
            if heard == name:
                return fields
        raise TimeoutError(f"no {name} came")

    def listen_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.hear(left)
            except TimeoutError:
                return

    def say(self, name, **fields):
        self.router.send_multipart([self.routing, message.encode(name, fields)])

    def greet(self, node, network):
        """HELLO and the end of lane 0, as a member of @network would."""
        node_id = identity.parse_did_key(node.id)
        nonce = os.urandom(16)
        row = {"hash": message.keyed_hash(network, self.who.id, node_id, nonce), "number": 0,
               "tag": bytes(8), "access": bytes(10), "digest": bytes(10)}
        self.say("hello", version_min=1, version_max=1, time_ms=int(time.time() * 1000),
                 store=os.urandom(16), nonce=nonce, arrivals=NO_CURSOR, credit=1 << 20, flags=0,
                 rows=[row])
        self.say("heads", network=network, flags=4, upto=NO_CURSOR, rows=[])
        self.say("digest", network=network, access=bytes(32), digest=bytes(32), flags=1,
                 upto=NO_CURSOR, buckets=b"")

    def close(self):
        self.context.destroy(0)


class Recorder(threading.Thread):
    """A port that answers with @greeting and nothing else; self.raw: what was sent to it."""

    def __init__(self, greeting=b""):
        super().__init__(daemon=True)
        self.greeting = greeting
        self.raw = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return  # closed
            with line:
                line.settimeout(1)
                line.sendall(self.greeting)
                try:
                    while piece := line.recv(4096):
                        self.raw += piece
                except OSError:
                    pass  # it has given up, or waits for us

    def close(self):
        self.server.close()
