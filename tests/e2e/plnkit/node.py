# SPDX-License-Identifier: MPL-2.0
"""One real plnd with its own folder, and pln talking to it."""
import http.client
import json as json_module
import os
import pathlib
import re
import selectors
import signal
import socket
import subprocess
import time

from . import places

READY = re.compile(r"^plnd \S+ ready id=(\S+) listen=(\S+) http=(\S+) dir=(.*)$")
START_SECONDS = 120


class PlnFailed(AssertionError):
    """pln ended with another status than 0."""

    def __init__(self, command, done):
        super().__init__(
            f"{' '.join(command)}\n  ended with {done.returncode}\n"
            f"  stdout: {done.stdout[:2000]}\n  stderr: {done.stderr[:2000]}")
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr


class SocketConnection(http.client.HTTPConnection):
    """HTTP over DIR/plnd.sock."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def environment():
    """No HOME, locale C: nothing of the developer's own machine leaks in or is needed."""
    kept = {key: value for key, value in os.environ.items()
            if key in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")}
    return {**kept, "LC_ALL": "C"}


class Node:
    """Settings are options of plnd: Node(root, "a", dial="named")."""

    def __init__(self, root, name, /, **settings):
        self.name = name
        self.dir = pathlib.Path(root) / name
        self.log_path = pathlib.Path(root) / f"{name}.log"
        self.settings = {"name": name, "listen": "127.0.0.1:0", "http": "127.0.0.1:0",
                         "map_size": "8G", "disk_reserve": "16M", **settings}
        self.process = None
        self.id = self.listen = self.http = None

    # ---- life ----

    def command(self):
        options = [f"--{key.replace('_', '-')}={value}" for key, value in self.settings.items()]
        return [places.program("plnd"), "--dir", str(self.dir), *options]

    def start(self):
        """Returns when plnd has said that it is ready."""
        assert self.process is None, f"{self.name} runs already"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log,
                                            stdin=subprocess.DEVNULL, env=environment())
        ready = READY.match(self._first_line())
        if not ready:
            self.kill()
            raise AssertionError(f"{' '.join(self.command())}\n  is not ready:\n{self.log()}")
        self.id, self.listen, self.http = ready.group(1, 2, 3)
        return self

    def _first_line(self):
        text = b""
        end = time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not text.endswith(b"\n") and time.monotonic() < end:
                if selector.select(end - time.monotonic()):
                    more = os.read(self.process.stdout.fileno(), 4096)
                    if not more:
                        break
                    text += more
        return text.decode("utf-8", "replace").rstrip("\n")

    def refuse_to_start(self):
        """Start, expect an end with 1; returns what plnd says."""
        done = subprocess.run(self.command(), capture_output=True, stdin=subprocess.DEVNULL,
                              env=environment(), timeout=START_SECONDS, check=False)
        text = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 1, f"{' '.join(self.command())}\n  {done.returncode}: {text}"
        return text

    def kill(self):
        """SIGKILL, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def stop(self, timeout=120):
        """SIGTERM; the seconds it took. Any other exit status than 0 is a failure."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop within {timeout} s") from None
        seconds = time.monotonic() - begin
        self.process.stdout.close()
        self.process = None
        assert status == 0, f"{self.name} stopped with {status}:\n{self.log()}"
        return seconds

    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        try:
            return self.log_path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""

    # ---- asking it ----

    def pln(self, *words, json=False, stdin=None, timeout=120):
        """stdout without its last newline; json=True: parsed; json="lines": one value per line."""
        done = self.try_pln(*words, *(["--json"] if json else []), stdin=stdin, timeout=timeout)
        if done.returncode != 0:
            raise PlnFailed(done.args, done)
        if json == "lines":
            return [json_module.loads(line) for line in done.stdout.splitlines() if line]
        return json_module.loads(done.stdout) if json else done.stdout.rstrip("\n")

    def try_pln(self, *words, stdin=None, timeout=120):
        """The same without an opinion on the status."""
        command = [places.program("pln"), "--dir", str(self.dir), *map(str, words)]
        given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=timeout,
                              env=environment(), check=False, **given)

    def begin_pln(self, *words, **options):
        """A pln that goes on beside the test."""
        command = [places.program("pln"), "--dir", str(self.dir), *map(str, words)]
        return subprocess.Popen(command, encoding="utf-8", env=environment(), **options)

    def api(self, method, path, body=None, timeout=120):
        """(status, parsed answer) of the local API."""
        connection = SocketConnection(str(self.dir / "plnd.sock"), timeout)
        try:
            data = None if body is None else json_module.dumps(body).encode("utf-8")
            headers = {} if data is None else {"Content-Type": "application/json"}
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
            return answer.status, json_module.loads(text) if text else None
        finally:
            connection.close()

    def metrics(self):
        """Counters by name; labels stay part of the name."""
        connection = SocketConnection(str(self.dir / "plnd.sock"), 120)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode("utf-8")
        finally:
            connection.close()
        rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#"]
        return {name: float(value) for name, value in rows}

    def status(self):
        status, answer = self.api("GET", "/api/v1/status")
        assert status == 200, answer
        return answer

    def network(self, network):
        """The entry of @network (id or name) in status."""
        rows = [row for row in self.status()["networks"] if network in (row["id"], row["name"])]
        return rows[0] if rows else None

    def records(self, network):
        row = self.network(network)
        return row["records"] if row else 0

    def digest(self, network):
        row = self.network(network)
        return row["digest"] if row else None

    def peer(self, other):
        rows = [row for row in self.status()["peers"] if row["id"] == other.id]
        return rows[0] if rows else None

    # ---- what districts do ----

    def found(self, name="Prairie Schools Collaborative"):
        return self.pln("network", "create", name)

    def invite(self, network, *words):
        return self.pln("invite", network, "--address", self.listen, *words)

    def join(self, ticket):
        return self.pln("join", ticket)

    def __repr__(self):
        return f"<{self.name} {self.dir}>"
