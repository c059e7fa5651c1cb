# SPDX-License-Identifier: MPL-2.0
"""A listener of the page's server-sent events, as a browser's EventSource is one."""
import json
import socket
import time


class Event:
    def __init__(self, lines):
        values = {}
        for line in lines:
            name, _, value = line.partition(": ")
            values[name] = value
        self.name = values.get("event")
        self.id = values.get("id")
        self.data = json.loads(values["data"]) if "data" in values else None

    def __repr__(self):
        return f"<{self.name} {self.id} {self.data}>"


class Listener:
    """Reads one stream of @browser; last_id is what a reconnection would send."""

    def __init__(self, browser, last_id=None, path="/api/v1/events", timeout=60):
        host, port = browser.node.http.rsplit(":", 1)
        self.timeout = timeout
        self.socket = socket.create_connection((host, int(port)))
        head = [f"GET {path} HTTP/1.1", f"Host: {browser.host}"]
        if browser.cookie:
            head.append(f"Cookie: {browser.cookie}")
        if last_id:
            head.append(f"Last-Event-ID: {last_id}")
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        self.last_id = last_id
        self.raw = b""
        self.head = self._until(b"\r\n\r\n").decode()
        self.status = int(self.head.split(" ")[1])
        self.text = b""

    def _more(self):
        self.socket.settimeout(self.timeout)
        piece = self.socket.recv(65536)
        if not piece:
            raise EOFError("the stream has ended")
        self.raw += piece

    def _until(self, mark):
        while mark not in self.raw:
            self._more()
        found, self.raw = self.raw.split(mark, 1)
        return found

    def _chunk(self):
        size = int(self._until(b"\r\n"), 16)
        if size == 0:
            raise EOFError("the stream has ended")
        while len(self.raw) < size + 2:
            self._more()
        self.text, self.raw = self.text + self.raw[:size], self.raw[size + 2:]

    def next(self, name=None):
        """The next event, or the next of that name."""
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            while b"\n\n" not in self.text:
                self._chunk()
            block, self.text = self.text.split(b"\n\n", 1)
            lines = [line for line in block.decode().split("\n") if not line.startswith((":", "retry"))]
            if not lines:
                continue
            event = Event(lines)
            self.last_id = event.id or self.last_id
            if name in (None, event.name):
                return event
        raise AssertionError(f"no event {name or ''} within {self.timeout} s")

    def close(self):
        self.socket.close()
