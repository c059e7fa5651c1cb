# SPDX-License-Identifier: MPL-2.0
"""Fork proofs and what FORK carries of a branch (9.10)."""

from .chain import PAYLOAD_MAX, SEQ_MAX, chain_next, chain_start, place, verify_head
from .identity import valid_id
from .refused import demand

LINK = 45
PROOF_MAX = 98_304


def follow(at, chain_hash, links):
    """Every chain_hash behind (at, chain_hash), along the links."""
    found = []
    for i in range(0, len(links), LINK):
        head, data = links[i:i + 13], links[i + 13:i + LINK]
        demand(head[0] < 0x80, "malformed", "bit 7")
        demand(int.from_bytes(head[9:13], "big") <= PAYLOAD_MAX, "malformed", "size")
        at += 1
        demand(at <= SEQ_MAX, "malformed", "seq")
        chain_hash = chain_next(chain_hash, head, data)
        found.append(chain_hash)
    return found


def branch(b):
    return (len(b["links"]) // LINK).to_bytes(2, "big") + b["signature"] + b["links"]


def proof(p):
    """The branch whose first chain_hash is smaller goes first."""
    where = place(p["place"]["network"], p["place"]["author"], p["place"]["epoch"],
                  p["place"]["lane"])
    ordered = sorted(p["branches"], key=lambda b: follow(p["at"], p["hash"], b["links"][:LINK])[0])
    return (where + p["at"].to_bytes(8, "big") + p["hash"]
            + b"".join(branch(b) for b in ordered))


def read_proof(data):
    demand(len(data) <= PROOF_MAX, "oversize", "proof")
    at = 0

    def take(n):
        nonlocal at
        demand(len(data) - at >= n, "truncated", "proof")
        at += n
        return data[at - n:at]

    where = take(69)
    last = int.from_bytes(take(8), "big")
    chain_hash = take(32)
    branches = []
    for _ in range(2):
        count = int.from_bytes(take(2), "big")
        signature, links = take(64), take(count * LINK)
        demand(1 <= count <= 1024, "malformed", "count")
        branches.append((count, signature, links))
    demand(at == len(data), "malformed", "bytes behind a proof")
    demand(last < SEQ_MAX, "malformed", "L")
    demand(where[68] == 1, "malformed", "lane")
    demand(valid_id(where[32:64]), "bad-key")
    demand(last > 0 or chain_hash == chain_start(where), "malformed", "the start")
    firsts = []
    for count, signature, links in branches:
        heads = follow(last, chain_hash, links)
        demand(verify_head(where, last + count, heads[-1], signature), "bad-signature")
        firsts.append(heads[0])
    demand(firsts[0] < firsts[1], "malformed", "order")
    return {"place": {"network": where[:32], "author": where[32:64],
                      "epoch": int.from_bytes(where[64:68], "big"), "lane": where[68]},
            "at": last, "hash": chain_hash, "counts": [b[0] for b in branches]}


def branch_body(at, chain_hash, signature, links):
    return at.to_bytes(8, "big") + chain_hash + signature + links


def read_branch_body(data):
    demand(len(data) >= 104, "truncated", "branch")
    links = data[104:]
    at = int.from_bytes(data[:8], "big")
    demand(len(links) % LINK == 0 and 1 <= len(links) // LINK <= 1024, "malformed", "links")
    demand(at < SEQ_MAX, "malformed", "L")
    return {"at": at, "hash": data[8:40], "signature": data[40:104], "links": links}
