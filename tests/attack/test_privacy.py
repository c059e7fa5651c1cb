# SPDX-License-Identifier: MPL-2.0
"""Who is no member of a network gets no byte that tells of it: not its id, its name, its root, its
members or its records, whether it dials or is dialled. Looked for in everything that came over the
line, and in the same after CURVE was taken off at our own end."""
import base64
import unittest

import kit  # noqa: F401  the codec's and plnkit's places
from kit.intruder import NO_CURSOR, HandshakeRefused, Intruder
from kit.listener import Listener, Recorder
from kit.wire import greeting
from independent import chain, identity, ticket
from plnkit import Case, wait_until

QUIET = "Quiet Ridge Cohort"
OPEN = "Prairie Schools Collaborative"
OURS = "Only the cohort reads this sentence"


class Privacy(Case):
    """@founder founds the quiet network, @hub and @third are in it; the hub also founds another."""

    def setUp(self):
        super().setUp()
        self.founder = self.node("founder", dial="named")
        self.third = self.node("third")
        self.hub = self.node("hub", dial="named")
        self.quiet = bytes.fromhex(self.founder.found(QUIET))
        for node in (self.third, self.hub):
            node.join(self.founder.invite(self.quiet.hex()))
        self.other = bytes.fromhex(self.hub.found(OPEN))
        self.publish(self.founder, OURS)
        self.wait_equal(self.quiet.hex(), self.founder, self.third, self.hub)

    def publish(self, node, title):
        node.pln("add", "lesson", "--network", self.quiet.hex(), f"title={title}", "result=r",
                 "challenge=c", "lesson=l")

    def secrets(self):
        """What must not be found, by what it is."""
        found = {"the network's id": self.quiet, "its name": QUIET.encode(),
                 "a record": OURS.encode()}
        for node in (self.founder, self.third):
            key = identity.parse_did_key(node.id)
            found[f"the id of {node.name}"] = key
            found[f"the id of {node.name} as text"] = node.id[-40:].encode()
        for row in (self.founder.network(self.quiet.hex()),):
            found["its digest"] = bytes.fromhex(row["digest"])[:10]
        for what, secret in list(found.items()):
            found[f"{what} in hex"] = secret.hex().encode()
            found[f"{what} in base64"] = base64.b64encode(secret)[:-4]
        return found

    def assert_silent(self, *said):
        """None of the secrets in any of the byte strings."""
        for what, secret in self.secrets().items():
            for text in said:
                self.assertNotIn(secret, text, f"{what} was told to somebody outside")

    def stir(self):
        """Something happens in the quiet network, and has reached the hub."""
        before = self.hub.records(self.quiet.hex())
        self.publish(self.third, OURS)
        wait_until(lambda: self.hub.records(self.quiet.hex()) > before, self.patience, "it arrives")

    def guest(self):
        """A member of the other network alone."""
        intruder = Intruder()
        answer, _ = intruder.join(self.hub, self.hub.invite(self.other.hex()))
        self.assertEqual(answer, "welcome")
        return intruder

    # ---- we dial ----

    def test_a_stranger_that_dials(self):
        with self.assertRaises(HandshakeRefused) as refused:
            Intruder().dial(self.hub)
        self.assertGreater(len(refused.exception.raw), 64)  # the greeting at least
        self.assert_silent(refused.exception.raw)

    def test_a_holder_of_a_ticket_of_another_network(self):
        fields = ticket.decode(self.hub.invite(self.other.hex()).encode())
        line = Intruder(fields["seed"]).dial(self.hub)
        line.send(Intruder().join_frame(fields, network=self.quiet))
        while line.recv() is not None:
            pass
        self.assertIn(b"ticket-unknown", b"".join(line.clear))
        self.assert_silent(bytes(line.raw), *line.clear)

    def test_a_member_of_another_network_of_the_same_node(self):
        session = self.guest().session(self.hub, self.other)
        # It guesses the quiet network and asks for everything of it.
        session.open(networks=[self.other, self.quiet])
        for network in (self.quiet, self.other):
            session.say("digest", network=network, access=bytes(32), digest=bytes(32), flags=0,
                        upto=NO_CURSOR, buckets=bytes(8192))
            session.say("graft", network=network)
            session.say("want", network=network, flags=0, rows=[
                {"author": identity.parse_did_key(node.id), "epoch": 0, "lane": lane, "from": 1,
                 "base": chain.chain_start(chain.place(network, identity.parse_did_key(node.id), 0,
                                                       lane))}
                for node in (self.founder, self.third, self.hub) for lane in (0, 1)])
        self.stir()
        self.hub.pln("add", "lesson", "--network", self.other.hex(), "title=For everybody here",
                     "result=r", "challenge=c", "lesson=l")
        session.wait("entries", lambda fields: fields["author"] == session.node_id
                     and fields["lane"] == 1)
        self.assertGreater(self.hub.status()["refused"].get("foreign-network", 0), 0)
        self.assert_silent(bytes(session.line.raw), *session.line.clear)

    def test_a_revoked_member(self):
        member = Intruder()
        member.join(self.founder, self.founder.invite(self.quiet.hex()))
        session = member.session(self.founder, self.quiet).open()
        self.founder.pln("revoke", self.quiet.hex(), member.did)
        while session.hear() is not None:
            pass
        told = len(session.line.clear)
        self.stir()
        # It is told once more that it is out, and by whom: it knew the network. Nothing else.
        again = member.session(self.founder, self.quiet).hello()
        heard = []
        while (one := again.hear()) is not None:
            heard.append(one)
        self.assertEqual(len(session.line.clear), told)
        self.assertEqual({name for name, _ in heard}, {"bye"})
        secrets = self.secrets()
        for what in ("a record", "its name", "the id of third", "its digest"):
            for text in again.line.clear:
                self.assertNotIn(secrets[what], text, what)

    def test_a_member_revoked_in_one_of_two_networks(self):
        member = self.guest()
        member.join(self.founder, self.founder.invite(self.quiet.hex()))
        wait_until(lambda: member.did in self.hub.pln("members", self.quiet.hex(), "--json"),
                   self.patience, "the hub hears of it")
        session = member.session(self.hub, self.other)
        session.open(networks=[self.other, self.quiet])
        self.founder.pln("revoke", self.quiet.hex(), member.did)
        session.wait("bye", lambda fields: fields["network"] == self.quiet)
        told = len(session.line.clear)
        self.stir()
        self.hub.pln("add", "lesson", "--network", self.other.hex(), "title=For you still",
                     "result=r", "challenge=c", "lesson=l")
        session.wait("entries", lambda fields: fields["network"] == self.other
                     and fields["lane"] == 1)
        self.assert_silent(*session.line.clear[told:])

    # ---- we are dialled ----

    def test_a_member_of_another_network_whom_it_dials(self):
        guest = self.guest()
        listener = Listener(guest)
        self.addCleanup(listener.close)
        self.hub.pln("peer", "add", listener.address, guest.did)
        listener.wait("hello")
        listener.greet(self.hub, self.other)
        listener.wait("digest")
        self.stir()
        listener.listen_for(1)
        self.assertGreater(len(listener.clear), 2)
        self.assert_silent(*listener.clear)

    def test_another_key_at_the_address_it_dials(self):
        guest = self.guest()
        stranger = Listener(Intruder())
        self.addCleanup(stranger.close)
        self.hub.pln("peer", "add", stranger.address, guest.did)
        wait_until(lambda: any(row["id"] == guest.did and row["state"] == "wrong-key"
                               for row in self.hub.status()["peers"]), self.patience,
                   "the wrong key is noticed")
        self.assertEqual(stranger.clear, [])

    def test_whoever_listens_at_the_address_it_dials(self):
        guest = self.guest()
        recorder = Recorder(greeting())
        self.addCleanup(recorder.close)
        self.hub.pln("peer", "add", recorder.address, guest.did)
        wait_until(lambda: len(recorder.raw) > 64 + 200, self.patience, "greeting and CURVE's HELLO")
        self.assert_silent(recorder.raw)

    def test_whoever_listens_where_a_joiner_dials(self):
        recorder = Recorder(greeting())
        self.addCleanup(recorder.close)
        text = self.founder.pln("invite", self.quiet.hex(), "--address", recorder.address)
        joiner = self.node("joiner")
        joining = joiner.begin_pln("join", text)
        wait_until(lambda: len(recorder.raw) > 64 + 200, self.patience, "greeting and CURVE's HELLO")
        joining.kill()
        joining.wait()
        self.assert_silent(recorder.raw)


if __name__ == "__main__":
    unittest.main()
