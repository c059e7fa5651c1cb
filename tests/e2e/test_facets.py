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
        wait_until(lambda: self.catches_up(node), self.patience, "what was published can be found")
        return [row["id"] for row in answer["results"]]

    def catches_up(self, node):
        status, answer = node.api("GET", "/api/v1/search?q=anything")
        return status == 200 and answer["behind"] == 0

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

    def test_a_word_number_or_date_that_no_record_can_have_is_named_wherever_it_is_asked_for(self):
        a = self.node("a")
        a.found()
        self.publish(a, task("Bridge", state="piloted", grades=["09"]))
        wrong = (("--state", "zz", "draft, piloted"), ("--tier", "zz", "from 1 to 3"), ("--tier", "4", "from 1 to 3"),
                 ("--dok", "0", "from 1 to 4"), ("--grade", "99", "KG, 01"), ("--grade", "9-12", "KG, 01"),
                 ("--locale", "moon", "rural-remote"), ("--size", "17", "1-299"), ("--type", "zz", "study-tour"),
                 ("--date", "soon", "2026-10"), ("--date", "2026-13", "2026-10"), ("--date", "2026-02-30", "2026-10"))
        for option, value, there in wrong:
            for verb in (("list",), ("search", "bridge"), ("watch", "--limit", "1")):
                done = a.try_pln(*verb, option, value)
                self.assertEqual(done.returncode, 2, (verb, option, done.stderr))
                self.assertIn(value, done.stderr)
                self.assertIn(there, done.stderr)
            status, problem = a.api("GET", f"/api/v1/facets?{option[2:]}={value}")
            self.assertEqual((status, problem["reason"]), (400, option[2:]), problem)
        # Words of another kind are none of this one; somebody's own words may be any.
        done = a.try_pln("list", "--kind", "task", "--state", "approve")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("decline", done.stderr)
        for option in ("--subject", "--tag", "--theme", "--principle", "--by", "--competency", "--license", "--language",
                       "--region"):
            self.assertEqual(a.pln("list", option, "Zz", json="lines"), [], option)
        for option, value in (("--state", "approve"), ("--grade", "9"), ("--grade", "Grade 9"), ("--tier", "02")):
            self.assertEqual(a.try_pln("list", option, value).returncode, 0, (option, value))

    def test_every_word_of_a_list_is_shown_by_its_label(self):
        a = self.node("a")
        a.found()
        [about] = self.publish(a, task("Bridge", state="piloted"))
        self.publish(a, {"kind": "review", "fields": {"about": about, "decision": "revise"}},
                     {"kind": "event", "fields": {"title": "Visit", "type": "visit"}})
        labels = {(facet["name"], row["value"]): row.get("label") for facet in a.api("GET", "/api/v1/facets")[1]["facets"]
                  for row in facet["values"]}
        self.assertEqual([labels["state", "piloted"], labels["state", "revise"], labels["type", "visit"]],
                         ["Piloted with students", "To be revised first", "Visit to a school"])

    def test_a_locale_holds_its_finer_ones(self):
        a = self.node("a")
        a.found()
        self.publish(a, *[{"kind": "profile", "fields": {"name": locale, "locale": locale}}
                          for locale in ("rural-remote", "rural", "city-large")])
        names = {locale: sorted(row["fields"]["name"] for row in a.pln("list", "--locale", locale, json="lines"))
                 for locale in ("rural", "rural-remote", "city", "town")}
        self.assertEqual(names, {"rural": ["rural", "rural-remote"], "rural-remote": ["rural-remote"],
                                 "city": ["city-large"], "town": []})
        self.assertEqual(self.facets(a)["locale"], {"rural": 2, "rural-remote": 1, "city-large": 1, "city": 1})

    def test_dates_are_found_by_day_month_and_year_of_their_own_clock(self):
        a = self.node("a")
        a.found()
        self.publish(a, *[{"kind": "event", "fields": {"title": title, "begins": begins, "ends": ends}} for title, begins, ends in (
            ("Autumn", "2026-10-30T22:00:00-05:00", "2026-11-02T12:00:00-05:00"),
            ("Spring", "2027-03-01T09:00:00+09:00", "2027-03-01T17:00:00+09:00"))])
        for date, titles in (("2026-10-30", ["Autumn"]), ("2026-10-31", []), ("2026-11", ["Autumn"]), ("2027-03-01", ["Spring"]),
                             ("2027-02", []), ("2026", ["Autumn"]), ("2025", [])):
            found = [row["fields"]["title"] for row in a.pln("list", "--date", date, json="lines")]
            self.assertEqual(found, titles, date)
        self.assertEqual(self.facets(a)["date"], {"2026": 1, "2027": 1})


if __name__ == "__main__":
    unittest.main()
