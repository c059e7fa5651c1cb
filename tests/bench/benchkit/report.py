# SPDX-License-Identifier: MPL-2.0
"""Figures as they come: a goal with its ratio and verdict, raw numbers and remarks beneath it."""
import sys

goals = []


def head(text):
    print(f"\n== {text}", flush=True)


def raw(text):
    print(f"     {text}", flush=True)


def goal(name, value, bound, at_least=False, unit=""):
    """One line: what was reached, what must be, and whether it is."""
    good = value >= bound if at_least else value <= bound
    verdict = "PASS" if good else "FALLS SHORT"
    goals.append((name, value, bound, at_least, unit, good))
    print(f"{verdict:>12}  {name}: {shown(value)}{unit} (goal {'>=' if at_least else '<='} "
          f"{shown(bound)}{unit})", flush=True)
    return good


def holds(name, good, text=""):
    """A goal that is either so or not."""
    goals.append((name, good, True, True, "", good))
    print(f"{'PASS' if good else 'FALLS SHORT':>12}  {name}{': ' + text if text else ''}", flush=True)
    return good


def shown(value):
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}"


def end():
    """The summary; the number of goals that were missed."""
    missed = [row for row in goals if not row[-1]]
    print(f"\n{len(goals) - len(missed)} of {len(goals)} goals reached", flush=True)
    for name, value, bound, at_least, unit, _ in missed:
        print(f"  falls short: {name}: {shown(value)}{unit}, goal {'>=' if at_least else '<='} "
              f"{shown(bound)}{unit}")
    sys.stdout.flush()
    return len(missed)
