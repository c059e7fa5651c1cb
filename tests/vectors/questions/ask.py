# SPDX-License-Identifier: MPL-2.0
"""Write the questions, with the answers that are known outside the C code: ask.py FOLDER."""
import sys

import access
import basics
import evidence
import forks
import formats
import messages
import more
import records
import retract
import runs
import salts
import session
import tickets
import transfers
import vaults

TOPICS = [(basics.hashes, "1.3"), (basics.identity, "3.1"), (basics.signatures, "3.4"), (basics.entries, "4.1"),
          (basics.chains, "4.3"), (runs.runs, "4.6"), (formats.packs, "1.5"), (formats.codecs, "6"),
          (access.controls, "7.2"), (access.folds, "7.4"), (access.more_folds, "7.4"),
          (tickets.tickets, "8"), (session.arrivals, "9.5"),
          (session.digests, "9.6"), (messages.messages, "9.3"), (session.hellos, "9.4.2"),
          (session.presences, "9.13.1"), (records.records, "11"),
          (retract.retracts, "7.2.5"), (forks.forks, "9.10"), (evidence.evidence, "9.14.1"),
          (more.controls, "7.2"), (more.folds, "7.4"), (more.messages, "9.3"), (more.presences, "9.13.1"),
          (more.wants, "9.3"), (more.versions, "7.3"),
          (more.codecs, "6"), (more.tickets, "8"), (more.records, "11"),
          (vaults.vaults, "15"), (salts.salts, "11.3"), (transfers.transfers, "7.4.2")]

for make, spec in TOPICS:
    topic = make()
    topic.write(sys.argv[1], spec)
    print(f"{topic.name}: {len(topic.cases)} cases")
