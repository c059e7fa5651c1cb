# SPDX-License-Identifier: MPL-2.0
"""The page behind an HTTPS reverse proxy: the examples of contrib/proxy as they stand, and whom a proxy names."""
import http.client
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from plnkit import places
from plnkit.browser import Answer, Browser
from plnkit.case import Case
from plnkit.wait import wait_until

NAME = "pln.example.org"
EXAMPLES = pathlib.Path(places.CHECKOUT) / "contrib" / "proxy"
NGINX, CADDY = (shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin") for name in ("nginx", "caddy"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxied(Browser):
    """A browser that knows the page by its public name and comes through the proxy."""

    def __init__(self, port, certificate):
        self.port, self.host, self.origin, self.cookie = port, NAME, f"https://{NAME}", None
        self.context = ssl.create_default_context(cafile=certificate)

    def open(self, timeout=120):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout)
        connection = http.client.HTTPConnection(NAME, timeout=timeout)
        connection.sock = self.context.wrap_socket(plain, server_hostname=NAME)
        return connection

    def ask(self, method, path, body=None, headers=None, timeout=120):
        given = {"Host": NAME, **({"Cookie": self.cookie} if self.cookie else {})}
        if method == "POST":
            given |= {"Origin": self.origin, "Content-Type": "application/json"}
            body = body if isinstance(body, bytes) else __import__("json").dumps(body).encode()
        connection = self.open(timeout)
        try:
            connection.request(method, path, body, {**given, **(headers or {})})
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        self._keep(answer.headers.get("Set-Cookie"))
        return answer


class Through:
    """What must hold behind any proxy; start_proxy() lays its example out for this test and returns its process."""

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.certificate, self.key = f"{self.root}/cert.pem", f"{self.root}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", self.key, "-out",
                        self.certificate], check=True, capture_output=True)
        self.district = self.node("cedar", public_url=f"https://{NAME}")
        proxy = self.start_proxy()
        self.addCleanup(proxy.wait)
        self.addCleanup(proxy.terminate)
        wait_until(self.listens, self.patience, "the proxy listens")

    def changed(self, example, *changes):
        """@example with each pattern, which stands in it once, as this test needs it."""
        for pattern, value in changes:
            example, count = re.subn(pattern, value, example)
            self.assertEqual(count, 1, pattern)
        return example

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def browser(self):
        return Proxied(self.port, self.certificate)

    def test_sign_in_reading_and_publishing_go_through_it(self):
        self.district.found("Iowa")
        url = self.district.pln("web", "--role", "publish", "--for", "Ada")
        self.assertTrue(url.startswith(f"https://{NAME}/#/sign-in/"), url)
        browser = self.browser()
        self.assertEqual(browser.get("/").status, 200)
        self.assertEqual(browser.get("/api/v1/status").status, 401, "the world reads nothing without a link")
        answer = browser.sign_in(url)
        self.assertEqual(answer.status, 200, answer)
        for word in ("Secure", "HttpOnly", "SameSite=Strict"):
            self.assertIn(word, answer.headers["Set-Cookie"])
        record = {"kind": "task", "fields": {"title": "Bridge", "prompt": "x"}}
        self.assertEqual(browser.post("/api/v1/records", {"records": [record]}).status, 200)
        self.assertEqual(browser.get("/api/v1/search?q=bridge").json["total"], 1)
        self.assertEqual(browser.post("/api/v1/records", {"records": []},
                                      headers={"Origin": "https://evil.example"}).status, 403)
        self.assertEqual(browser.post("/api/v1/records", b" " * 1100000).status, 413)
        foreign = browser.get("/api/v1/status", headers={"Host": "evil.example"})
        # Caddy itself answers for names that it does not know: with nothing.
        self.assertTrue(foreign.status in (400, 421) or foreign.text == "", foreign)

    def test_what_arrives_is_told_at_once(self):
        self.district.found("Iowa")
        browser = self.browser()
        browser.sign_in(self.district.pln("web", "--role", "read"))
        connection = browser.open(self.patience)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events", headers={"Host": NAME, "Cookie": browser.cookie})
        stream = connection.getresponse()
        self.assertEqual(stream.status, 200)
        best = 10.0
        for number in range(5):
            title = f"Live {number}".encode()
            begun = time.monotonic()
            self.district.pln("add", "task", f"title=Live {number}", "prompt=x")
            while title not in stream.readline():
                pass
            best = min(best, time.monotonic() - begun)
        self.assert_within(best, 1.0)

    def test_who_guesses_is_braked_by_the_address_it_really_has(self):
        browser = self.browser()
        seen = [browser.post("/api/v1/session", {"token": "guess"},
                             headers={"X-Forwarded-For": f"198.51.100.{number}"}).status for number in range(14)]
        self.assertEqual((seen[0], seen[-1]), (404, 429), "inventing addresses before the proxy's helps nobody")


