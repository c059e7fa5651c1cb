# SPDX-License-Identifier: MPL-2.0
"""Every row of table.py against one real hub, while an honest peer goes on publishing to it."""
import concurrent.futures
import importlib
import unittest

import kit  # noqa: F401  the codec's and plnkit's places
from kit.stage import Stage, Watch
from plnkit import Case, wait_until

import table

COUNTED_SECONDS = 60


def attack(row):
    return getattr(importlib.import_module(row.room), row.attack)


class Attacks(Case):
    """One stage for all: what an attack leaves behind is there for the next one."""
    stage = None
    chosen = None  # names of the tests to be run
    slow = {}
    pool = None

    @classmethod
    def setUpClass(cls):
        holder = Case("run")  # it owns the nodes, and tells nothing by itself
        holder.setUp()
        cls.holder = holder
        cls.stage = Stage(holder)
        cls.pool = concurrent.futures.ThreadPoolExecutor(8)
        cls.slow = {row.attack: cls.pool.submit(attack(row), cls.stage)
                    for row in table.ROWS if row.slow and cls.chosen & {name_of(row)}}

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown(cancel_futures=True)
        for node in cls.holder.nodes:
            node.kill()

    def run(self, result=None):
        self.nodes = []
        before = len(result.failures) + len(result.errors)
        unittest.TestCase.run(self, result)
        if len(result.failures) + len(result.errors) > before:
            self.nodes = self.stage.case.nodes
            self._tell()
        return result

    def setUp(self):
        self.seed = self.holder.seed

    def check(self, row):
        stage = self.stage
        self.assertTrue(stage.hub.running(), f"the hub is dead:\n{stage.hub.log()[-3000:]}")
        before = {} if row.slow else stage.refused()
        watch = Watch(stage)
        watch.start()
        try:
            outcome = self.slow[row.attack].result(300) if row.slow else attack(row)(stage)
        finally:
            watch.done.set()
            watch.join()
        self.assertEqual(outcome, row.outcome)
        self.assertIsNone(watch.failed, "honest peers go on meanwhile")
        for reason in row.counted:
            wait_until(lambda: stage.refused().get(reason, 0) > before.get(reason, 0),
                       COUNTED_SECONDS, f"{reason} is counted: {stage.refused()}")
        mib = (watch.kib - stage.idle_kib) / 1024
        self.assertLessEqual(mib, row.mib, "MiB above idle")
        self.assertLessEqual(watch.fds - stage.idle_fds, row.fds, "descriptors above idle")
        stage.pulse(stage.hub, stage.peer)
        print(f"{outcome}; at most {mib:.0f} MiB and {watch.fds - stage.idle_fds} descriptors "
              f"above idle; a record crossed {watch.pulses} times, in at most "
              f"{watch.slowest * 1000:.0f} ms", end=" ... ", flush=True)


def name_of(row):
    return f"test_{table.ROWS.index(row):02}_{row.attack}"


def add(row):
    def test(self):
        self.check(row)
    test.__doc__ = f"{table.words(row.attack)}: {row.outcome}"
    setattr(Attacks, name_of(row), test)


for one in table.ROWS:
    add(one)


def load_tests(_loader, tests, _pattern):
    """Which were chosen (-k): the slow ones among them begin at once."""
    Attacks.chosen = {case.id().rsplit(".", 1)[-1] for suite in tests for case in suite}
    return tests


if __name__ == "__main__":
    unittest.main(verbosity=2)
