# SPDX-License-Identifier: MPL-2.0
"""One connection with a plnd, as CURVE client or as the server that it has dialled, written from
the CurveZMQ and ZMTP 3.1 documents.

libzmq would not let an attacker say what it likes: its own metadata, a routing id that begins with
a zero byte, half a frame, ten thousand parts. This does.
"""
import os
import socket
import struct
import time

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

MORE, LARGE, COMMAND = 1, 2, 4
PATIENCE = 60  # a busy machine stretches every wait; passing never waits for it


class HandshakeRefused(Exception):
    """The server answered ERROR, or hung up before READY; @raw: all that it sent."""

    def __init__(self, reason, raw=b""):
        super().__init__(reason)
        self.raw = raw


def greeting(mechanism=b"CURVE", as_server=False):
    return (b"\xff" + bytes(8) + b"\x7f\x03\x01" + mechanism.ljust(20, b"\0")
            + bytes([as_server]) + bytes(31))


def metadata(**properties):
    """Properties of READY and INITIATE; `_` stands for `-`."""
    data = b""
    for name, value in properties.items():
        key = name.replace("_", "-").encode()
        data += bytes([len(key)]) + key + struct.pack(">I", len(value)) + value
    return data


def framed(body, flags=0):
    if len(body) > 255:
        return bytes([flags | LARGE]) + struct.pack(">Q", len(body)) + body
    return bytes([flags, len(body)]) + body


class Wire:
    """@server: the node's CURVE key; @public and @secret: whose we claim to be and can prove."""
    SAYS, HEARS = b"CurveZMQMESSAGEC", b"CurveZMQMESSAGES"

    def __init__(self, address, server, public, secret, identity=b"", **properties):
        host, port = address.rsplit(":", 1)
        self._begin(socket.create_connection((host, int(port)), PATIENCE), lambda: self._shake_hands(
            server, public, secret, metadata(Socket_Type=b"DEALER", Identity=identity, **properties)))

    def _begin(self, line, shake_hands):
        self.socket = line
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.counter = 0
        self.clear = []          # everything the node said to us after decryption
        self.said = []           # of that, the messages
        self.raw = bytearray()   # ... and before, as it came over the line
        try:
            shake_hands()
        except (OSError, HandshakeRefused, CryptoError) as reason:
            self.close()
            raise HandshakeRefused(str(reason), bytes(self.raw)) from None

    # ---- handshake ----

    def _nonce(self, prefix):
        self.counter += 1
        short = struct.pack(">Q", self.counter)
        return short, prefix.ljust(16, b"-") + short

    def _shake_hands(self, server, public, secret, properties):
        self.socket.sendall(greeting())
        self._need(64)
        del self.buffer[:64]
        mine, mine_secret = sodium.crypto_box_keypair()
        short, nonce = self._nonce(b"CurveZMQHELLO")
        hello = sodium.crypto_box(bytes(64), nonce, server, mine_secret)
        self.socket.sendall(framed(b"\x05HELLO\x01\x00" + bytes(72) + mine + short + hello, COMMAND))
        welcome = self._command(b"\x07WELCOME")
        opened = sodium.crypto_box_open(welcome[16:], b"WELCOME-" + welcome[:16], server, mine_secret)
        theirs, cookie = opened[:32], opened[32:]
        vouch_nonce = os.urandom(16)
        vouch = sodium.crypto_box(mine + server, b"VOUCH---" + vouch_nonce, theirs, secret)
        self.key = sodium.crypto_box_beforenm(theirs, mine_secret)
        short, nonce = self._nonce(b"CurveZMQINITIATE")
        body = sodium.crypto_box_afternm(public + vouch_nonce + vouch + properties, nonce, self.key)
        self.socket.sendall(framed(b"\x08INITIATE" + cookie + short + body, COMMAND))
        ready = self._command(b"\x05READY")
        self.clear.append(sodium.crypto_box_open_afternm(
            ready[8:], b"CurveZMQREADY---" + ready[:8], self.key))

    def _command(self, name):
        flags, body = self._frame(PATIENCE)
        if not flags & COMMAND or not body.startswith(name):
            raise HandshakeRefused(body[:40].decode("latin-1"))
        return body[len(name):]

    # ---- bytes ----

    def _need(self, count, deadline=None):
        """Until @count bytes are buffered; OSError when the line ends, TimeoutError in time."""
        deadline = deadline or time.monotonic() + PATIENCE
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            piece = self.socket.recv(1 << 18)
            if not piece:
                raise ConnectionResetError("the node hung up")
            self.buffer += piece
            self.raw += piece

    def _frame(self, timeout):
        deadline = time.monotonic() + timeout
        self._need(2, deadline)
        flags = self.buffer[0]
        head = 9 if flags & LARGE else 2
        self._need(head, deadline)
        size = int.from_bytes(self.buffer[1:head], "big")
        self._need(head + size, deadline)
        body = bytes(self.buffer[head:head + size])
        del self.buffer[:head + size]
        return flags, body

    # ---- messages ----

    def boxed(self, payload, more=False):
        """A whole frame of ZMTP with one part of a message in it."""
        short, nonce = self._nonce(self.SAYS)
        box = sodium.crypto_box_afternm(bytes([MORE if more else 0]) + payload, nonce, self.key)
        return framed(b"\x07MESSAGE" + short + box)

    def send(self, payload, more=False):
        """False: the node takes no more. It may hang up before it has read what offends it;
        recv() tells then what it said last."""
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.sendall(self.boxed(payload, more))
        except OSError:
            return False
        return True

    def recv(self, timeout=PATIENCE):
        """The next message; None: the node has hung up. TimeoutError: nothing in time."""
        try:
            while True:
                _, body = self._frame(timeout)
                plain = sodium.crypto_box_open_afternm(
                    body[16:], self.HEARS + body[8:16], self.key)
                self.clear.append(plain[1:])
                if not plain[0] & 2:  # else a PING
                    self.said.append(plain[1:])
                    return plain[1:]
        except TimeoutError:
            raise
        except OSError:
            return None

    def close(self):
        self.socket.close()

    def __del__(self):
        self.close()


class Dialled(Wire):
    """The other end of @line, which a node has dialled: we answer with the CURVE key
    @secret. self.client: the key that it proved."""
    SAYS, HEARS = Wire.HEARS, Wire.SAYS

    def __init__(self, line, secret):
        self._begin(line, lambda: self._answer(secret))

    def _answer(self, secret):
        self.socket.sendall(greeting(as_server=True))
        self._need(64)
        del self.buffer[:64]
        hello = self._command(b"\x05HELLO")
        theirs = hello[74:106]
        mine, mine_secret = sodium.crypto_box_keypair()
        welcome = os.urandom(16)
        box = sodium.crypto_box(mine + bytes(96), b"WELCOME-" + welcome, theirs, secret)
        self.socket.sendall(framed(b"\x07WELCOME" + welcome + box, COMMAND))
        initiate = self._command(b"\x08INITIATE")[96:]
        self.key = sodium.crypto_box_beforenm(theirs, mine_secret)
        plain = sodium.crypto_box_open_afternm(
            initiate[8:], b"CurveZMQINITIATE" + initiate[:8], self.key)
        self.client = plain[:32]
        short, nonce = self._nonce(b"CurveZMQREADY---")
        ready = sodium.crypto_box_afternm(metadata(Socket_Type=b"ROUTER", Identity=b""), nonce, self.key)
        self.socket.sendall(framed(b"\x05READY" + short + ready, COMMAND))
