# SPDX-License-Identifier: MPL-2.0
"""plnkit: real daemons on loopback as objects, for stories that read like what a district does."""
from .case import Case
from .node import Node, PlnFailed
from .proxy import Proxy
from .records import lesson, lessons, write_ndjson
from .wait import stretch, wait_until

__all__ = ["Case", "Node", "PlnFailed", "Proxy", "lesson", "lessons", "stretch", "wait_until",
           "write_ndjson"]
