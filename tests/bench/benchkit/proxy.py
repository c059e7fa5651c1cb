# SPDX-License-Identifier: MPL-2.0
"""A TCP proxy between two nodes that counts what passes, and can make the way long.

What is counted. A ZMTP connection begins with a greeting of 64 bytes each way and the CURVE
commands HELLO, WELCOME, INITIATE and READY: frames with the command bit (0x04), two each way. These
are the handshake. Every byte behind them, frame headers and CURVE boxes included, is wire, whichever
way it goes. The proxy cannot read it, and sees neither TCP/IP headers nor acknowledgements.
"""
import collections
import queue
import socket
import threading
import time

GREETING = 64
LONG, COMMAND = 0x02, 0x04
HANDSHAKE_COMMANDS = 2  # each way
CHUNK = 1 << 18

Frame = collections.namedtuple("Frame", "moment outward command size")


class Zmtp:
    """Cuts one direction of a connection into frames, keeping only what is needed of their headers."""

    def __init__(self, outward):
        self.outward = outward
        self.greeting = GREETING
        self.header = b""
        self.left = 0
        self.frames = []
        self.handshake = 0
        self.commands = 0

    def feed(self, data, moment):
        at = min(self.greeting, len(data))
        self.greeting -= at
        self.handshake += at
        while at < len(data):
            if self.left == 0:
                at = self._header(data, at, moment)
            step = min(self.left, len(data) - at)
            self.left -= step
            at += step

    def _header(self, data, at, moment):
        self.header += data[at:at + 1]
        at += 1
        size = 9 if self.header[0] & LONG else 2
        if len(self.header) == size:
            self.left = int.from_bytes(self.header[1:], "big")
            command = bool(self.header[0] & COMMAND) and self.commands < HANDSHAKE_COMMANDS
            self.commands += command
            if command:
                self.handshake += size + self.left
            self.frames.append(Frame(moment, self.outward, command, size + self.left))
            self.header = b""
        return at


class Proxy:
    """Listens on loopback and passes everything on to @target ("HOST:PORT"), which may change.

    outward: from the dialler to the target. delay: seconds that each byte takes, each way.
    """

    def __init__(self, target, delay=0.0):
        self.target = target
        self.delay = delay
        self.lock = threading.Lock()
        self.ways = []
        self.sockets = []
        self.last = time.monotonic()
        self.closed = False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.closed:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            host, port = self.target.rsplit(":", 1)
            try:
                far = socket.create_connection((host, int(port)), 5)
            except OSError:
                near.close()  # the dialler comes again
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets += [near, far]
            self._pump(near, far, True)
            self._pump(far, near, False)

    def _pump(self, source, sink, outward):
        way = Zmtp(outward)
        with self.lock:
            self.ways.append(way)
        late = queue.Queue() if self.delay else None
        threading.Thread(target=self._read, args=(source, sink, way, late), daemon=True).start()
        if late:
            threading.Thread(target=self._write_late, args=(sink, late), daemon=True).start()

    def _read(self, source, sink, way, late):
        try:
            while data := source.recv(CHUNK):
                now = time.monotonic()
                with self.lock:
                    way.feed(data, now)
                    self.last = now
                if late:
                    late.put((now + self.delay, data))
                else:
                    sink.sendall(data)
        except OSError:
            pass
        if late:
            late.put((0, None))
        else:
            _end(sink)

    @staticmethod
    def _write_late(sink, late):
        while True:
            due, data = late.get()
            if data is None:
                break
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                sink.sendall(data)
            except OSError:
                break
        _end(sink)

    # ---- what was seen ----

    def reset(self):
        """Forget the connections so far; those that live on are not counted any more."""
        with self.lock:
            self.ways = []

    def frames(self):
        """Every frame behind the handshakes, in order."""
        with self.lock:
            frames = [frame for way in self.ways for frame in way.frames if not frame.command]
        return sorted(frames, key=lambda frame: frame.moment)

    def wire(self):
        """(bytes outward, bytes inward) behind the handshakes."""
        frames = self.frames()
        return tuple(sum(frame.size for frame in frames if frame.outward == way)
                     for way in (True, False))

    def handshake(self):
        with self.lock:
            return sum(way.handshake for way in self.ways)

    def connections(self):
        with self.lock:
            return len(self.ways) // 2

    def wait_quiet(self, seconds, timeout=60):
        """Until nothing passed for so long."""
        end = time.monotonic() + timeout
        while time.monotonic() - self.last < seconds and time.monotonic() < end:
            time.sleep(0.02)

    def close(self):
        self.closed = True
        self.server.close()
        for end in self.sockets:
            _end(end)


def _end(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()


def turns(frames):
    """How often the direction changed, beginning with the first frame."""
    return sum(a.outward != b.outward for a, b in zip(frames, frames[1:]))


def sketch(frames, most=40):
    """Sizes in order, > from the dialler, < to it."""
    words = [f"{'>' if frame.outward else '<'}{frame.size}" for frame in frames]
    return " ".join(words[:most]) + (" ..." if len(words) > most else "")
