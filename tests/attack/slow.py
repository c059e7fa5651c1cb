# SPDX-License-Identifier: MPL-2.0
"""Connections that are opened and never become a session, at the peers' port and at the page's."""
import http.client
import socket
import time

from kit.wire import greeting
from independent import message
from plnkit import stretch

DRIP_SECONDS = 0.1
GIVE_UP = 40  # before what is dripped comes to its end


def port_of(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def seconds_until_closed(line, drip=b""):
    """Send @drip byte by byte, then nothing; the seconds until the node hangs up."""
    begin = time.monotonic()
    line.settimeout(DRIP_SECONDS)
    at = 0
    while time.monotonic() - begin < GIVE_UP:
        try:
            if at < len(drip):
                line.send(drip[at:at + 1])
                at += 1
            if not line.recv(4096):
                return time.monotonic() - begin
        except TimeoutError:
            pass
        except OSError:
            return time.monotonic() - begin
    return None


def cut_within(seconds, limit):
    return "cut" if seconds and seconds < limit * stretch() else f"still there after {seconds}"


def drip(stage):
    """A stranger that sends the greeting at a byte every tenth of a second."""
    with socket.create_connection(port_of(stage.hub.listen), 60) as line:
        seconds = seconds_until_closed(line, greeting() * 9)
    return cut_within(seconds, 15)


def half_open(stage):
    """A member whose handshake is done and who never says a word."""
    session = stage.greeting()
    seconds = seconds_until_closed(session.line.socket)
    return cut_within(seconds, 25)


def half_a_frame(stage):
    """A member whose first frame comes at ten bytes a second."""
    session = stage.greeting()
    frame = session.line.boxed(message.encode("credit", {"total": 0}) + bytes(500))
    seconds = seconds_until_closed(session.line.socket, frame)
    return cut_within(seconds, 25)


def silent_connections(stage):
    """Two thousand connections of a stranger, none of which says anything."""
    lines = []
    for _ in range(2000):
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex(port_of(stage.hub.listen))
        lines.append(line)
    stage.pulse(stage.hub, stage.peer)
    time.sleep(0.5)
    fds = stage.descriptors()
    for line in lines:
        line.close()
    return "bounded" if fds < stage.idle_fds + 400 else f"{fds} descriptors"


def page_slow_loris(stage):
    """A hundred connections at the page's port that each sent half a request."""
    lines = []
    for _ in range(100):
        line = socket.create_connection(port_of(stage.hub.http), 60)
        line.sendall(b"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        lines.append(line)
    begin = time.monotonic()
    while not healthy(stage) and time.monotonic() < begin + GIVE_UP:
        pass  # a browser, too, calls again where a full door has hung up
    seconds = time.monotonic() - begin
    for line in lines:
        line.close()
    return "answered" if seconds < 5 * stretch() else f"after {seconds:.1f} s"


def healthy(stage):
    page = http.client.HTTPConnection(*port_of(stage.hub.http), timeout=10)
    try:
        page.request("GET", "/healthz")
        return page.getresponse().status == 200
    except OSError:
        return False
    finally:
        page.close()
