# SPDX-License-Identifier: MPL-2.0
"""Records of every kind, filled at random, leave as NDJSON and come back without losing a letter."""
import json
import pathlib
import unittest

from plnkit import Case
from plnkit.anything import fields

EACH = 12


class RoundTrip(Case):
    def exported(self, node):
        return [json.loads(line) for line in node.pln("export").splitlines()]

    def made(self, node, network):
        """EACH records of each kind, those that need another record with one."""
        kinds = [kind for kind in node.api("GET", "/api/v1/kinds")[1]["kinds"] if kind.get("fields")]
        rows = []
        for kind in kinds:
            links = {field["name"]: field for field in kind["fields"]
                     if field["type"] == "link" and field.get("required")}
            for _ in range(EACH):
                row = fields(self.random, {**kind, "fields": [f for f in kind["fields"] if f["name"] not in links]})
                for name, field in links.items():
                    wanted = [choice["word"] for choice in field.get("leads_to") or []]
                    target = self.random.choice([id_ for name_, id_ in rows if not wanted or name_ in wanted])
                    row[name] = [target] if field.get("many") else target
                status, answer = node.api("POST", "/api/v1/records", {
                    "network": network, "confirm_no_student_data": True,
                    "records": [{"kind": kind["name"], "fields": row}]})
                self.assertEqual(status, 200, answer)
                result = answer["results"][0]
                self.assertIn("id", result, f"{json.dumps(row)[:800]}\n{json.dumps(result)}")
                rows.append((kind["name"], result["id"]))
        return {name for name, _ in rows}, len(kinds)

    def test_ndjson_of_every_kind_filled_at_random_is_lossless(self):
        one, two = self.node("one"), self.node("two")
        kinds, count = self.made(one, one.found())
        self.assertEqual(len(kinds), count, "no kind is left out")
        network = two.found("Elsewhere")
        path = pathlib.Path(self.root) / "all.ndjson"
        path.write_text(one.pln("export") + "\n", "utf-8")
        two.pln("import", path, "--confirm-no-student-data")
        before, after = self.exported(one), self.exported(two)
        self.assertEqual([(row["kind"], row["fields"]) for row in after], [(row["kind"], row["fields"]) for row in before])
        two.pln("import", path, "--confirm-no-student-data", "--skip-existing")
        self.assertEqual(two.records(network), len(before), "and the same again is skipped")


if __name__ == "__main__":
    unittest.main()
