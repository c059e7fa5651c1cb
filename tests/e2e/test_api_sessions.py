# SPDX-License-Identifier: MPL-2.0
"""Sign-in links of the page: made, used once, listed, withdrawn; and what each role may."""
import os
import stat
import unittest

from plnkit.browser import Browser, signed_in
from plnkit.case import Case
from plnkit.wait import wait_until

ROLES = ["read", "draft", "publish", "manage"]
LESSON = {"records": [{"kind": "lesson", "fields": {
    "title": "Rubric first", "result": "r", "challenge": "c", "lesson": "l"}}]}


class Sessions(Case):

    def test_a_link_signs_in_once_and_the_session_survives_a_restart(self):
        node = self.node("cedar")
        done = node.try_pln("web", "--role", "draft", "--for", "Ms. Álvarez")
        self.assertEqual(done.returncode, 0, done.stderr)
        url = done.stdout.strip()
        self.assertTrue(url.startswith(f"http://{node.http}/#/sign-in/"), url)
        browser = Browser(node)
        self.assertEqual(browser.get("/api/v1/session").json["via"], "open")
        answer = browser.sign_in(url)
        self.assertEqual(answer.status, 200, answer)
        cookie = answer.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
            self.assertIn(part, cookie)
        self.assertNotIn("Secure", cookie)
        token = url.rsplit("/", 1)[1]
        self.assertNotIn(token, node.log())
        again = Browser(node).sign_in(url)
        self.assertEqual((again.status, again.json["reason"]), (410, "ticket-used"))
        node.stop()
        node.start()
        browser.node = node
        browser.host = node.http
        browser.origin = f"http://{node.http}"
        session = browser.get("/api/v1/session").json
        self.assertEqual((session["role"], session["name"], session["via"]),
                         ("draft", "Ms. Álvarez", "link"))
        secret = (node.dir / "sign-ins").read_text("utf-8")
        self.assertNotIn(token, secret)
        self.assertNotIn(browser.cookie.split("=")[1], secret)
        self.assertEqual(stat.S_IMODE(os.stat(node.dir / "sign-ins").st_mode), 0o600)

    def test_withdrawing_a_link_ends_its_session_and_streams_at_once(self):
        node = self.node("cedar")
        browser = signed_in(node, "manage", "Ada")
        [row] = node.pln("web", "--list", json="lines")
        self.assertEqual((row["state"], row["for"], row["role"]), ("used", "Ada", "manage"))
        self.assertNotIn("token", row)
        self.assertIn("Ada", node.pln("web", "--list"))
        stream = self.open_stream(browser, "/api/v1/watch")
        node.pln("web", "--cancel", row["key"][:6])
        self.assertEqual(browser.post("/api/v1/networks", {"name": "x"}).status, 403)
        self.assertEqual(browser.get("/api/v1/session").json["role"], "read")
        stream.settimeout(self.patience)
        while stream.recv(4096):
            pass
        [row] = node.pln("web", "--list", json="lines")
        self.assertEqual(row["state"], "withdrawn")
        stream.close()

    @staticmethod
    def open_stream(browser, path):
        import socket
        host, port = browser.node.http.rsplit(":", 1)
        stream = socket.create_connection((host, int(port)))
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {browser.host}\r\n"
                       f"Cookie: {browser.cookie}\r\n\r\n".encode())
        return stream

    def test_signing_out_ends_the_session(self):
        node = self.node("cedar")
        browser = signed_in(node, "publish")
        cookie = browser.cookie
        self.assertEqual(browser.post("/api/v1/session/end").status, 200)
        self.assertIsNone(browser.cookie)
        browser.cookie = cookie
        self.assertEqual(browser.get("/api/v1/session").json["via"], "open")

    def test_each_role_may_what_the_route_table_says(self):
        node = self.node("cedar")
        node.found("Iowa")
        attempts = [("read", "GET", "/api/v1/status", None),
                    ("publish", "POST", "/api/v1/records", LESSON),
                    ("manage", "POST", "/api/v1/networks", {"name": "Ohio"}),
                    ("manage", "GET", "/api/v1/sign-ins", None),
                    ("manage", "POST", "/api/v1/sign-ins", {"role": "read"})]
        for role in ROLES:
            browser = signed_in(node, role)
            for least, method, path, body in attempts:
                answer = browser.ask(method, path, body)
                if ROLES.index(role) < ROLES.index(least):
                    self.assertEqual(answer.status, 403, (role, path, answer))
                    self.assertIn(f"pln web --role {least}", answer.json["detail"])
                else:
                    self.assertIn(answer.status, (200, 201), (role, path, answer))

    def test_the_key_leaves_over_the_socket_only(self):
        node = self.node("cedar")
        browser = signed_in(node, "manage")
        for path in ("/api/v1/key", "/api/v1/backup"):
            answer = browser.post(path)
            self.assertEqual(answer.status, 403, answer)
            self.assertIn("pln backup", answer.json["detail"])
        node.pln("backup", f"{self.root}/copy")

    def test_where_reading_needs_a_link_nothing_is_told_without_one(self):
        node = self.node("cedar", read="link")
        browser = Browser(node)
        for path in ("/api/v1/session", "/api/v1/status", "/api/v1/records", "/metrics"):
            answer = browser.get(path)
            self.assertEqual(answer.status, 401, answer)
            self.assertIn("pln web", answer.json["detail"])
        self.assertEqual(browser.get("/healthz").status, 200)
        self.assertEqual(signed_in(node, "read").get("/api/v1/status").status, 200)

    def test_a_public_url_makes_reading_need_a_link_and_the_cookie_secure(self):
        node = self.node("cedar", public_url="https://pln.example.org/")
        url = node.pln("web")
        self.assertTrue(url.startswith("https://pln.example.org/#/sign-in/"), url)
        browser = Browser(node, host="pln.example.org", origin="https://pln.example.org")
        self.assertEqual(browser.get("/api/v1/status").status, 401)
        answer = browser.sign_in(url)
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("; Secure", answer.headers["Set-Cookie"])
        self.assertEqual(browser.post("/api/v1/networks", {"name": "Iowa"}).status, 201)
        foreign = browser.post("/api/v1/networks", {"name": "x"},
                               headers={"Origin": "http://pln.example.org"})
        self.assertEqual(foreign.status, 403)

    def test_who_signs_out_hears_that_it_is_so(self):
        # Sessions that ended are looked for all the time: that must not cut off the answer itself.
        node = self.node("cedar")
        for _ in range(60):
            self.assertEqual(signed_in(node, "read").post("/api/v1/session/end").status, 200)

    def test_failed_sign_ins_are_braked(self):
        node = self.node("cedar")
        browser = Browser(node)
        seen = [browser.sign_in("x/guess").status for _ in range(12)]
        self.assertEqual(seen[0], 404)
        self.assertEqual(seen[-1], 429)

    def test_wrong_usage_is_told_before_anything_is_made(self):
        node = self.node("cedar")
        for words in (["--role", "king"], ["--expires", "soon"]):
            self.assertEqual(node.try_pln("web", *words).returncode, 2)
        self.assertEqual(node.try_pln("web", "--expires", "500d").returncode, 2)
        self.assertEqual(node.try_pln("web", "--cancel", "abc").returncode, 1)
        self.assertEqual(node.pln("web", "--list", json="lines"), [])
        made = node.pln("web", "--role", "read", "--expires", "12h", json=True)
        self.assertEqual(made["role"], "read")
        self.assertTrue(made["url"].endswith(made["token"]))


