# SPDX-License-Identifier: MPL-2.0
"""One browser at a node's page, as far as HTTP goes: headers, cookie, JSON."""
import http.client
import json


class Answer:
    """status, headers, and the body as text or JSON."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"<{self.status} {self.text[:500]}>"


class Browser:
    """Requests to the --http address of @node; the session's cookie is kept as a browser would."""

    def __init__(self, node, host=None, origin=None):
        self.node = node
        self.host = host or node.http
        self.origin = origin or f"http://{self.host}"
        self.cookie = None

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """@body: bytes as they are, anything else as JSON. A header of None is left out."""
        given = {"Host": self.host}
        if method not in ("GET", "HEAD"):
            given["Origin"] = self.origin
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode("utf-8")
        if method in ("POST", "PUT"):
            given["Content-Type"] = "application/json"
        if self.cookie:
            given["Cookie"] = self.cookie
        given.update(headers or {})
        connection = http.client.HTTPConnection(self.node.http, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            if method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body or b"")
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        self._keep(answer.headers.get("Set-Cookie"))
        return answer

    def _keep(self, cookie):
        if cookie:
            pair = cookie.split(";")[0]
            self.cookie = pair if pair.split("=", 1)[1] else None

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, {} if body is None else body, **more)

    def sign_in(self, url):
        """Exchange the one-time link; the answer."""
        return self.post("/api/v1/session", {"token": url.rsplit("/", 1)[1]})


def signed_in(node, role="manage", name="", **more):
    """A browser with a session of @role."""
    browser = Browser(node, **more)
    words = ["web", "--role", role] + (["--for", name] if name else [])
    answer = browser.sign_in(node.pln(*words))
    assert answer.status == 200, answer
    return browser
