# SPDX-License-Identifier: MPL-2.0
"""Who attacks: a key pair, chains of its own, and sessions that say anything at any time."""
import os
import time

from independent import chain, identity, message, ticket
from independent.refused import Refused

from .wire import PATIENCE, HandshakeRefused, Wire

NO_CURSOR = {"number": 0, "tag": b""}
CONTROL, COMING = 4, 2
PUSHED = 1
DONE = 1
LESSON = 0x0102


def draw_seed():
    while True:
        seed = os.urandom(32)
        try:
            identity.id_of_seed(seed)
            return seed
        except Refused:
            pass


class Intruder:
    def __init__(self, seed=None):
        self.seed = seed or draw_seed()
        self.store = os.urandom(16)
        self.start = os.urandom(8)  # one start of one machine: HELLO's nonce begins with it (SPEC 9.2)
        self.id = identity.keypair(self.seed)[0]
        self.curve = identity.curve_of_id(self.id), identity.curve_secret(self.seed)

    @property
    def did(self):
        return identity.did_key(self.id)

    def dial(self, node, **properties):
        """A connection to @node; HandshakeRefused when its gate stays shut."""
        server = identity.curve_of_id(identity.parse_did_key(node.id))
        return Wire(node.listen, server, *self.curve, **properties)

    def join_frame(self, fields, node=None, **changed):
        """JOIN of the ticket @fields for ourselves, or for @node as an impostor."""
        key = identity.keypair(fields["seed"])[0]
        join = {"network": fields["network"], "node": node or self.id,
                "inviter": fields["inviter"], "name": "intruder"}
        join.update(changed)
        told = (join["network"], key, join["node"], join["inviter"])
        join.setdefault("by_node", ticket.sign_join(self.seed, *told))
        join.setdefault("by_ticket", ticket.sign_join(fields["seed"], *told))
        return message.encode("join", join)

    def join(self, node, text, **changed):
        """Use the ticket @text at @node; what it answered."""
        fields = ticket.decode(text.encode())
        line = Intruder(fields["seed"]).dial(node)
        line.send(self.join_frame(fields, **changed))
        answer = message.decode(line.recv())
        line.close()
        return answer

    def session(self, node, network, **options):
        return Session(self, node, network, **options)

    # ---- what it writes ----

    def run(self, network, entries, **options):
        """Fields of ENTRIES with a signed run of @entries; see run_of."""
        return run_of(self, network, entries, **options)


def plain_entry(payload, kind=LESSON, codec=0, time_ms=None, **more):
    """As chain.entry takes it."""
    return {"codec": codec, "kind": kind, "payload": payload,
            "time_ms": int(time.time() * 1000) if time_ms is None else time_ms, **more}


def run_of(signer, network, entries, author=None, epoch=0, lane=1, head=None, flags=PUSHED):
    """ENTRIES that continue @head (default: the chain's beginning), signed by @signer."""
    where = chain.place(network, author or signer.id, epoch, lane)
    base = head or chain.Head(where)
    end, run = base, b""
    for one in entries:
        data = chain.entry(one)
        run += data
        end, _ = end.step(chain.read_entry(data)[0])
    return {"network": network, "author": author or signer.id, "epoch": epoch, "lane": lane,
            "from": base.seq + 1, "to": end.seq, "base": base.hash, "flags": flags,
            "signature": chain.sign_head(signer.seed, where, end.seq, end.hash),
            "upto": NO_CURSOR, "run": run}, end


class Session:
    """A peer link. Nothing is said by itself: hello() and open() are the attacker's choice too."""

    def __init__(self, who, node, network, line=None, **properties):
        self.who, self.node, self.network = who, node, network
        self.node_id = identity.parse_did_key(node.id)
        self.line = line or who.dial(node, **properties)
        self.bye = None

    # ---- speaking ----

    def say(self, name, **fields):
        self.line.send(message.encode(name, fields))

    def hello(self, credit=1 << 20, networks=None, **changed):
        nonce = self.who.start + os.urandom(8)
        rows = [{"hash": message.keyed_hash(network, self.who.id, self.node_id, nonce), "number": 0,
                 "tag": bytes(8), "access": bytes(10), "digest": bytes(10)}
                for network in (networks or [self.network])]
        fields = {"version_min": 1, "version_max": 1, "time_ms": int(time.time() * 1000),
                  "store": self.who.store, "nonce": nonce, "arrivals": NO_CURSOR, "credit": credit,
                  "flags": 0, "rows": rows}
        fields.update(changed)
        self.say("hello", **fields)
        return self

    def heads(self, rows, flags=0):
        self.say("heads", network=self.network, flags=flags, upto=NO_CURSOR, rows=rows)

    def digest(self, flags=0, buckets=b""):
        self.say("digest", network=self.network, access=bytes(32), digest=bytes(32), flags=flags,
                 upto=NO_CURSOR, buckets=buckets)

    def open(self, **options):
        """HELLO, then both sides say that they are done with lane 0."""
        self.hello(**options)
        self.wait("hello")
        self.heads([], CONTROL)
        self.digest(DONE)
        self.wait("digest", lambda fields: fields["flags"] & DONE)
        return self

    # ---- listening ----

    def hear(self, timeout=PATIENCE):
        """(name, fields) of the next message; None: the link has ended."""
        frame = self.line.recv(timeout)
        if frame is None:
            return None
        name, fields = message.decode(frame)  # whatever a node says follows the grammar
        if name == "bye" and fields["network"] is None:
            self.bye = fields["reason"]
        if name == "hello":
            assert fields["rows"] and len(fields["rows"]) % 4 == 0, "its networks can be counted"
        return name, fields

    def wait(self, name, where=lambda fields: True, timeout=PATIENCE):
        """The fields of the next such message."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            heard = self.hear(max(0.01, deadline - time.monotonic()))
            if heard is None:
                raise ConnectionResetError(f"waiting for {name}: the link ended, bye {self.bye}")
            if heard[0] == name and where(heard[1]):
                return heard[1]
        raise TimeoutError(f"no {name} came")

    def outcome(self, timeout=PATIENCE):
        """Listen until the link ends: `ends REASON` or `cut`; TimeoutError when it does not."""
        deadline = time.monotonic() + timeout
        while True:
            heard = self.hear(max(0.01, deadline - time.monotonic()))
            if heard is None:
                self.close()
                return f"ends {self.bye}" if self.bye else "cut"

    def stays(self, timeout=PATIENCE):
        """`stays` when the node goes on telling news here; else how it ended."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            heard = self.hear(max(0.01, deadline - time.monotonic()))
            if heard is None:
                return f"ends {self.bye}" if self.bye else "cut"
            if heard[0] in ("entries", "heads"):
                self.close()
                return "stays"
        raise TimeoutError("the link says nothing new and does not end")

    def close(self):
        self.line.close()


__all__ = ["COMING", "CONTROL", "DONE", "HandshakeRefused", "Intruder", "LESSON", "NO_CURSOR",
           "PUSHED", "Session", "plain_entry", "run_of"]
