# SPDX-License-Identifier: MPL-2.0
"""Where the programs under test are, and where their folders go."""
import os
import pathlib
import random
import shutil
import socket

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
# DIR/plnd.sock must fit into 107 bytes; what a test appends to its root is below this.
ROOT_MAX = 60
ROOM = 1 << 30


def program(name):
    """The built program: of $PLN_BUILD, else of the first build that has it."""
    given = os.environ.get("PLN_BUILD")
    builds = [given] if given else ["build/release", "build/dev", "build/clang"]
    folder = "daemon" if name == "plnd" else "client"
    for build in builds:
        path = CHECKOUT / build / folder / name
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"no {name} in {' '.join(builds)}; run contrib/check, or set PLN_BUILD")


def address():
    """For a node that must come back to it: the port is none of those that the kernel gives away, so
    nobody gets it while the node is off."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        given_from = int(file.read().split()[0])
    while True:
        port = random.SystemRandom().randrange(10_000, given_from)
        with socket.socket() as line:
            try:
                line.bind(("127.0.0.1", port))
            except OSError:
                continue
        return f"127.0.0.1:{port}"


def sanitized():
    """Sanitizers cost time; bounds on time are wider then."""
    with open(program("plnd"), "rb") as file:
        content = file.read()
    return b"__asan_init" in content or b"__tsan_init" in content


def scratch():
    """A folder with room for stores and a short path; /tmp may be small."""
    places = [os.environ.get("TMPDIR"), "/tmp", "/var/tmp", str(CHECKOUT / "build")]
    for place in filter(None, places):
        usable = os.path.isdir(place) and os.access(place, os.W_OK) and len(place) < ROOT_MAX
        if usable and shutil.disk_usage(place).free > ROOM:
            return place
    raise OSError(f"no folder with 1 GiB free among {places}; set TMPDIR")
