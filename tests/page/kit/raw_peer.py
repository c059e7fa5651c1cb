# SPDX-License-Identifier: MPL-2.0
"""A member that writes what no daemon would: joins by TICKET under NAME, hands the records on stdin
to the node at LISTEN as they are, says `told`, and stays linked until stdin ends.

    raw_peer.py LISTEN NODE-ID TICKET     stdin: {"name": ..., "records": [{"kind", "fields"}]}, one line
"""
import json
import pathlib
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "attack"))

from kit.intruder import Intruder, plain_entry, run_of  # noqa: E402
from independent import record, ticket  # noqa: E402


def main():
    listen, node_id, text = sys.argv[1:]
    node = types.SimpleNamespace(listen=listen, id=node_id)
    what = json.loads(sys.stdin.readline())
    intruder = Intruder()
    network = ticket.decode(text.encode())["network"]
    answer, _ = intruder.join(node, text, name=what["name"])
    assert answer == "welcome", answer
    session = intruder.session(node, network).open()
    entries = [plain_entry(record.encode({int(number): value for number, value in one["fields"].items()}),
                           one["kind"]) for one in what["records"]]
    session.say("entries", **run_of(intruder, network, entries)[0])
    print("told", flush=True)
    while sys.stdin.readline():
        pass


main()
