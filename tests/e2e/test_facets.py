# SPDX-License-Identifier: MPL-2.0
"""What a search could be narrowed by: facets of what was found, with counts that filters keep."""
import unittest
from urllib.parse import quote

from plnkit.case import Case
from plnkit.wait import wait_until


def task(title, **fields):
    return {"kind": "task", "fields": {"title": title, "prompt": "Do it.", **fields}}


class Facets(Case):

    def publish(self, node, *records):
        status, answer = node.api("POST", "/api/v1/records", {"records": list(records)})
        self.assertEqual(status, 200, answer)
        return [row["id"] for row in answer["results"]]

    def facets(self, node, query=""):
        """{name: {value: count}} of @query."""
        status, answer = node.api("GET", f"/api/v1/facets{query}")
        self.assertEqual(status, 200, answer)
        self.assertFalse(answer["counted_newest"])
        return {facet["name"]: {row["value"]: row["count"] for row in facet["values"]}
                for facet in answer["facets"]}

    def test_each_count_is_what_the_filter_finds(self):
        a, b = self.node("a"), self.node("b")
        network = self.members(a, b)
        old = self.publish(
            a, task("Bridge", subjects=["Science", "Mathematics"], grades=["09", "10"], competencies=["HS-ETS1-2"]),
            task("Tower", subjects=["science"], grades=["09"]))
        self.publish(a, {"kind": "task", "fields": {"title": "Bridge 2", "prompt": "x", "replaces": old[0],
                                                    "subjects": ["Science"], "grades": ["09"]}})
        self.publish(b, task("Brücke", lang="de", subjects=["Physik"]),
                     {"kind": "lesson", "fields": {"title": "Bridge", "result": "r", "challenge": "c", "lesson": "l"}})
        self.wait_equal(network, a, b)
        wait_until(lambda: sum(self.facets(a).get("kind", {}).values()) == 4, self.patience, "all are searched")
        found = self.facets(a)
        self.assertEqual(found["kind"], {"task": 3, "lesson": 1})
        self.assertEqual(found["author"], {a.id: 2, b.id: 2})
        self.assertEqual(found["network"], {network: 4})
        self.assertEqual({value.lower(): count for value, count in found["subject"].items()},
                         {"science": 2, "physik": 1})
        self.assertEqual(found["grade"], {"09": 2})
        self.assertNotIn("competency", found, "an earlier version is not found, so not counted")
        self.assertEqual(self.facets(a, "?versions=all")["competency"], {"HS-ETS1-2": 1})
        for name, values in found.items():
            for value, count in values.items():
                status, answer = a.api("GET", f"/api/v1/search?{name}={quote(value)}")
                self.assertEqual((status, answer["total"]), (200, count), (name, value))

    def test_words_and_filters_narrow_what_is_counted(self):
        a = self.node("a")
        a.found()
        self.publish(a, task("Bridge", subjects=["Science"]), task("Bread", subjects=["Cooking"]),
                     task("Tower", subjects=["Science"]))
        self.assertEqual(self.facets(a, "?q=bridge")["subject"], {"Science": 1})
        self.assertEqual(self.facets(a, "?q=br&open=1")["subject"], {"Science": 1, "Cooking": 1})
        self.assertEqual(self.facets(a, "?subject=science")["kind"], {"task": 2})
        self.assertEqual(self.facets(a, "?q=nothing"), {})
        self.assertEqual(a.api("GET", f"/api/v1/facets?q={'x' * 1001}")[1]["reason"], "q")

    def test_the_most_frequent_come_first_and_the_rest_is_said(self):
        a = self.node("a")
        a.found()
        self.publish(a, *[task(f"T{i}", tags=[f"tag {i}", "common", "common"]) for i in range(30)])
        [tags] = [facet for facet in a.api("GET", "/api/v1/facets?limit=5")[1]["facets"] if facet["name"] == "tag"]
        self.assertEqual((tags["values"][0], len(tags["values"]), tags["more"]),
                         ({"value": "common", "count": 30}, 5, True))
        labels = {row["value"]: row.get("label") for facet in a.api("GET", "/api/v1/facets")[1]["facets"]
                  for row in facet["values"]}
        self.assertEqual((labels["task"], labels[a.id]), ("Performance task", "a"))


if __name__ == "__main__":
    unittest.main()
