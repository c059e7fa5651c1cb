# SPDX-License-Identifier: MPL-2.0
"""The description is held to the running daemon, both ways: what it says is so, and nothing else is."""
import json
import re
import shutil
import unittest

from plnkit.browser import Answer, Browser, signed_in
from plnkit.described import Described
from plnkit.events import Listener
from plnkit.node import SocketConnection
from plnkit.wait import wait_until

TASK = {"title": "Bridge", "prompt": "Build a bridge.", "license": "CC-BY-4.0", "grades": ["09"],
        "tags": ["statics"]}
ROLES = ["none", "read", "draft", "publish", "manage", "owner"]
# A value for each parameter of a query that asks for something there is.
ASKED = {"network": "Iowa", "kind": "task", "author": "cedar", "since": "7d", "until": "2030-01-01",
         "limit": "1", "versions": "all", "open": "1", "sort": "newest", "q": "bridge", "from": "now",
         "state": "waiting", "subject": "Science", "grade": "9", "license": "CC-BY-4.0", "tag": "statics",
         "relation": "spoken_of_by", "tier": "2", "language": "en", "by": "Ada", "competency": "x", "dok": "3",
         "type": "formative", "locale": "rural", "size": "1-299", "date": "2026-10"}
# Parameters of which each has a few words, or a number in bounds; all others take texts.
CLOSED = {"limit", "sort", "versions", "open", "state", "relation"}
# Shapes that only come about where something is broken on purpose: in the story behind.
BROKEN = {"Fork", "Revoked", "Twin", "Aside"}


# What is right in a body, beside the one member that is wrong; and what is wrong in each type.
RIGHT = {"kind": "task", "fields": TASK, "records": [{"kind": "task", "fields": TASK}], "revision": 1,
         "comment": "x", "name": "Zed", "title": "x", "role": "read", "what": "key", "reason": "x", "ticket": "x",
         "token": "x", "address": "127.0.0.1:9"}
WRONG = {"string": (5, ["a"]), "integer": ("x", -1, 1.5, True), "number": ("x",), "boolean": ("true", 1),
         "array": ("x", 5), "object": ("x", 5)}


