# SPDX-License-Identifier: MPL-2.0
"""A slow line between two nodes: a TCP relay with a rate."""
import socket
import threading
import time

PIECE = 16384


class Proxy:
    """Relays to @target ("HOST:PORT") at @rate bytes a second each way; self.address is its own."""

    def __init__(self, target, rate):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.rate = rate
        self.open = set()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return  # closed
            try:
                far = socket.create_connection(self.target, 5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self.open |= {near, far}
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._relay, args=ends, daemon=True).start()

    def _relay(self, source, sink):
        try:
            while piece := source.recv(PIECE):
                sink.sendall(piece)
                time.sleep(len(piece) / self.rate)
        except OSError:
            pass  # one end is gone: so is the other
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other thread was first
            self.open.discard(end)

    def close(self):
        self.server.close()
        for end in list(self.open):
            end.close()
