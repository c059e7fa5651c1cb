# SPDX-License-Identifier: MPL-2.0
"""Who is not a member gets no further than the handshake, and learns nothing."""
import shutil
import socket
import unittest

from plnkit import Case, wait_until


class Stranger(Case):
    def test_whoever_is_no_member_is_refused_in_the_handshake(self):
        hub = self.node("hub", dial="named")
        network = hub.found()
        hub.stop()
        before = hub.dir.with_name("before")
        shutil.copytree(hub.dir, before)
        hub.start()
        ticket = hub.invite(network)
        hub.stop()
        shutil.rmtree(hub.dir)
        shutil.move(before, hub.dir)  # it never made that ticket: to it, its key is a stranger's
        hub.start()
        late = self.node("late")
        done = late.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertGreater(hub.status()["refused"].get("stranger", 0), 0)
        self.assertEqual(late.status()["networks"], [])

    def test_a_node_without_a_common_network_is_not_even_called(self):
        hub = self.node("hub")
        hub.found()
        stranger = self.node("stranger")
        stranger.found("A network of its own")
        stranger.pln("peer", "add", hub.listen, hub.id)
        self.assertEqual(stranger.peer(hub)["state"], "idle")
        self.assertIsNone(hub.peer(stranger))

    def test_another_key_at_the_address_is_told_apart(self):
        hub = self.node("hub")
        hub.found()
        third = self.node("third")
        caller = self.node("caller", dial="named")
        self.members(third, caller, network="A third network")
        third.stop()
        caller.pln("peer", "add", hub.listen, third.id)
        wait_until(lambda: (caller.peer(third) or {}).get("state") == "wrong-key", self.patience,
                   "the wrong key is noticed")

    def test_noise_on_the_port_changes_nothing(self):
        hub = self.node("hub")
        member = self.node("member")
        network = self.members(hub, member)
        host, port = hub.listen.rsplit(":", 1)
        for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" + bytes(63), self.random.randbytes(5000)):
            with socket.create_connection((host, int(port)), 5) as link:
                link.sendall(noise)
        hub.pln("add", "lesson", "title=Still here", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 1, member)
        self.wait_equal(network, hub, member)


if __name__ == "__main__":
    unittest.main()