class Foreign(Case):

    def test_names_that_are_not_ours_are_not_answered(self):
        node = self.node("cedar")
        for host in ("evil.example", f"evil.example:{node.http.rsplit(':', 1)[1]}", "", None,
                     f"{node.http}.evil.example"):
            answer = Browser(node).get("/healthz", headers={"Host": host})
            self.assertIn(answer.status, (400, 421), (host, answer))

    def test_pages_of_other_sites_change_nothing(self):
        node = self.node("cedar")
        browser = signed_in(node)
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": None},
                        {"Sec-Fetch-Site": "cross-site"}):
            answer = browser.post("/api/v1/networks", {"name": "x"}, headers=headers)
            self.assertEqual(answer.status, 403, (headers, answer))
        form = browser.post("/api/v1/networks", b"name=x",
                            headers={"Content-Type": "text/plain"})
        self.assertEqual(form.status, 415)
        self.assertEqual(browser.get("/api/v1/networks").json["networks"], [])

    def test_every_answer_says_what_a_browser_may_do_with_it(self):
        node = self.node("cedar")
        for path in ("/healthz", "/api/v1/status", "/api/v1/nothing"):
            headers = Browser(node).get(path).headers
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIsNone(headers.get("Access-Control-Allow-Origin"))


if __name__ == "__main__":
    unittest.main()
