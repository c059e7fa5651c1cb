# SPDX-License-Identifier: MPL-2.0
"""The place of the attack: a hub under attack, an honest peer of it, and what must stay true."""
import os
import threading
import time

from independent import identity
from plnkit import wait_until

from .intruder import Intruder

PATIENCE = 60
IDLE_SECONDS = 0.2


def memory_kib(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise KeyError(field)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Watch(threading.Thread):
    """How much memory and how many descriptors a process had at most; and was there a record of
    the honest peer at the hub, again and again?"""

    def __init__(self, stage):
        super().__init__(daemon=True)
        self.stage = stage
        self.done = threading.Event()
        self.kib = self.fds = self.pulses = 0
        self.slowest = 0.0
        self.failed = None

    def look(self):
        pid = self.stage.hub.process.pid
        # Mapped pages of the store are the kernel's to take back; what we allocate is not.
        self.kib = max(self.kib, memory_kib(pid, "RssAnon"))
        self.fds = max(self.fds, descriptors(pid))

    def run(self):
        """One pulse begins after the start and ends before the thread does."""
        try:
            while not self.pulses or not self.done.is_set():
                begin = time.monotonic()
                self.stage.pulse(self.stage.peer, self.stage.hub, self.look)
                self.slowest = max(self.slowest, time.monotonic() - begin)
                self.pulses += 1
                end = time.monotonic() + IDLE_SECONDS
                while time.monotonic() < end and not self.done.is_set():
                    self.look()
                    time.sleep(0.01)
        except (AssertionError, OSError) as reason:
            self.failed = reason


class Stage:
    """@case gives nodes (plnkit.Case)."""

    def __init__(self, case):
        self.case = case
        self.hub = case.node("hub", dial="named")
        self.peer = case.node("peer")
        self.network_text = case.members(self.hub, self.peer)
        self.network = bytes.fromhex(self.network_text)
        self.hub_id = identity.parse_did_key(self.hub.id)
        self.peer_id = identity.parse_did_key(self.peer.id)
        case.wait_equal(self.network_text, self.hub, self.peer)
        for node in (self.hub, self.peer):
            self.publish(node)
        case.wait_equal(self.network_text, self.hub, self.peer)
        self.idle_kib = memory_kib(self.hub.process.pid, "RssAnon")
        self.idle_fds = descriptors(self.hub.process.pid)

    # ---- honest work ----

    def publish(self, node, title="Still here"):
        status, answer = node.api("POST", "/api/v1/records", {
            "network": self.network_text, "records": [{"kind": "lesson", "fields": {
                "title": title, "result": "r", "challenge": "c", "lesson": "l"}}]})
        assert status == 200 and "id" in answer["results"][0], answer
        return answer["results"][0]["id"]

    def has(self, node, record):
        return node.api("GET", f"/api/v1/records/{record}")[0] == 200

    def pulse(self, from_node, to_node, meanwhile=lambda: None):
        """A record is published at one and arrives at the other."""
        record = self.publish(from_node)

        def arrived():
            meanwhile()
            return self.has(to_node, record)
        wait_until(arrived, PATIENCE, f"a record of {from_node.name} at {to_node.name}")

    # ---- the attacker's people ----

    def ticket(self, *words, node=None):
        return (node or self.hub).invite(self.network_text, *words)

    def member(self, role="contributor"):
        """An intruder whom the hub has let in."""
        intruder = Intruder()
        answer, _ = intruder.join(self.hub, self.ticket("--role", role))
        assert answer == "welcome", answer
        return intruder

    def session(self, who=None, **options):
        """An open session of a fresh member (or of @who)."""
        return self.greeting(who).open(**options)

    def greeting(self, who=None):
        """The same before a word was said."""
        return (who or self.member()).session(self.hub, self.network)

    def descriptors(self):
        return descriptors(self.hub.process.pid)

    def refused(self):
        return self.hub.status()["refused"]
