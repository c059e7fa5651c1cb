# SPDX-License-Identifier: MPL-2.0
"""Requests as no browser sends them: the page's door refuses them, changes nothing and stays open."""
import socket
import threading
import time
import unittest

from plnkit.browser import Browser, signed_in
from plnkit.case import Case
from plnkit.wait import wait_until

SMUGGLED = b'POST /api/v1/networks HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: %s\r\n' \
           b'Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"x"}'


class Hostile(Case):

    def begin(self):
        node = self.node("cedar")
        return node, signed_in(node)

    def connect(self, node):
        host, port = node.http.rsplit(":", 1)
        connection = socket.create_connection((host, int(port)))
        connection.settimeout(self.patience)
        self.addCleanup(connection.close)
        return connection

    def say(self, node, data, ends=True):
        """Everything that is answered until the end of the connection; @ends: ours is closed first."""
        connection = self.connect(node)
        answer = b""
        try:
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer

    def alive(self, node):
        self.assertTrue(node.running(), node.log())
        self.assertEqual(Browser(node).get("/healthz").status, 200)

    def test_requests_that_two_programs_may_read_differently_do_nothing(self):
        node, browser = self.begin()
        inner = SMUGGLED % (node.http.encode(), node.http.encode(), browser.cookie.encode())
        host = node.http.encode()
        head = b"POST /api/v1/session/end HTTP/1.1\r\nHost: " + host + b"\r\nOrigin: http://" + host + \
               b"\r\nContent-Type: application/json\r\n"
        length = str(len(inner)).encode()
        shapes = [
            head + b"Content-Length: " + length + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
            head + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + inner,
            head + b"Content-Length: 0\r\nContent-Length: " + length + b"\r\n\r\n" + inner,
            head + b"Content-Length: " + length + b", 0\r\n\r\n" + inner,
            head + b"Content-Length: -1\r\n\r\n" + inner,
            head + b"Content-Length: 0x0\r\n\r\n" + inner,
            head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner,
            head + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + inner,
            head + b"Host: evil.example\r\nContent-Length: 0\r\n\r\n" + inner,
        ]
        for shape in shapes:
            answer = self.say(node, shape)
            self.assertNotIn(b" 201 ", answer, shape[:300])
            self.assertNotIn(b'"signed_out"', answer, shape[:300])
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 4"), (shape[:300], answer[:300]))
        self.assertEqual(browser.get("/api/v1/networks").json["networks"], [])
        self.alive(node)

    def test_bytes_that_are_no_text_are_refused_and_never_an_error_of_ours(self):
        node, browser = self.begin()
        host = node.http.encode()
        for target in (b"/\xff\xfe", b"/api/v1/records?q=%ff", b"/api/v1/networks/%c3%28", b"/%00",
                       b"/api/v1/drafts/..%2f..%2fnode.key", b"//", b"http://evil/", b"*", b"/" + b"a" * 9000):
            answer = self.say(node, b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nCookie: "
                              + browser.cookie.encode() + b"\r\n\r\n")
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 4"), (target[:60], answer[:200]))
        for body in (b"\xff", b'{"name":"\xff"}', b'{"name":"\\u0000"}', b"[" * 100000, b'{"name":' * 5000,
                     b'{"name":"x","name":"y"}', b"nul", b'"x"', b"{}x"):
            answer = browser.ask("POST", "/api/v1/networks", body)
            self.assertEqual(answer.status, 400, (body[:60], answer))
        for name in ("Origin", "Cookie", "Content-Type", "Last-Event-ID", "Sec-Fetch-Site"):
            answer = self.say(node, b"GET /api/v1/id HTTP/1.1\r\nHost: " + host + b"\r\n" + name.encode()
                              + b": \xff\xfe\x80=\xff\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 5", answer, name)
        self.assertEqual(browser.get("/api/v1/networks").json["networks"], [])
        self.alive(node)

    def test_huge_headers_and_bodies_are_cut_off(self):
        node, _ = self.begin()
        before = node.metrics()["pln_uptime_seconds"]
        for data in (b"GET / HTTP/1.1\r\nX: " + b"a" * 300000, b"A" * 300000,
                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50000,
                     b"POST /api/v1/session HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n" + b" " * 6000000):
            answer = self.say(node, data)
            self.assertNotIn(b" 200 ", answer[:20])
        self.alive(node)
        self.assertGreaterEqual(node.metrics()["pln_uptime_seconds"], before)

    def test_what_is_no_http_is_refused_in_words_that_repeat_nothing_of_it(self):
        node, _ = self.begin()
        head = b"GET /<b>zzq HTTP/1.1\r\nHost: " + node.http.encode() + b"\r\nX: <i>zzq"
        for data, status in ((head + b"a" * 40000 + b"\r\n\r\n", b"431"),
                             (b"GET /<b>zzq" + b"a" * 40000 + b" HTTP/1.1\r\n\r\n", b"414"),
                             (head + b"\r\nContent-Length: <i>zzq\r\n\r\n", b"400"),
                             (b"GET /<b>zzq HTTP/3.7\r\nHost: x\r\n\r\n", b"505")):
            answer = self.say(node, data, ends=False)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), (data[:60], answer[:200]))
            self.assertIn(b"Connection: close", answer, data[:60])
            self.assertNotIn(b"zzq", answer, data[:60])
        self.alive(node)

    def test_a_body_that_will_never_be_read_is_answered_before_it_comes(self):
        node, browser = self.begin()
        head = (b"POST /api/v1/records HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: %s\r\n"
                b"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %s\r\n\r\n")
        host = node.http.encode()
        for length in (b"300000000", b"9000000000000000000"):
            connection = self.connect(node)
            connection.sendall(head % (host, host, browser.cookie.encode(), length))
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)
            self.assertIn(b"1 MiB", answer)
        self.alive(node)

    def test_connections_that_drip_keep_nobody_out_and_end_by_themselves(self):
        node, browser = self.begin()
        stop = threading.Event()
        slow = [self.connect(node) for _ in range(200)]
        for connection in slow:
            try:
                connection.sendall(b"GET /api/v1/status HTTP/1.1\r\nHost: ")
            except ConnectionError:
                pass

        def drip():
            while not stop.wait(0.5):
                for connection in slow:
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        pass
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            for _ in range(20):
                wait_until(lambda: self.answered(browser), self.patience, "an honest request is answered")
            begun = time.monotonic()
            for connection in slow:
                while self.receives(connection):
                    pass
            self.assert_within(time.monotonic() - begun, 50)
        finally:
            stop.set()
            thread.join()
        self.alive(node)

    @staticmethod
    def answered(browser):
        try:
            return browser.get("/api/v1/status").status == 200
        except OSError:
            return False

    @staticmethod
    def receives(connection):
        try:
            return bool(connection.recv(4096))
        except OSError:
            return False

    def test_get_changes_nothing(self):
        node, browser = self.begin()
        node.found()
        draft = browser.post("/api/v1/drafts", {"kind": "task", "fields": {"title": "x"}}).json
        paths = browser.get("/api/v1/openapi.json").json["paths"]

        def state():
            files = {str(path.relative_to(node.dir)): path.read_bytes()
                     for path in (node.dir / "drafts").iterdir()}
            sign_ins = browser.get("/api/v1/sign-ins").json["sign_ins"]
            for row in sign_ins:
                row.pop("last_used", None)
            return (files, sign_ins, node.status()["store"]["arrivals"], node.network("Prairie Schools "
                    "Collaborative")["digest"], browser.get(f"/api/v1/drafts/{draft['id']}").json)
        before = state()
        for path in paths:
            if path in ("/api/v1/events", "/api/v1/watch"):
                continue
            filled = path.replace("{D}", draft["id"]).replace("{NET}", "-")
            for method in ("GET", "HEAD"):
                browser.ask(method, filled)
        self.assertEqual(state(), before)


if __name__ == "__main__":
    unittest.main()
