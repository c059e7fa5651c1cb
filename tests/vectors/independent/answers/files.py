# SPDX-License-Identifier: MPL-2.0
"""Vaults and exported keys."""

from .. import vault
from .ops import op
from .values import unhex

LOCK = {"passphrase": str, "salt": bytes, "passes": int, "memory": int, "nonce": bytes}
NODE = {"id": bytes, "addresses": [str]}
NETWORK = {"network": bytes, "root": bytes, "epochs": int, "name": str, "nodes": [NODE]}
KEY = {"seed": bytes, "made_ms": int, "name": str, "networks": [NETWORK]}


@op("vault", {"what": int, "content": bytes, "lock": (LOCK, None)})
def _(i):
    return {"hex": vault.encode(i["what"], i["content"], i["lock"])}


@op("vault.read", {"hex": bytes, "passphrase": (str, None)})
def _(i):
    what, content = vault.decode(i["hex"], i["passphrase"])
    return {"what": what, "content": content}


@op("keyring", KEY, back=lambda o: vault.decode_key(unhex(o["hex"])))
def _(i):
    return {"hex": vault.encode_key(i)}


@op("keyring.read", {"hex": bytes})
def _(i):
    return vault.decode_key(i["hex"])