class Description(Described):

    # ---- what is described is so ----

    def test_every_operation_answers_as_described(self):
        other = self.node("prairie")
        self.tell_about_the_node()
        self.publish_and_read()
        self.write_drafts()
        self.sign_in_and_out()
        guest = self.let_in(other)
        self.listen()
        self.listen_after_another_life(other)
        self.let_go(other, guest)
        self.check("status", self.manager.get("/api/v1/status?zz"))
        good = {(name, status) for name, (_, _, operation) in self.operations.items()
                for status in operation["responses"] if status < "300"}
        met = {(name, status) for name, status in self.met if status < "300"}
        self.assertEqual(good, met)
        shapes = {name for name in self.document["components"]["schemas"] if not name.startswith("Fields_")}
        self.assertEqual(shapes - self.schema.seen, BROKEN)

    def tell_about_the_node(self):
        page = self.ask("page")
        file = re.search(r'"/(assets/[^"]+)"', page.text).group(1).split("/")
        self.ask("page_asset", *file[1:3])
        self.ask("page_asset_3", file[1], "app", "router.js")
        for name in ("health", "metrics", "openapi", "problems", "id", "status", "networks", "peers",
                     "kinds", "invitations", "session", "sign_ins"):
            self.ask(name)
        self.ask("name", body={"name": "Cedar Valley"})
        self.ask("network", "-")
        self.ask("members", self.network)
        self.ask("network_heal", "Iowa")
        self.ask("copy_made", body={"what": "key"})
        self.ask("status")
        for name in ("backup", "key"):
            method, path, _ = self.operations[name]
            status, media, size = self.raw(method, path)
            self.assertEqual((status, media, size > 100), (200, "application/octet-stream", True))
            self.met.add((name, "200"))

    def raw(self, method, path):
        connection = SocketConnection(str(self.node_a.dir / "plnd.sock"), 30)
        connection.request(method, path, b"{}", {"Content-Type": "application/json"})
        answer = connection.getresponse()
        size = len(answer.read())
        connection.close()
        return answer.status, answer.headers["Content-Type"], size

    def publish_and_read(self):
        bad = {"kind": "task", "fields": {"title": "x", "prompt": "Name: Jane Doe"}}
        records = [{"kind": "task", "fields": TASK}, bad]
        self.ask("records_publish", body={"records": records, "network": "Iowa", "skip_existing": True})
        results = self.ask("records_publish", body={"records": records, "network": "Iowa",
                                                    "skip_existing": True}).json
        record = results["results"][0]["skipped"]
        copy = self.ask("adapt", body={"origin": record, "fields": {"title": "Our bridge"}}).json["results"][0]["id"]
        self.ask("record", *copy.split("/"))
        self.ask("record", *record.split("/"))
        self.ask("lineage", *record.split("/"), query="?relation=adapted_by&limit=1")
        self.ask("records", query="?limit=1")
        self.ask("search", query="?q=bridge&limit=1")
        self.ask("facets", query="?q=bridge")
        self.ask("export")
        self.ask("export_jsonld")
        self.ask("record_jsonld", *record.split("/"))
        self.ask("record_markdown", *record.split("/"))
        self.ask("check", body={"kind": "task", "fields": {"prompt": "Name: Jane Doe"}})
        self.ask("retract", *record.split("/"), body={"reason": "a slip"})
        wait_until(lambda: "withdrawn" in self.ask("record", *record.split("/")).json, self.patience, "it is gone")

    def write_drafts(self):
        draft = self.ask("draft_make", body={"kind": "task", "fields": TASK}).json
        self.ask("draft", draft["id"])
        self.ask("drafts", query="?limit=1")
        self.ask("draft_put", draft["id"], body={"revision": 1, "fields": {**TASK, "title": "Second"}})
        self.ask("draft_submit", draft["id"])
        self.ask("draft_return", draft["id"], body={"comment": "more"})
        self.ask("draft_publish", draft["id"], body={"revision": 4})
        self.ask("draft_delete", self.ask("draft_make", body={"kind": "lesson"}).json["id"])

    def sign_in_and_out(self):
        made = self.ask("sign_in_make", body={"role": "read", "for": "Bo"}).json
        guest = Browser(self.node_a)
        self.ask("session_begin", body={"token": made["token"]}, browser=guest)
        self.ask("session", browser=guest)
        self.ask("session_end", browser=guest)
        self.ask("sign_ins")
        self.ask("sign_in_cancel", made["key"])

    def let_in(self, other):
        made = self.ask("invite", "Iowa", body={"label": "Prairie", "addresses": [self.node_a.listen]}).json
        self.ask("ticket_read", body={"ticket": made["ticket"]})
        guest = signed_in(other, "manage")
        self.ask("join", body={"ticket": made["ticket"], "wait_ms": 60000}, browser=guest)
        self.ask("invitations")
        self.ask("members", "Iowa")
        self.ask("peers")
        self.ask("invitation_cancel", self.ask("invite", "Iowa").json["key"])
        return guest

    def let_go(self, other, guest):
        self.ask("peer_add", body={"address": "127.0.0.1:9", "id": other.id})
        self.ask("peer_remove", body={"id": other.id})
        self.ask("network_create", body={"name": "Ohio", "title": "The other one"}, browser=guest)
        self.ask("network_settings", "Iowa", body={"title": "Of the plains"})
        self.ask("network_transfer", "Iowa", body={"member": "Prairie"})
        self.wait_root(guest, other)
        self.ask("network_transfer", "Iowa", body={"member": self.node_a.id}, browser=guest)
        self.wait_root(self.manager, self.node_a)
        self.ask("network_leave", "Iowa", body={"forget": True}, browser=guest)
        self.ask("revoke", "Iowa", body={"member": "Prairie", "reason": "moved"})

    def wait_root(self, browser, node):
        wait_until(lambda: self.ask("network", "Iowa", browser=browser).json["root"] == node.id,
                   self.patience, f"{node.name} is the root")

    def listen(self):
        described = self.operations["events"][2]["responses"]["200"]["x-events"]
        stream = Listener(self.manager, timeout=self.patience)
        self.addCleanup(stream.close)
        for name in ("arrival", "state", "progress", "drafts"):
            event = stream.next(name)
            self.assertEqual(self.schema.problems(event.data, described[name]), [], event)
        self.node_a.pln("add", "task", "title=Live", "prompt=x")
        event = stream.next("arrival")
        while not event.data["records"]:
            event = stream.next("arrival")
        self.assertEqual(self.schema.problems(event.data, described["arrival"]), [], event)
        self.met.add(("events", "200"))
        watch = self.node_a.begin_pln("watch", "--limit", "1", "--json", stdout=-1)
        self.node_a.pln("add", "task", "title=Watched", "prompt=x")
        while watch.poll() is None:
            self.node_a.pln("add", "task", "title=Watched", "prompt=x")
        line = json.loads(watch.stdout.read())
        watch.stdout.close()
        schema = self.operations["watch"][2]["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
        self.assertEqual(self.schema.problems(line, schema), [])
        self.met.add(("watch", "200"))

    def listen_after_another_life(self, other):
        """What @other calls an arrival says nothing here."""
        described = self.operations["events"][2]["responses"]["200"]["x-events"]
        theirs = Listener(signed_in(other, "read"), timeout=self.patience)
        self.addCleanup(theirs.close)
        ours = Listener(self.manager, theirs.next("arrival").id, timeout=self.patience)
        self.addCleanup(ours.close)
        event = ours.next("reset")
        self.assertEqual(self.schema.problems(event.data, described["reset"]), [], event)

    def test_every_parameter_of_a_query_is_understood(self):
        self.node_a.api("POST", "/api/v1/records", {"records": [{"kind": "task", "fields": TASK}] * 3})
        self.manager.post("/api/v1/drafts", {"kind": "task"})
        task, comment = self.spoken_of()
        marks = {("lineage", "after"): comment,
                 ("records", "before"): self.ask("records", query="?limit=1").json["next"],
                 ("search", "after"): self.ask("search", query="?q=bridge&limit=1").json["next"],
                 ("drafts", "after"): self.ask("drafts").json["drafts"][0]["id"],
                 ("networks", "after"): self.network, ("members", "after"): self.node_a.id,
                 ("sign_ins", "after"): self.ask("sign_ins").json["sign_ins"][0]["key"],
                 ("invitations", "after"): self.ask("invite", "-").json["key"],
                 ("peers", "after"): self.peer()}
        for name, (_, path, operation) in self.operations.items():
            for parameter in operation["parameters"]:
                asked = parameter["name"]
                if parameter["in"] != "query" or name in ("watch", "events"):
                    continue
                if asked == "state" and name != "drafts":
                    marks[name, asked] = "piloted"
                value = marks.get((name, asked)) or ASKED.get(asked, "x")
                words = "&q=bridge" if name == "search" and asked != "q" else ""
                path = path.replace("{NET}/{AUTHOR}/{SEQ}", task).replace("{NET}", "-")
                answer = self.check(name, self.manager.get(f"{path}?{asked}={value}{words}"))
                self.assertEqual(answer.status, 200, (name, asked, answer))
                if asked in ASKED:
                    wrong = self.check(name, self.manager.get(f"{path}?{asked}=%21%21{words}"))
                    self.assertIn(wrong.status, (200, 400, 404), (name, asked, wrong))

    def sees(self, name, path, parameter, value, status):
        """The query of @path is answered so; a refusal names the parameter."""
        asked = parameter["name"]
        words = "&q=bridge" if name == "search" and asked != "q" else ""
        answer = self.check(name, self.manager.get(f"{path}?{asked}={value}{words}"))
        self.assertEqual(answer.status, status, (name, asked, value, answer))
        if status == 400:
            self.assertEqual(answer.json["reason"], asked, (name, asked, value))
        return answer

    def test_a_value_that_a_parameter_does_not_describe_is_refused(self):
        self.node_a.api("POST", "/api/v1/records", {"records": [{"kind": "task", "fields": TASK}] * 3})
        task, _ = self.spoken_of()
        met = set()
        for name, (_, path, operation) in self.operations.items():
            path = path.replace("{NET}/{AUTHOR}/{SEQ}", task).replace("{NET}", "-")
            for parameter in operation["parameters"]:
                schema = parameter["schema"]
                if parameter["in"] != "query":
                    continue
                met.add(parameter["name"])
                facet = parameter["name"] == "state" and name != "drafts"
                self.assertEqual("enum" in schema or "maximum" in schema,
                                 parameter["name"] in CLOSED and not facet, (name, parameter))
                for word in schema.get("enum", ()):
                    self.sees(name, path, parameter, word, 200)
                for word in ("zz", "", "%20" + schema["enum"][0]) if "enum" in schema else ():
                    refused = self.sees(name, path, parameter, word, 400)
                    for allowed in schema["enum"]:
                        self.assertIn(allowed, refused.json["detail"])
                if schema["type"] == "integer":
                    least, most = schema["minimum"], schema["maximum"]
                    for number in (least, most):
                        self.sees(name, path, parameter, number, 200)
                    for number in (least - 1, most + 1, -1, "", f"{least}x", "18446744073709551617"):
                        refused = self.sees(name, path, parameter, number, 400)
                        self.assertIn(f"from {least} to {most}", refused.json["detail"])
        self.assertLessEqual(CLOSED, met)

    def test_a_member_of_another_type_or_word_is_refused_by_its_name(self):
        right = {**RIGHT, "origin": self.node_a.pln("add", "task", "title=Origin", "prompt=x"),
                  "member": self.node_a.id, "id": self.node_a.id}
        before = self.node_a.records(self.network)
        for name, (method, path, operation) in self.operations.items():
            if "requestBody" not in operation or operation["x-least-role"] == "owner":
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            schema = self.document["components"]["schemas"][schema.rsplit("/", 1)[1]]
            path = path.replace("{NET}/{AUTHOR}/{SEQ}", right["origin"]).replace("{NET}", "Iowa")
            for member, inner in schema["properties"].items():
                wrong = WRONG[inner["type"]] if "type" in inner else ()
                for value in (*wrong, *(("zz", "") if "enum" in inner else ())):
                    where = path.replace("{D}", self.a_draft()) if "{D}" in path else path
                    body = {key: right[key] for key in schema["required"]}
                    answer = self.check(name, self.manager.ask(method, where, {**body, member: value}))
                    self.assertEqual((answer.status, answer.json.get("field")), (400, member), (name, value, answer))
        self.assertEqual(self.node_a.records(self.network), before)

    def a_draft(self):
        return self.manager.post("/api/v1/drafts", {"kind": "task"}).json["id"]

    def test_every_header_that_is_described_is_heard(self):
        heard = {(name, parameter["name"]) for name, (_, _, operation) in self.operations.items()
                 for parameter in operation["parameters"] if parameter["in"] == "header"}
        self.assertEqual(heard, {("events", "Last-Event-ID")} | {
            (name, "If-None-Match") for name in ("page", "page_asset", "page_asset_3")})
        refused = self.check("events", self.manager.get("/api/v1/events", headers={"Last-Event-ID": "zz"}))
        self.assertEqual((refused.status, refused.json["reason"]), (400, "after"), refused)

    def test_who_holds_what_it_asks_for_gets_no_body(self):
        answer = self.ask("page")
        tag, file = answer.headers["ETag"], re.search(r'"(/assets/[^"]+)"', answer.text).group(1)
        theirs = self.manager.get(file).headers["ETag"]
        for path, name, own in (("/", "page", tag), (file, "page_asset", theirs)):
            self.assertIn("304", self.operations[name][2]["responses"])
            for held in (own, f"W/{own}", f'"x", W/{own}, "y"', "*"):
                again = self.manager.get(path, headers={"If-None-Match": held})
                self.assertEqual((again.status, again.text, again.headers["ETag"]), (304, "", own), held)
            for other in ('"x"', own.strip('"'), f'"x" {own}', f"*, {own}"):
                whole = self.manager.get(path, headers={"If-None-Match": other})
                self.assertEqual(whole.status, 200, other)
                self.assertTrue(whole.text, other)

    def spoken_of(self):
        """A record, and the first of two that speak of it."""
        task = self.node_a.pln("add", "task", "title=Spoken of", "prompt=x")
        comments = [self.node_a.pln("add", "comment", "text=So it is.", f"about={task}") for _ in range(2)]
        return task, comments[0]

    def peer(self):
        """Id of a node that this one looks for."""
        other = self.node("prairie").id
        self.ask("peer_add", body={"address": "127.0.0.1:9", "id": other})
        return self.ask("peers").json["peers"][0]["id"]

    def test_lists_in_pages_join_without_a_gap(self):
        for number in range(3):
            self.node_a.found(f"Net {number}")
        whole = self.manager.get("/api/v1/networks").json
        self.assertIsNone(whole["next"])
        seen, after = [], ""
        while after is not None:
            page = self.ask("networks", query=f"?limit=2{after}").json
            seen += [row["id"] for row in page["networks"]]
            after = page["next"] and f"&after={page['next']}"
        self.assertEqual(seen, [row["id"] for row in whole["networks"]])
        self.assertEqual(self.manager.get("/api/v1/networks?after=zz").json["reason"], "after")

    # ---- every refusal that is described ----

    def sample(self, name):
        """Path with parts that name nothing, and an empty body."""
        method, path, operation = self.operations[name]
        path = re.sub(r"\{\w+\}", "zz", path.replace("{SEQ}", "1"))
        return method, path, {} if "requestBody" in operation else None

    def refused(self, name, status, answer, reason=None):
        self.check(name, answer)
        self.assertEqual(answer.status, status, (name, answer))
        if reason:
            self.assertEqual(answer.json["reason"], reason, (name, answer))
        self.assertEqual(answer.json["type"], f"/api/v1/problems#{answer.json['reason']}")
        self.assertIn(answer.json["reason"], self.sorts, (name, answer))

    def test_every_operation_refuses_as_described(self):
        self.sorts = {row["reason"] for row in self.manager.get("/api/v1/problems").json["problems"]}
        closed = self.node("closed", read="link")
        strangers = Browser(closed)
        smaller = {role: signed_in(self.node_a, ROLES[ROLES.index(role) - 1]) for role in ROLES[2:]}
        bodies = {"revoke": {"member": "zz"}, "network_transfer": {"member": "zz"}, "retract": {"reason": "x"}, "draft_return": {"comment": "x"},
                  "draft_put": {"revision": 1}}
        for name, (_, _, operation) in self.operations.items():
            method, path, body = self.sample(name)
            answers = operation["responses"]
            if operation["x-least-role"] != "owner":
                self.refused(name, 400, self.manager.ask(method, f"{path}?zz=1", body), "parameter")
            self.refused(name, 421, self.manager.ask(method, path, body, headers={"Host": "evil.example"}))
            if "401" in answers:
                self.refused(name, 401, strangers.ask(method, path, body), "sign-in")
            if "403" in answers:
                least = operation["x-least-role"]
                self.refused(name, 403, smaller[least].ask(method, path, body), "role")
            if operation["x-least-role"] == "owner":
                self.owner_refused(name, method, path)
                continue
            if "404" in answers:
                missing = path if "zz" in path else f"{path}?network=zz&q=x"[:None if name == "search" else -4]
                self.refused(name, 404, self.manager.ask(method, missing, bodies.get(name, body)))
            if "requestBody" in operation:
                self.refused(name, 400, self.manager.ask(method, path, {"zz": 1}), "field")
                self.refused(name, 400, self.manager.ask(method, path, b"{"), "json")
                self.refused(name, 413, self.manager.ask(method, path, b" " * 1048577), "too-large")
                self.refused(name, 415, self.manager.ask(method, path, b"{}",
                                                         headers={"Content-Type": "text/plain"}))
        described = {(name, status) for name, (_, _, operation) in self.operations.items()
                     for status in operation["responses"]
                     if "400" <= status < "500"}
        met = {(name, status) for name, status in self.met if status >= "400"}
        self.assertEqual(described - met, set())

    def owner_refused(self, name, method, path):
        """What only the socket's owner may do is refused there for what is wrong with it alone."""
        plain = {"Content-Type": "application/json"}
        for status, reason, where, body, headers in (
                (400, "parameter", f"{path}?zz=1", b"{}", plain), (400, "field", path, b'{"zz": 1}', plain),
                (400, "json", path, b"{", plain), (413, "too-large", path, b" " * 1048577, plain),
                (415, "content-type", path, b"{}", {"Content-Type": "text/plain"}),
                (404, "not-found", f"{path}/zz", b"{}", plain)):
            answer = self.over_socket(method, where, body, headers)
            if status == 404:
                self.assertEqual(answer.status, 404, answer)
            else:
                self.refused(name, status, answer, reason if status != 415 else None)

    def over_socket(self, method, path, body, headers):
        connection = SocketConnection(str(self.node_a.dir / "plnd.sock"), 30)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    # ---- nothing else is ----

    def test_nothing_answers_that_is_not_described(self):
        for path, methods in self.document["paths"].items():
            where = re.sub(r"\{\w+\}", "zz", path)
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                if method.lower() not in methods:
                    answer = self.manager.ask(method, where)
                    self.assertEqual(answer.status, 405, (method, path, answer))
                    for allowed in methods:
                        self.assertIn(allowed.upper(), answer.headers["Allow"])
            for other in (f"{where}/zz/zz/zz/zz/zz", f"/x{where}", where.replace("/api/v1", "/api/v2")):
                if other != where:
                    self.assertEqual(self.manager.get(other).status, 404, other)

    def test_every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own(self):
        names = set(self.document["components"]["schemas"])
        for name in re.findall(r'#/components/schemas/([^"]+)"', json.dumps(self.document)):
            self.assertIn(name, names)
        count = sum(len(methods) for methods in self.document["paths"].values())
        self.assertEqual(len(self.operations), count)
        for name, (_, _, operation) in self.operations.items():
            self.assertTrue(operation["summary"].endswith("."), name)
            for parameter in operation["parameters"]:
                self.assertTrue(parameter["description"], (name, parameter))


class Broken(Described):
    """What is shown of a network in which something went wrong."""

    def copy_of(self, node, name):
        copy = self.make(name)
        shutil.copytree(node.dir, copy.dir)
        (copy.dir / "ports").unlink(missing_ok=True)
        return copy

    def lesson(self, node, title):
        node.pln("add", "lesson", f"title={title}", "result=r", "challenge=c", "lesson=l")

    def shapes_of(self, node):
        """All that is shown of the network is as described."""
        browser = signed_in(node, "manage")
        for name, parts in (("status", ()), ("networks", ()), ("network", ("Iowa",))):
            self.ask(name, *parts, browser=browser)

    def test_what_is_shown_of_it_is_as_described(self):
        hub, author, leaver = self.node_a, self.node("author"), self.node("leaver")
        for node in (author, leaver):
            node.join(hub.invite(self.network))
        self.lesson(author, "In common")
        self.wait_records(self.network, 1, hub, leaver)
        author.stop()
        copy = self.copy_of(author, "copy")
        author.start()
        self.lesson(author, "First branch")
        self.wait_records(self.network, 2, hub)
        author.stop()
        hub.stop()
        copy.start()
        self.lesson(copy, "Second branch")
        hub.start()
        self.manager = signed_in(hub, "manage")
        wait_until(lambda: any(f["lane"] == 1 for f in hub.network(self.network)["forks"]), self.patience,
                   "the hub sees the fork")
        wait_until(lambda: hub.network(self.network)["aside"], self.patience, "what does not count is told")
        self.shapes_of(hub)
        author.start()
        for node in (author, copy):
            wait_until(lambda node=node: "twin" in node.status(), self.patience, f"{node.name} hears of the other")
            self.shapes_of(node)
        hub.pln("revoke", self.network, leaver.id, "--reason", "moved")
        wait_until(lambda: "revoked" in leaver.network(self.network), self.patience, "the leaver is told")
        self.shapes_of(leaver)
        self.assertEqual(BROKEN - self.schema.seen, set())


if __name__ == "__main__":
    unittest.main()
