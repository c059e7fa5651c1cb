# SPDX-License-Identifier: MPL-2.0
"""Waiting for what must come, never for luck."""
import os
import time

POLL_SECONDS = 0.02
POLL_SECONDS_MAX = 0.2  # asking costs a process now and then, and others want the cores


def stretch():
    """How many times longer than on an idle machine anything may take at this moment: as many as there
    are that want a core, for each core. For rules that name a time; waits have limits that never matter."""
    with open("/proc/loadavg", encoding="ascii") as file:
        minute, _, _, running, _ = file.read().split()
    return max(1.0, max(float(minute), float(running.split("/")[0])) / (os.cpu_count() or 1))


def wait_until(condition, timeout, what=""):
    """The first true value of condition(); AssertionError naming @what after @timeout seconds."""
    end = time.monotonic() + timeout
    pause = POLL_SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen within {timeout} s: {what or condition.__name__}")
        time.sleep(pause)
        pause = min(pause * 1.2, POLL_SECONDS_MAX)