@unittest.skipUnless(NGINX, "nginx is not installed: contrib/deps check")
class Nginx(Through, Case):

    def start_proxy(self):
        """The first server of the example; only ports, files and the address of plnd are this test's."""
        server = self.changed((EXAMPLES / "nginx.conf").read_text("utf-8").split("\nserver {\n    listen 80;")[0],
                              (r"listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
                              (r"\n    listen \[::\]:443 ssl;", ""),
                              (r"ssl_certificate [^;]+;", f"ssl_certificate {self.certificate};"),
                              (r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {self.key};"),
                              (r"http://127.0.0.1:7421", f"http://{self.district.http}"))
        paths = "".join(f"{name}_temp_path {self.root}/{name};\n" for name in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = pathlib.Path(self.root, "nginx.conf")
        conf.write_text(f"pid {self.root}/nginx.pid;\nerror_log {self.root}/nginx.log;\ndaemon off;\n"
                        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{server}\n}}\n", "utf-8")
        return subprocess.Popen([NGINX, "-c", str(conf), "-e", f"{self.root}/nginx.log"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@unittest.skipUnless(CADDY, "caddy is not installed: contrib/deps check")
class Caddy(Through, Case):

    def start_proxy(self):
        """The example whole; only its port, its certificate and the address of plnd are this test's."""
        site = self.changed((EXAMPLES / "Caddyfile").read_text("utf-8"),
                            (r"\npln.example.org {", f"\npln.example.org {{\n    tls {self.certificate} {self.key}"),
                            (r"reverse_proxy 127.0.0.1:7421", f"reverse_proxy {self.district.http}"))
        conf = pathlib.Path(self.root, "Caddyfile")
        conf.write_text(f"{{\n    admin off\n    https_port {self.port}\n    default_bind 127.0.0.1\n"
                        f"    auto_https disable_redirects\n}}\n{site}", "utf-8")
        places_of_its_own = {name: f"{self.root}/caddy" for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        return subprocess.Popen([CADDY, "run", "--adapter", "caddyfile", "--config", str(conf)],
                                env={**os.environ, **places_of_its_own},
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Named(Case):
    """Who asks plnd itself from this machine, as a proxy does."""

    def guess(self, node, forwarded, times=14):
        """Statuses of wrong guesses, with X-Forwarded-For lines."""
        seen = []
        for _ in range(times):
            connection = http.client.HTTPConnection(node.http, timeout=120)
            body = b'{"token": "guess"}'
            connection.putrequest("POST", "/api/v1/session", skip_host=True)
            for name, value in (("Host", node.http), ("Origin", f"http://{node.http}"),
                                ("Content-Type", "application/json"), ("Content-Length", str(len(body))),
                                *(("X-Forwarded-For", line) for line in forwarded)):
                connection.putheader(name, value)
            connection.endheaders(body)
            seen.append(connection.getresponse().status)
            connection.close()
        return seen

    def test_the_last_that_a_proxy_names_is_who_asks(self):
        node = self.node("cedar", public_url=f"https://{NAME}")
        self.assertEqual(self.guess(node, ["198.51.100.1"])[-1], 429)
        self.assertEqual(self.guess(node, ["198.51.100.1, 198.51.100.2"])[0], 404, "another one")
        self.assertEqual(self.guess(node, ["9.9.9.9,198.51.100.2"], 1), [429], "the same by its last address")
        self.assertEqual(self.guess(node, ["2001:db8::1"])[-1], 429)
        # A proxy that adds a line of its own: what stands in the lines before is not its word.
        self.assertEqual(self.guess(node, ["198.51.100.77", "198.51.100.2"], 1), [429])
        # What is no address is nobody's: the proxy's own is taken.
        junk = [self.guess(node, [text], 1)[0] for text in ("<script>", "x" * 400, "", "1.2.3", "198.51.100.3,") * 4]
        self.assertEqual((junk[0], junk[-1]), (404, 429))

    def test_without_a_public_url_nobody_is_believed(self):
        node = self.node("cedar")
        seen = [self.guess(node, [f"198.51.100.{number}"], 1)[0] for number in range(14)]
        self.assertEqual(seen[-1], 429)


SILENT = """
import http.client, socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
def connect(source):
    return socket.create_connection((host, int(port)), 30, (source, 0))
silent = [connect("198.51.100.2") for _ in range(60)]
alone = connect("198.51.100.3")
neighbour = http.client.HTTPConnection(host, int(port), timeout=120, source_address=("198.51.100.4", 0))
neighbour.request("GET", "/healthz")
status = neighbour.getresponse().status
def ended(connection):
    connection.settimeout(0.05)
    try:
        return connection.recv(1) == b""
    except socket.timeout:
        return False
    except OSError:
        return True
deadline = time.monotonic() + 60
while sum(map(ended, silent)) < 36 and time.monotonic() < deadline:
    pass
print(status, 60 - sum(map(ended, silent)), ended(alone))
"""


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("ip"), "needs a network namespace of its own: run as root")
class Share(Case):

    def test_one_address_of_another_machine_holds_24_connections_at_most(self):
        space = f"pln{os.getpid()}"
        made = subprocess.run(["ip", "netns", "add", space], check=False, capture_output=True)
        if made.returncode != 0:
            self.skipTest("this system gives no network namespace")
        self.addCleanup(subprocess.run, ["ip", "netns", "del", space], check=False)
        subprocess.run(["ip", "-n", space, "link", "set", "lo", "up"], check=True)
        for last in (1, 2, 3, 4):
            subprocess.run(["ip", "-n", space, "addr", "add", f"198.51.100.{last}/32", "dev", "lo"], check=True)
        inside = ["ip", "netns", "exec", space]
        node = self.make("hub", http="198.51.100.1:0")
        command = node.command()
        node.command = lambda: [*inside, *command]
        node.start()
        done = subprocess.run([*inside, "/usr/bin/python3", "-c", SILENT, node.http], capture_output=True,
                              encoding="utf-8", timeout=180, check=True)
        status, held, alone_ended = done.stdout.split()
        self.assertEqual((status, alone_ended), ("200", "False"), "others are not touched by it")
        self.assertLessEqual(int(held), 24)
        self.assertGreater(int(held), 0)


if __name__ == "__main__":
    unittest.main()
