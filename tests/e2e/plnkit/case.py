# SPDX-License-Identifier: MPL-2.0
"""One story: a folder for its nodes, a seed for its chances, and how to tell it again."""
import os
import random
import shutil
import sys
import tempfile
import unittest

from . import places
from .node import Node
from .wait import stretch, wait_until

LOG_TAIL = 3000


class Case(unittest.TestCase):
    """setUp gives self.root and self.random; nodes end with the test, folders only if it passed."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="pln-", dir=places.scratch())
        self.nodes = []
        self.seed = int(os.environ.get("PLN_TEST_SEED") or random.SystemRandom().getrandbits(32))
        self.random = random.Random(self.seed)
        # Sanitizers and a busy machine stretch every wait; passing never waits for it.
        self.patience = 120 if places.sanitized() else 60

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result is not None else 0
        super().run(result)
        failed = result is not None and len(result.failures) + len(result.errors) > before
        if failed:
            self._tell()
        for node in getattr(self, "nodes", []):
            node.kill()
        root = getattr(self, "root", None)
        if root and not (failed and os.environ.get("PLN_TEST_KEEP")):
            shutil.rmtree(root, ignore_errors=True)
        return result

    def _tell(self):
        """How to repeat it, and what the nodes said last."""
        build = os.path.relpath(os.path.dirname(os.path.dirname(places.program("plnd"))),
                                places.CHECKOUT)
        for node in getattr(self, "nodes", []):
            print(f"--- {node.name}\n{node.log()[-LOG_TAIL:]}", file=sys.stderr)
        print(f"repeat: PLN_TEST_KEEP=1 PLN_TEST_SEED={getattr(self, 'seed', '')} PLN_BUILD={build} "
              f"python3 -m unittest discover -s tests/e2e -k {self.id().rsplit('.', 2)[-2]}."
              f"{self._testMethodName}", file=sys.stderr)

    # ---- nodes ----

    def make(self, name, /, **settings):
        """A node that is not started yet."""
        node = Node(self.root, name, **settings)
        self.nodes.append(node)
        return node

    def node(self, name, /, **settings):
        return self.make(name, **settings).start()

    def members(self, founder, *others, network="Prairie Schools Collaborative"):
        """@founder founds, the others join by ticket; the network's id."""
        network_id = founder.found(network)
        for other in others:
            self.assertEqual(other.join(founder.invite(network_id)), network_id)
        for node in (founder, *others):
            wait_until(lambda node=node: self.knows_names(node, network_id), self.patience,
                       f"{node.name} knows how all members are called")
        return network_id

    @staticmethod
    def knows_names(node, network):
        return all(member.get("name") for member in node.pln("members", network, json="lines"))

    # ---- what must come ----

    def assert_within(self, seconds, limit):
        """@limit is what the rule says, of a machine that has nothing else to do."""
        self.assertLess(seconds, limit * stretch())

    def wait_equal(self, network, *nodes, timeout=None):
        """Until all digests are the same; the digest."""
        def equal():
            digests = [node.digest(network) for node in nodes]
            return digests[0] if digests[0] and len(set(digests)) == 1 else None
        names = " ".join(node.name for node in nodes)
        return wait_until(equal, timeout or self.patience, f"equal digests at {names}")

    def wait_records(self, network, count, *nodes, timeout=None):
        for node in nodes:
            wait_until(lambda: node.records(network) >= count, timeout or self.patience,
                       f"{count} records at {node.name}")
