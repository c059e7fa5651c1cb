# SPDX-License-Identifier: MPL-2.0
"""Cohorts, readiness, surveys, plans and roadblocks: rows 3, 4, 7, 10, 12, 13, 14, 29, 30, 32, 34 and 40 of the table
of seeds. Each test asks what that row's user asks."""
import collections
import json
import unittest

from plnkit import Case


class Programs(Case):
    def hub(self):
        node = self.node("hub")
        node.found()
        return node

    def rows(self, node, kind):
        return node.pln("list", "--kind", kind, "--limit", "1000", json="lines")

    def fields(self, node, kind):
        return [row["fields"] for row in self.rows(node, kind)]

    def roster(self, count, role):
        return json.dumps([{"name": f"District {n}", "role": role, "since": "2012-07-01T00:00:00-05:00"}
                           for n in range(count)])

    def test_row_3_which_districts_may_innovate_from_when_until_when_and_what_reviewers_said(self):
        hub = self.hub()
        plans = {name: hub.pln("add", "plan", f"title={name}: district of innovation", "about=Move on when ready",
                               "waivers=704 KAR 3:305: credits by seat time", f"waivers={more}",
                               "evaluation=Scores and surveys, each June")
                 for name, more in (("Cedar", "Instructional days"), ("Tannery", "Certified staff in each room"))}
        for name, decisions in (("Cedar", ("approve", "approve")), ("Tannery", ("approve", "revise"))):
            for reader, decision in enumerate(decisions):
                checks = [{"criterion": "Evaluation model", "met": "yes" if decision == "approve" else "no"}]
                hub.pln("add", "review", f"about={plans[name]}", f"decision={decision}", f"by=Reader {reader}",
                        f"checklist={json.dumps(checks)}")
        for title, year, names in (("Cohort I", 2013, ("Cedar",)), ("Cohort II", 2014, ("Tannery", "River"))):
            roster = [{"name": name, "role": "district", "since": f"{year}-07-01T00:00:00-04:00",
                       "until": f"{year + 5}-06-30T00:00:00-04:00"} for name in names]
            hub.pln("add", "cohort", f"title={title}", "type=cohort", f"roster={json.dumps(roster)}")
        # The department asks: who is designated, in which cohort, and whose designation ends first?
        ends = sorted((seat["until"][:10], row["title"], seat["name"]) for row in self.fields(hub, "cohort")
                      for seat in row["roster"])
        self.assertEqual(ends, [("2018-06-30", "Cohort I", "Cedar"), ("2019-06-30", "Cohort II", "River"),
                                ("2019-06-30", "Cohort II", "Tannery")])
        # ... which rules are asked about most, and which plans did all readers approve?
        rules = collections.Counter(rule for row in self.fields(hub, "plan") for rule in row["waivers"])
        self.assertEqual(rules.most_common(1), [("704 KAR 3:305: credits by seat time", 2)])
        said = {name: sorted(hub.pln("show", row["id"], json=True)["fields"]["decision"]
                             for row in hub.pln("show", plan, json=True)["lineage"]["spoken_of_by"])
                for name, plan in plans.items()}
        self.assertEqual(said, {"Cedar": ["approve", "approve"], "Tannery": ["approve", "revise"]})

    def test_row_4_a_district_sees_its_own_trend_in_numbers_only(self):
        hub = self.hub()
        items = [{"code": "L1", "text": "Leaders share decisions", "dimension": "Leadership"},
                 {"code": "C1", "text": "Students move on when ready", "dimension": "Culture"}]
        scale = [{"value": n, "label": label} for n, label in enumerate(("Not yet", "Partly", "Fully"))]
        survey = hub.pln("add", "instrument", "title=Readiness", "edition=2", f"items={json.dumps(items)}",
                         f"scale={json.dumps(scale)}")
        for year, mean in ((2024, 0.5), (2025, 1.25)):
            answers = [{"item": "L1", "mean": mean, "count": 31}, {"item": "C1", "mean": mean + 0.5, "count": 30}]
            hub.pln("add", "response", f"instrument={survey}", "district=Cedar Valley", "respondents=31",
                    f"as_of={year}-05-01", f"answers={json.dumps(answers)}")
        found = sorted(self.fields(hub, "response"), key=lambda f: f["as_of"])
        dimensions = {item["code"]: item["dimension"] for item in hub.pln("show", survey, json=True)["fields"]["items"]}
        trend = {dimensions[code]: [answer["mean"] for f in found for answer in f["answers"] if answer["item"] == code]
                 for code in ("L1", "C1")}
        self.assertEqual(trend, {"Leadership": [0.5, 1.25], "Culture": [1.0, 1.75]})
        last = hub.pln("list", "--kind", "response", "--date", "2025", json="lines")
        self.assertEqual([row["fields"]["respondents"] for row in last], [31])
        self.assertTrue(all(set(answer) == {"item", "mean", "count"} for f in found for answer in f["answers"]))

    def test_row_7_readiness_by_tier_over_time_is_never_overwritten(self):
        hub = self.hub()
        for district, year, tier in (("Tannery", 2015, 3), ("Cedar", 2015, 2), ("Tannery", 2016, 2), ("Cedar", 2016, 1)):
            hub.pln("add", "readiness", f"district={district}", f"tier={tier}", f"as_of={year}-09-01T00:00:00-04:00",
                    "set_by=State team", "evidence=Visit")
        found = self.fields(hub, "readiness")
        by_year = collections.Counter((f["as_of"][:4], f["tier"]) for f in found)
        self.assertEqual(by_year, {("2015", 3): 1, ("2015", 2): 1, ("2016", 2): 1, ("2016", 1): 1})
        moved = {f["district"]: [g["tier"] for g in sorted(found, key=lambda g: g["as_of"])
                                 if g["district"] == f["district"]] for f in found}
        self.assertEqual(moved, {"Tannery": [3, 2], "Cedar": [2, 1]})
        self.assertTrue(all(f["as_of"].endswith("-04:00") for f in found))
        ready = hub.pln("list", "--kind", "readiness", "--tier", "1", "--date", "2016", json="lines")
        self.assertEqual([row["fields"]["district"] for row in ready], ["Cedar"])

    def test_row_10_a_common_task_goes_through_its_states_under_embargo(self):
        hub, before = self.hub(), None
        for state in ("draft", "piloted", "vetted", "operational", "released", "retired"):
            words = [f"replaces={before}"] if before else []
            before = hub.pln("add", "task", "title=Common task", "prompt=Do.", "common=true", f"state={state}",
                             "embargo=2026-04-20T07:30:00-04:00", *words)
        states = [row["record"]["fields"]["state"] for row in hub.pln("show", before, "--history", json="lines")]
        self.assertEqual(states, ["retired", "released", "operational", "vetted", "piloted", "draft"])
        self.assertEqual(hub.pln("show", before, json=True)["fields"]["embargo"], "2026-04-20T07:30:00.000-04:00")
        # The bank of tasks has it once, in the state it is in now.
        bank = {state: [row["id"] for row in hub.pln("list", "--kind", "task", "--state", state, json="lines")]
                for state in ("operational", "retired")}
        self.assertEqual(bank, {"operational": [], "retired": [before]})
        anchor = hub.pln("add", "artifact", "title=Anchor paper, level 3", "type=anchor", f"about={before}",
                         "deidentified_by=R. Moderator")
        spoken = hub.pln("show", before, json=True)["lineage"]["spoken_of_by"]
        self.assertEqual([(row["id"], row["kind"]) for row in spoken], [(anchor, "artifact")])

    def test_rows_12_and_14_cohorts_of_ten_and_twenty_and_places_left(self):
        hub = self.hub()
        for title, capacity, members in (("Iowa models", 10, 10), ("Idaho incubators", 20, 19)):
            hub.pln("add", "cohort", f"title={title}", f"capacity={capacity}",
                    f"roster={self.roster(members, 'model-district')}")
        left = {f["title"]: f["capacity"] - len(f["roster"]) for f in self.fields(hub, "cohort")}
        self.assertEqual(left, {"Iowa models": 0, "Idaho incubators": 1})
        since = {seat["since"] for f in self.fields(hub, "cohort") for seat in f["roster"]}
        self.assertEqual(since, {"2012-07-01T00:00:00.000-05:00"})
        # Members are districts and schools of any size: eleven students, and fifteen thousand.
        for name, size, kind in (("Three Creek", "1-299", "district"), ("Nampa", "10000-24999", "district"),
                                 ("Forrest Bird Charter", "300-999", "school")):
            hub.pln("add", "profile", f"name={name}", f"type={kind}", f"enrollment={size}", "state=ID")
        small = hub.pln("list", "--kind", "profile", "--region", "ID", "--size", "1-299", json="lines")
        self.assertEqual([row["fields"]["name"] for row in small], ["Three Creek"])

    def test_row_13_iowa_documents_result_challenge_and_lesson(self):
        hub = self.hub()
        done = hub.try_pln("add", "lesson", "title=Half a lesson", "result=r", "challenge=c")
        self.assertEqual(done.returncode, 1)
        self.assertIn("lesson is required", done.stderr)
        for theme in ("scheduling", "scoring", "scheduling"):
            hub.pln("add", "lesson", "title=t", "result=r", "challenge=c", "lesson=l", f"themes={theme}",
                    "evidence=Minutes of the team", "context=510 students; two days of planning")
        themes = collections.Counter(t for f in self.fields(hub, "lesson") for t in f["themes"])
        self.assertEqual(themes, {"scheduling": 2, "scoring": 1})
        task = hub.pln("add", "task", "title=Brook", "prompt=Measure.")
        hub.pln("add", "lesson", "title=Share the rubric first", "result=Scores agreed", "challenge=Two readings of level 3",
                "lesson=Score five together", "themes=scoring", f"about={task}")
        scoring = hub.pln("search", "level", "3", "--kind", "lesson", "--theme", "scoring", json="lines")
        self.assertEqual([row["fields"]["lesson"] for row in scoring], ["Score five together"])
        self.assertEqual([row["title"] for row in hub.pln("show", task, json=True)["lineage"]["spoken_of_by"]],
                         ["Share the rubric first"])
        site = hub.pln("add", "site", "title=Prairie High", "slots=12", "focus=Advisory,Student-led conferences")
        hub.pln("add", "event", "title=Convening", "type=convening", f"site={site}", "decisions=Share one rubric",
                "begins=2013-10-03T09:00:00-05:00")
        event = self.fields(hub, "event")[0]
        self.assertEqual(event["decisions"], ["Share one rubric"])
        self.assertEqual(hub.pln("show", event["site"].split("#")[0], json=True)["fields"]["slots"], 12)

    def test_rows_14_and_34_open_roadblocks_by_category(self):
        hub = self.hub()
        for title, category, state in (("Seat time", "policy", "open"), ("Transcripts", "policy", "solved"),
                                       ("No time to score", "resources", "open")):
            hub.pln("add", "roadblock", f"title={title}", "barrier=It keeps students waiting", f"category={category}",
                    f"state={state}", "rule=IDAPA 08.02.03", "fix=Count mastery instead")
        hub.pln("add", "goal", "title=Educators share competencies", "category=competencies", "state=on-track",
                "due=2027-06-30", "measure=Adopted by ten districts")
        open_ones = collections.Counter(f["category"] for f in self.fields(hub, "roadblock") if f["state"] == "open")
        self.assertEqual(open_ones, {"policy": 1, "resources": 1})
        self.assertEqual([f["title"] for f in self.fields(hub, "goal") if f["state"] == "on-track"],
                         ["Educators share competencies"])

    def test_rows_29_and_33_educator_competencies_have_a_framework_of_their_own(self):
        hub = self.hub()
        educators = hub.pln("add", "framework", "title=Educator competencies", "type=educator", "status=adopted")
        students = hub.pln("add", "framework", "title=Science", "type=student")
        for title, framework in (("Judges work with others", educators), ("Models systems", students)):
            hub.pln("add", "competency", f"title={title}", f"framework={framework}", "tags=assessment-literacy")
        mine = [row["fields"]["title"] for row in self.rows(hub, "competency")
                if educators.endswith(row["fields"]["framework"].split("#")[0])]
        self.assertEqual(mine, ["Judges work with others"])

    def test_row_30_a_working_group_shows_its_mix_of_roles(self):
        hub = self.hub()
        roles = ["educator", "school-leader", "district-leader", "student", "state", "expert"]
        roster = json.dumps([{"name": f"Seat {n}", "role": role} for n, role in enumerate(roles)])
        group = hub.pln("add", "cohort", "title=Define the space", "type=working-group", f"roster={roster}")
        seats = hub.pln("show", group, json=True)["fields"]["roster"]
        self.assertEqual([seat["role"] for seat in seats], roles)
        self.assertIn("6. Seat 5; Role: expert", hub.pln("show", group))

    def test_row_32_partners_abroad_need_no_district_id_and_keep_their_language(self):
        hub = self.hub()
        hub.pln("add", "profile", "name=Peruskoulu Ääkköset 東京", "type=partner", "state=FI-18", "lang=fi")
        hub.pln("add", "event", "title=Opintomatka", "type=study-tour", "lang=fi", "place=Jyväskylä",
                "begins=2026-05-04T09:00:00+03:00", "takeaways=Opettajat arvioivat yhdessä")
        event = self.fields(hub, "event")[0]
        self.assertEqual((event["begins"], event["takeaways"]),
                         ("2026-05-04T09:00:00.000+03:00", ["Opettajat arvioivat yhdessä"]))
        self.assertEqual(self.fields(hub, "profile")[0]["name"], "Peruskoulu Ääkköset 東京")

    def test_row_40_no_student_records_in_the_network(self):
        hub = self.hub()
        done = hub.try_pln("add", "lesson", "title=t", "result=Student ID 4711234 did well", "challenge=c", "lesson=l")
        self.assertEqual(done.returncode, 1)
        self.assertIn("result, line 1", done.stderr)
        done = hub.try_pln("add", "student", "name=Jane")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no kind", done.stderr)


if __name__ == "__main__":
    unittest.main()
