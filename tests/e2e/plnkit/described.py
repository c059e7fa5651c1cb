# SPDX-License-Identifier: MPL-2.0
"""Answers of running daemons, each held to the description that one of them serves."""
import json
import re

from plnkit.browser import signed_in
from plnkit.case import Case
from plnkit.schema import Schema


class Described(Case):
    """self.node_a founded the network; self.manager may do everything there."""

    def setUp(self):
        super().setUp()
        self.node_a = self.node("cedar")
        self.network = self.node_a.found("Iowa")
        self.manager = signed_in(self.node_a, "manage", "Ada")
        self.document = self.manager.get("/api/v1/openapi.json").json
        self.schema = Schema(self.document)
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.document["paths"].items() for method, operation in methods.items()}
        self.met = set()

    def check(self, name, answer):
        """@answer is one that the operation describes."""
        _, _, operation = self.operations[name]
        described = operation["responses"].get(str(answer.status))
        if described is None and answer.status >= 400:
            described = operation["responses"]["default"]
        self.assertIsNotNone(described, (name, answer))
        self.met.add((name, str(answer.status)))
        media = answer.headers["Content-Type"]
        wanted = list(described["content"])
        self.assertIn(media, wanted if wanted != ["*/*"] else [media], (name, answer))
        schema = described["content"].get(media, {}).get("schema", {})
        if media == "application/x-ndjson":
            for line in answer.text.splitlines():
                if line:
                    self.assertEqual(self.schema.problems(json.loads(line), schema), [], name)
        elif "json" in media:
            self.assertEqual(self.schema.problems(answer.json, schema), [], name)
        return answer

    def ask(self, name, *parts, body=None, query="", browser=None):
        """Do the operation, its {X} filled by @parts, and check the answer."""
        method, path, operation = self.operations[name]
        for part in parts:
            path = re.sub(r"\{\w+\}", lambda _, part=part: str(part), path, count=1)
        if "requestBody" in operation:
            body = {} if body is None else body
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self.assertEqual(self.schema.problems(body, schema), [], name)
        answer = self.check(name, (browser or self.manager).ask(method, path + query, body))
        self.assertLess(answer.status, 300, (name, answer))
        return answer
