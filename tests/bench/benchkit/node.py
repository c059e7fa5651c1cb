# SPDX-License-Identifier: MPL-2.0
"""A plnd to be measured: asked over one kept connection, so that asking costs little."""
import http.client
import json
import os
import time

from plnkit.node import Node, SocketConnection

POLL_SECONDS = 0.005
BODY_MAX = 1_000_000


class BenchNode(Node):
    """dial=named: it dials only whom its tickets name, so that a proxy sees everything."""

    def __init__(self, root, name, /, **settings):
        super().__init__(root, name, **{"dial": "named", **settings})
        self._kept = None

    def start(self):
        self._kept = None
        return super().start()

    def ask(self, method, path, body=None):
        """The parsed answer; anything but success is an error."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        for attempt in (1, 2):
            if self._kept is None:
                self._kept = SocketConnection(str(self.dir / "plnd.sock"), 120)
            try:
                self._kept.request(method, path, data, headers)
                answer = self._kept.getresponse()
                text = answer.read().decode("utf-8")
                break
            except (http.client.HTTPException, OSError):
                self._kept.close()
                self._kept = None
                if attempt == 2:
                    raise
        if answer.status >= 300:
            raise RuntimeError(f"{self.name}: {method} {path}: {answer.status} {text[:500]}")
        return json.loads(text)

    # ---- what districts do ----

    def found(self, name="Bench Collaborative"):
        return self.ask("POST", "/api/v1/networks", {"name": name})["id"]

    def ticket(self, network, address=None):
        return self.ask("POST", f"/api/v1/networks/{network}/invitations",
                        {"addresses": [address or self.listen], "role": "contributor"})["ticket"]

    def join(self, ticket):
        connection = SocketConnection(str(self.dir / "plnd.sock"), 120)
        try:
            connection.request("POST", "/api/v1/join", json.dumps({"ticket": ticket}),
                               {"Content-Type": "application/json"})
            lines = connection.getresponse().read().decode("utf-8").splitlines()
        finally:
            connection.close()
        last = json.loads(lines[-1]) if lines else {}
        if not last.get("done"):
            raise RuntimeError(f"{self.name} could not join: {lines}")
        return last["network"]

    def publish(self, network, lines):
        """NDJSON @lines (bytes) in bodies as large as the API takes; the number published."""
        done = 0
        for body, count in bodies(network, lines):
            results = self.ask("POST", "/api/v1/records", body)["results"]
            refused = [result for result in results if "id" not in result]
            if refused or len(results) != count:
                raise RuntimeError(f"{self.name} refused {len(refused)} records: {refused[:1]}")
            done += count
        return done

    # ---- what is seen of it ----

    def view(self, network):
        return self.ask("GET", f"/api/v1/networks/{network}")

    def held(self, network):
        """(records, digest), or (0, None) before the network is known."""
        rows = [row for row in self.ask("GET", "/api/v1/networks")["networks"] if row["id"] == network]
        return (rows[0]["records"], rows[0]["digest"]) if rows else (0, None)

    def commits(self):
        metrics = self.metrics()
        return metrics["pln_commits_total"], metrics["pln_commit_nanoseconds_total"]

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bodies(network, lines):
    """Request bodies of at most BODY_MAX bytes with the number of records in each."""
    batch, size = [], 0
    for line in lines:
        if batch and size + len(line) + 1 > BODY_MAX:
            yield join_body(network, batch), len(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    if batch:
        yield join_body(network, batch), len(batch)


def join_body(network, batch):
    return b'{"network":"%s","records":[%s]}' % (network.encode(), b",".join(batch))


def wait_for(condition, timeout, what):
    """(first true value, the moment it was seen)."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        now = time.monotonic()
        if value:
            return value, now
        if now > end:
            raise TimeoutError(f"did not happen within {timeout} s: {what}")
        time.sleep(POLL_SECONDS)


def wait_equal(network, records, timeout, one, other):
    """Until both hold @records and one digest; the moment."""
    def equal():
        count, digest = other.held(network)
        return count >= records and (count, digest) == one.held(network)
    return wait_for(equal, timeout, f"{records} records and one digest at {one.name} and {other.name}")[1]
