# SPDX-License-Identifier: MPL-2.0
"""Waiting for what must come, never for luck."""
import time

POLL_SECONDS = 0.02


def wait_until(condition, timeout, what=""):
    """The first true value of condition(); AssertionError naming @what after @timeout seconds."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen within {timeout} s: {what or condition.__name__}")
        time.sleep(POLL_SECONDS)
