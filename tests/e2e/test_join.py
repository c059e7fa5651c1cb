# SPDX-License-Identifier: MPL-2.0
"""A ticket makes one member, once; networks come and go without a restart."""
import re
import signal
import subprocess
import time
import unittest

from plnkit import Case, places, wait_until


class Join(Case):
    def test_a_ticket_makes_a_member(self):
        hub = self.node("hub")
        network = hub.found()
        district = self.node("district")
        ticket = hub.invite(network, "--label", "Cedar Valley")
        self.assertNotIn("\n", ticket)
        self.assertEqual(district.join(ticket), network)
        members = hub.pln("members", network, json="lines")
        self.assertEqual({row["id"] for row in members}, {hub.id, district.id})
        self.assertEqual({row["role"] for row in members}, {"root", "contributor"})
        wait_until(lambda: (hub.peer(district) or {}).get("state") == "live", self.patience,
                   "a live link")

    def test_a_ticket_is_read_from_stdin_wrapped_or_not(self):
        hub = self.node("hub")
        network = hub.found()
        one = self.node("one")
        two = self.node("two")
        self.assertEqual(one.pln("join", stdin=hub.invite(network) + "\n"), network)
        ticket = hub.invite(network)
        wrapped = "\r\n".join(ticket[at:at + 30] for at in range(0, len(ticket), 30)) + "\r\n"
        self.assertEqual(two.pln("join", stdin=wrapped), network)

    def test_a_used_ticket_is_refused_to_another_node(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        first = self.node("first")
        first.join(ticket)
        second = self.node("second")
        done = second.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, rf"used by another node: first \({first.id}\), (just now|1 minute ago)"
                                      r"; ask for a new one")
        self.assertEqual(second.status()["networks"], [])

    def test_a_cancelled_ticket_is_refused(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        hub.pln("invite", "--cancel", ticket)
        late = self.node("late")
        done = late.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "withdrawn|cancel")
        self.assertEqual(late.status()["networks"], [])

    def test_a_ticket_with_a_slip_is_refused_as_such(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        at = len(ticket) // 2
        slipped = ticket[:at] + ("A" if ticket[at] != "A" else "B") + ticket[at + 1:]
        other = self.node("other")
        done = other.try_pln("join", slipped)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotEqual(done.stderr.strip(), "")
        self.assertEqual(other.status()["networks"], [])

    def test_a_ticket_for_one_node_is_refused_to_another(self):
        hub = self.node("hub")
        network = hub.found()
        right = self.node("right")
        wrong = self.node("wrong")
        ticket = hub.invite(network, "--for", right.id)
        done = wrong.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1)
        before, after = done.stderr.split("pln: ", 1)
        self.assertRegex(before, rf"only +{right.id}")
        for told in (right.id, wrong.id, "ask for one"):
            self.assertIn(told, after)
        self.assertEqual(right.join(ticket), network)

    def test_a_second_network_needs_no_restart(self):
        hub = self.node("hub")
        both = self.node("both")
        only = self.node("only")
        first = self.members(hub, both, only)
        second = both.found("Incubator")
        hub.join(both.invite(second))
        record = hub.pln("add", "lesson", "--network", "Incubator", "title=Inside", "result=r",
                         "challenge=c", "lesson=l")
        hub.pln("add", "lesson", "--network", first, "title=For all", "result=r", "challenge=c",
                "lesson=l")
        self.assertTrue(record.startswith(second))
        self.wait_records(second, 1, both)
        self.wait_records(first, 1, both, only)
        self.wait_equal(second, hub, both)
        self.wait_equal(first, hub, both, only)
        self.assertIsNone(only.network(second))
        refused = hub.try_pln("add", "lesson", "title=Where", "result=r", "challenge=c", "lesson=l")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(first, refused.stderr)
        self.assertIn(second, refused.stderr)

    def test_two_networks_of_one_name_are_told_apart_as_the_second_comes(self):
        hub, other, district = self.node("hub"), self.node("other"), self.node("district")
        done = hub.try_pln("network", "create", "Prairie")
        self.assertNotIn("another network", done.stderr.lower())
        first = done.stdout.strip()
        done = hub.try_pln("network", "create", "Prairie")
        second = done.stdout.strip()
        self.assertEqual(done.returncode, 0)
        told = [line for line in done.stderr.splitlines() if "Prairie, too" in line]
        self.assertEqual(len(told), 1, done.stderr)
        for network in (first, second):  # the beginnings that it gives do tell them apart
            short = next(word for word in re.findall(r"[0-9a-f]{6,}", told[0]) if network.startswith(word))
            self.assertEqual(hub.pln("network", "show", short, json=True)["id"], network)
        made = hub.pln("network", "create", "Prairie", json=True)
        self.assertTrue([text for text in made["warnings"] if text.startswith("2 other networks")], made)

        self.assertEqual(district.join(hub.invite(first)), first)
        done = district.try_pln("join", "--json", hub.invite(first))  # the same network once more
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Prairie, too", done.stdout + done.stderr)
        done = district.try_pln("join", other.invite(other.found("Prairie")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Prairie, too", done.stderr)
        shown = district.pln("network", "show", first[:12], json=True)  # what the page shows, too
        self.assertTrue([text for text in shown["warnings"] if "Prairie, too" in text], shown)

    def test_a_revoked_member_gets_nothing_further(self):
        hub = self.node("hub")
        gone = self.node("gone")
        stays = self.node("stays")
        network = self.members(hub, gone, stays)
        gone.pln("add", "lesson", "title=Before", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 1, hub, stays)
        hub.pln("revoke", network, gone.id, "--reason", "moved away")
        wait_until(lambda: gone.id not in [row["id"] for row in stays.pln("members", network,
                                                                           json="lines")],
                   self.patience, "the others know of it")
        hub.pln("add", "lesson", "title=After", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 2, stays)
        self.assertEqual(gone.records(network), 1)

    def test_a_member_revoked_while_it_was_off_joins_again(self):
        hub = self.node("hub")
        away = self.node("away")
        network = self.members(hub, away)
        away.pln("add", "lesson", "title=Before", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 1, hub)
        away.stop()
        hub.pln("revoke", network, away.id)
        away.start()
        self.assertEqual(away.join(hub.invite(network)), network)
        away.pln("add", "lesson", "title=After", "result=r", "challenge=c", "lesson=l")
        self.wait_records(network, 2, hub, away)

    # ---- the ticket ----

    def test_a_ticket_survives_e_mail(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network, "--label", "Größe & Maß")
        lines = [ticket[at:at + 40] for at in range(0, len(ticket), 40)]
        letters = ["Dear colleagues,\n\n> " + "\n>  ".join(lines) + "\n\nSee you there!\n",
                   "Copy all from PLN1- on:\n*" + "*\n*".join(lines) + "*\n",
                   "   \t" + ticket.upper() + "  \n",
                   "=\r\n".join(lines) + "=\r\n"]
        for number, letter in enumerate(letters):
            reader = self.node(f"reader{number}")
            status, read = reader.api("POST", "/api/v1/tickets/read", {"ticket": letter})
            self.assertEqual(status, 200, read)
            self.assertEqual(read["label"], "Größe & Maß")
        self.assertEqual(reader.pln("join", stdin=letters[0]), network)

    def test_a_typo_and_a_lost_end_are_told_apart(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network)
        other = self.node("other")
        at = len(ticket) // 2
        typo = ticket[:at] + ("b" if ticket[at] != "b" else "c") + ticket[at + 1:]
        told = other.try_pln("join", typo)
        self.assertEqual(told.returncode, 1)
        self.assertIn(f'where it says "{typo[at - 6:at + 7]}" it must say "{ticket[at - 6:at + 7]}"',
                      told.stderr)
        two = "".join("1" if i in (at, at + 20) else letter for i, letter in enumerate(ticket))
        self.assertRegex(other.try_pln("join", two).stderr, "wrong or missing character")
        cut = other.try_pln("join", ticket[:-10])
        self.assertEqual(cut.returncode, 1)
        self.assertRegex(cut.stderr, "end")

    def test_a_slip_is_told_before_any_daemon_is_asked(self):
        alone = self.make("alone")
        for text, said in (("PLN1-abc", "ends too early"), ("PLN1-!", "wrong or missing"),
                           ("hello", "no ticket"), ("PLN2-abc", "later kind")):
            done = alone.try_pln("join", text)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_an_expired_ticket_is_refused_as_such(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.invite(network, "--expires", "1s")
        late = self.node("late")
        wait_until(lambda: hub.pln("invite", "--list", json="lines")[0]["state"] == "expired",
                   self.patience, "it expires")
        done = late.try_pln("join", ticket)
        self.assertEqual(done.returncode, 1)
        self.assertIn("expired", done.stderr)

    def test_invitations_are_listed_with_what_became_of_them(self):
        hub = self.node("hub")
        network = hub.found()
        used = hub.invite(network, "--label", "Used")
        hub.invite(network, "--label", "Open", "--role", "reader")
        gone = hub.invite(network, "--label", "Gone")
        self.node("one").join(used)
        hub.pln("invite", "--cancel", gone)
        rows = {row["label"]: row for row in hub.pln("invite", "--list", json="lines")}
        self.assertEqual({label: row["state"] for label, row in rows.items()},
                         {"Used": "used", "Open": "open", "Gone": "cancelled"})
        self.assertEqual(rows["Open"]["role"], "reader")
        self.assertEqual(hub.try_pln("invite", "--cancel", used).returncode, 1)

    def test_a_membership_for_a_time_ends_for_all_to_see(self):
        hub = self.node("hub")
        network = hub.found()
        guest = self.node("guest")
        ticket = hub.invite(network, "--lasts", "8s", "--label", "Guest")
        self.assertIn("until", hub.pln("invite", "--list", json="lines")[0])
        guest.join(ticket)
        self.assertFalse(guest.network(network)["expired"])
        self.assertTrue(any("ends at" in said for said in guest.status()["warnings"]))
        wait_until(lambda: guest.network(network)["expired"], self.patience, "it ends")
        self.assertIn("expired", guest.pln("status"))
        self.assertIn("expired", guest.pln("network", "list"))
        self.assertTrue(any("expired at" in said for said in guest.status()["warnings"]))
        self.assertRegex(hub.pln("members"), "Guest +expired")
        refused = guest.try_pln("add", "lesson", "title=Late", "result=r", "challenge=c", "lesson=l")
        self.assertIn("expired", refused.stderr)
        self.assertEqual(guest.join(hub.invite(network)), network)
        self.assertFalse(guest.network(network)["expired"])

    def test_an_invitation_ends_with_the_membership_it_gives(self):
        hub = self.node("hub")
        network = hub.found()
        made = hub.pln("invite", network, "--lasts", "1s", "--expires", "7d", json=True)
        self.assertEqual(made["expires"], made["until"])
        listed = lambda: hub.pln("invite", "--list", json="lines")[0]
        self.assertEqual(listed()["expires"], made["until"])
        wait_until(lambda: listed()["state"] == "expired", self.patience, "it ends")
        late = self.node("late")
        refused = late.try_pln("join", made["ticket"])
        self.assertEqual(refused.returncode, 1)
        self.assertIn("expired", refused.stderr)
        self.assertEqual(late.status()["networks"], [])
        self.assertEqual(listed()["state"], "expired")

    def test_any_coordinator_invites(self):
        hub = self.node("hub")
        network = hub.found()
        coordinator = self.node("coordinator")
        coordinator.join(hub.invite(network, "--role", "coordinator"))
        contributor = self.node("contributor")
        self.assertEqual(contributor.join(coordinator.invite(network)), network)
        wait_until(lambda: contributor.id in [row["id"] for row in hub.pln("members", json="lines")],
                   self.patience, "the root knows of it")
        refused = contributor.try_pln("invite", network)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("coordinator", refused.stderr)
        refused = coordinator.try_pln("invite", network, "--role", "coordinator")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("root", refused.stderr)

    def test_join_says_what_it_joins_before_it_does(self):
        hub = self.node("hub")
        network = hub.found()
        done = self.node("other").try_pln("join", hub.invite(network, "--label", "Cedar Valley"))
        before = done.stderr[:done.stderr.index("calling")]
        for shown in ("Prairie Schools Collaborative", network, hub.id, "Cedar Valley", hub.listen):
            self.assertIn(shown, before)

    def test_a_ticket_carries_what_is_advertised(self):
        hub = self.node("hub", advertise="hub.example.org:7420")
        network = hub.found()
        answer = hub.pln("invite", network, json=True)
        self.assertEqual(answer["addresses"], ["hub.example.org:7420"])
        self.assertEqual(answer["warnings"], [])
        private = self.node("private", listen="127.0.0.1:0")
        private.found("Inside")
        done = private.try_pln("invite", "Inside")
        self.assertIn("--address", done.stderr)
        near = lambda node: [text for text in node.status()["warnings"] if "no public address" in text]
        self.assertEqual(near(hub), [], "what an open ticket names is public")
        self.assertEqual(len(near(private)), 1)
        private.pln("invite", "--cancel", done.stdout.strip())
        private.pln("invite", "Inside", "--address", "forwarded.example.org:7420")
        self.assertEqual(near(private), [])

    # ---- what may happen on the way ----

    def test_join_tries_all_addresses(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.pln("invite", network, "--address", "127.0.0.1:1", "--address",
                         "no.such.host.invalid:7420", "--address", hub.listen)
        done = self.node("other").try_pln("join", ticket)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("127.0.0.1:1", done.stderr)

    def test_join_that_reaches_nobody_says_so(self):
        hub = self.node("hub")
        network = hub.found()
        ticket = hub.pln("invite", network, "--address", "127.0.0.1:1")
        done = self.node("other").try_pln("join", ticket, "--wait", "3s")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "pln: nobody was reached in time: no answer from 127.0.0.1:1; .*"
                                      "join again with the same ticket")
        named = hub.pln("invite", network, "--address", "no.such.host.invalid:7420")
        done = self.node("another").try_pln("join", named, "--wait", "2s")
        self.assertIn("no machine is known by the name in no.such.host.invalid:7420", done.stderr)

    def test_an_address_that_nobody_can_dial_is_refused(self):
        hub = self.node("hub")
        network = hub.found()
        for address in ("0.0.0.0:7420", "[::]:7420", "*:7420", "hub.example.org", "::1:7420", "hub:0"):
            done = hub.try_pln("invite", network, "--address", address)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f'"{address}" is not HOST:PORT', done.stderr)
        five = [word for number in range(5) for word in ("--address", f"hub{number}.example.org:7420")]
        self.assertIn("at most 4 addresses", hub.try_pln("invite", network, *five).stderr)
        self.assertEqual(hub.pln("invite", "--list", json="lines"), [])

    def test_invitations_of_whoever_may_invite_no_longer_are_void(self):
        hub, coordinator, guest, late = (self.node(name) for name in ("hub", "coordinator", "guest", "late"))
        network = hub.found()
        coordinator.join(hub.invite(network, "--role", "coordinator"))
        guest.join(coordinator.invite(network))
        ticket = coordinator.invite(network)
        self.assertEqual(coordinator.status()["invitations_open"], 1)
        hub.pln("revoke", network, coordinator.id)
        wait_until(lambda: coordinator.network(network).get("revoked"), self.patience, "it is told")
        rows = coordinator.pln("invite", "--list", json="lines")
        self.assertEqual(sorted(row["state"] for row in rows), ["used", "void"])
        self.assertIn("void: no coordinator now", coordinator.pln("invite", "--list"))
        said = coordinator.status()
        self.assertEqual(said["invitations_open"], 0)
        self.assertFalse([text for text in said["warnings"] if "no public address" in text])
        refused = late.try_pln("join", ticket)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, "pln: the invitation does not count any more: whoever made it may "
                                         "no longer invite; ask another coordinator for one")
        # The guest knows nobody else here: it is told so, and that a ticket helps.
        wait_until(lambda: [text for text in guest.status()["warnings"] if "no address of a member" in text],
                   self.patience, "it sees that it is alone")
        self.assertEqual(guest.network(network)["connected"], 0)
        self.assertIn("nobody connected", guest.pln("status"))
        guest.join(hub.invite(network))
        wait_until(lambda: guest.network(network)["connected"] == 1, self.patience, "it is back")
        self.assertEqual(guest.status()["warnings"], [])
        self.assertIn("complete", guest.pln("status"))

    def test_join_goes_on_when_the_inviter_comes_back(self):
        hub = self.node("hub", listen=places.address())
        network = hub.found()
        ticket = hub.invite(network)
        hub.kill()
        other = self.node("other")
        joining = other.begin_pln("join", ticket, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: other.metrics() and "no answer" in joining.stderr.readline(),
                   self.patience, "it finds nobody")
        hub.start()
        out, _ = joining.communicate(timeout=self.patience)
        self.assertEqual(joining.returncode, 0)
        self.assertEqual(out.strip(), network)

    def test_join_goes_on_when_the_inviter_stops_before_it_answers(self):
        hub = self.node("hub")
        network = hub.found()
        for number in range(3):
            district = self.node(f"district{number}")
            ticket = hub.invite(network)
            hub.settings["listen"] = hub.listen  # it comes back at the address of the ticket
            hub.process.send_signal(signal.SIGSTOP)
            joining = district.begin_pln("join", "--wait", "5m", ticket, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)
            said = joining.stderr.readline()
            while said and "calling" not in said:
                said = joining.stderr.readline()
            hub.process.send_signal(signal.SIGTERM)
            hub.process.send_signal(signal.SIGCONT)
            hub.process.wait(self.patience)
            hub.process.stdout.close()
            hub.process = None
            hub.start()
            told, why = joining.communicate(timeout=300)
            self.assertEqual((joining.returncode, told.strip()), (0, network), why)

    def test_join_goes_on_when_its_own_daemon_comes_back(self):
        hub = self.node("hub", listen=places.address())
        network = hub.found()
        ticket = hub.invite(network)
        hub.stop()
        other = self.node("other")
        for end in (other.kill, other.stop):
            joining = other.begin_pln("join", ticket, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
            wait_until(lambda: "no answer" in joining.stderr.readline(), self.patience, "it calls")
            end()
            wait_until(lambda: "come back" in joining.stderr.readline(), self.patience, "it waits")
            other.start()
            if end == other.kill:
                joining.kill()
                joining.communicate()
        hub.start()
        out, told = joining.communicate(timeout=self.patience)
        self.assertEqual(joining.returncode, 0, told)
        self.assertEqual(out.strip(), network)

    def test_a_join_cut_off_anywhere_is_repeated_with_the_same_ticket(self):
        hub = self.node("hub", listen=places.address())
        network = hub.found()
        for number in range(6):
            other = self.node(f"other{number}")
            ticket = hub.invite(network)
            joining = other.begin_pln("join", ticket, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
            victim = (hub, other)[number % 2]
            time.sleep(self.random.random() * 0.1)  # somewhere in the exchange; any place must do
            victim.kill()
            joining.kill()
            joining.communicate()
            victim.start()
            self.assertEqual(other.join(ticket), network)
            self.assertEqual(self.node(f"thief{number}").try_pln("join", ticket).returncode, 1)
        self.assertEqual(len(hub.pln("members", json="lines")), 7)


if __name__ == "__main__":
    unittest.main()
