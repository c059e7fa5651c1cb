# SPDX-License-Identifier: MPL-2.0
"""Records are found by words and filters, on every node, also after the catalog was lost."""
import contextlib
import json
import os
import sqlite3
import unittest

from plnkit import Case, lessons, wait_until, write_ndjson


def task(title, prompt, **fields):
    return {"kind": "task", "fields": {"title": title, "prompt": prompt, **fields}}


TASKS = [
    task("Cardboard boat", "Build a boat that carries a brick across the pool.",
         subjects=["Science"], grades=["06", "07"], license="CC-BY-4.0", state="piloted"),
    task("Bridge loads", "Test which paper bridge holds the brick, and explain the load.",
         subjects=["Science", "Mathematics"], grades=["9"], license="CC0-1.0"),
    task("El río", "Describe la orilla del río y su puente.", subjects=["World Languages"], lang="es"),
]


def outdate(path):
    """As another version of plnd has left it."""
    with contextlib.closing(sqlite3.connect(path)) as catalog:
        catalog.execute("PRAGMA user_version = 1")
        catalog.execute("DELETE FROM record")
        catalog.commit()


def overwrite(path):
    with open(path, "r+b") as file:
        file.write(b"\0" * 8192)


class Search(Case):
    def titles(self, node, *words):
        return [row["fields"]["title"] for row in node.pln(*words, json="lines")]

    def test_words_and_filters_find_what_they_name_on_every_node(self):
        hub = self.node("hub")
        other = self.node("other")
        network = self.members(hub, other)
        hub.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS))
        self.wait_records(network, len(TASKS), other)
        for node in (hub, other):
            self.assertEqual(self.titles(node, "search", "brick", "boats"), ["Cardboard boat"])
            self.assertEqual(sorted(self.titles(node, "search", "brick")), ["Bridge loads", "Cardboard boat"])
            self.assertEqual(self.titles(node, "search", "rio"), ["El río"])
            self.assertEqual(self.titles(node, "search", "brick", "--grade", "6"), ["Cardboard boat"])
            self.assertEqual(self.titles(node, "list", "--subject", "Mathematics"), ["Bridge loads"])
            self.assertEqual(self.titles(node, "list", "--license", "cc-by-4.0"), ["Cardboard boat"])
            self.assertEqual(self.titles(node, "list", "--language", "es"), ["El río"])
            self.assertEqual(self.titles(node, "list", "--state", "Piloted with students"), ["Cardboard boat"])
            self.assertEqual(self.titles(node, "search", "submarine"), [])
        row = other.pln("search", "load", json="lines")[0]
        self.assertIn("explain the load", row["snippet"])
        self.assertIn({"text": "load", "fits": True}, row["pieces"])

    def test_people_see_titles_and_the_place_that_fits_in_eighty_columns(self):
        node = self.node("node")
        node.found()
        node.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS))
        text = node.pln("search", "brick", "load")
        self.assertIn("Bridge loads", text)
        self.assertIn("explain the load", " ".join(text.split()))
        node.pln("add", "task", "title=Signs", "prompt=# Plan\n\n## First\n\n| a | b |\n|---|:-:|\n| 5 - 3 | **bold** granite |\n\n"
                                               "---\n\n```\nC# code\n```")
        [row] = node.pln("search", "granite", json="lines")
        self.assertEqual(" ".join(row["snippet"].split()), "Plan First a b 5 - 3 bold granite C# code")
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)

    def test_what_is_typed_wrongly_gets_a_sentence(self):
        node = self.node("node")
        node.found()
        for words, told in ((("search", "--"), "needs"), (("search", "boat", "--sort", "size"), "newest, oldest or title"),
                            (("search", "boat", "--kind", "zz"), "there is no kind"),
                            (("search", "boat", "--until", "soon"), "no time")):
            done = node.try_pln(*words)
            self.assertNotEqual(done.returncode, 0, words)
            self.assertIn(told, done.stderr, words)
        done = node.try_pln("search", "--", "AND", "-x", "\"", "NEAR(")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_of_too_many_hits_the_newest_are_ranked_and_people_and_scripts_are_told(self):
        node = self.node("node")
        node.found()
        first = [task("Lesson lesson lesson", "The best of all, and the oldest.")]
        node.pln("import", write_ndjson(f"{self.root}/many.ndjson", first + lessons(20010)))
        for form in ((), ("--json",)):
            done = node.try_pln("search", "lesson", "--limit", "1", *form)
            self.assertEqual(done.returncode, 0)
            self.assertIn("More than 20000 records have these words: the newest of them were ranked", done.stderr)
            self.assertNotIn("The best of all", done.stdout)
        self.assertEqual(self.titles(node, "search", "lesson", "--kind", "task"), ["Lesson lesson lesson"])
        self.assertEqual(node.try_pln("search", "lesson", "--kind", "task", "--json").stderr, "")

    def test_all_filters_may_be_given_at_once(self):
        node = self.node("node")
        node.found()
        node.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS))
        filters = {"kind": "task", "author": "node", "since": "7d", "until": "2090-01-01", "subject": "Science", "grade": "6",
                   "license": "CC-BY-4.0", "state": "piloted", "network": "Prairie"}
        others = {"competency": "x", "tag": "x", "language": "en", "by": "x", "theme": "x", "principle": "x", "region": "NH",
                  "type": "formative", "tier": "1", "locale": "rural", "size": "1-299", "dok": "1", "date": "2026"}
        filters["network"] = node.status()["networks"][0]["name"]

        def ask(verb, names):
            return self.titles(node, *verb, *(word for name, value in names.items() for word in (f"--{name}", value)))

        for verb in (("list",), ("search", "brick", "--sort", "title")):
            self.assertEqual(ask(verb, filters), ["Cardboard boat"])
            self.assertEqual(ask(verb, {**filters, **others}), [])

    def test_more_text_than_a_search_takes_is_told_in_a_sentence(self):
        node = self.node("node")
        node.found()
        for text in ("x" * 10000, "word " * 2000):
            done = node.try_pln("search", text)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("at most 1000 bytes; leave some words out", done.stderr)

    def test_records_without_a_title_are_called_by_what_they_say(self):
        node = self.node("node")
        node.found()
        task_id = node.pln("add", "task", "title=Boat", "prompt=Build one.")
        node.pln("add", "review", f"about={task_id}", "decision=revise")
        node.pln("add", "comment", f"about={task_id}", "text=How long did it take?")
        listed = node.pln("list")
        self.assertIn("To be revised first", listed)
        self.assertIn("How long did it take?", listed)
        self.assertNotIn("z6Mk", " ".join(line[:50] for line in listed.splitlines()))

    def test_a_later_version_stands_in_lists_for_the_earlier(self):
        node = self.node("node")
        network = node.found()
        node.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS[:1]))
        first = node.pln("list", json="lines")[0]
        data = node.pln("show", first["id"], json=True)["vouched"]["data"]
        author, seq = first["id"].split("/")[1:]
        node.pln("add", "task", "title=Cardboard boat, revised", "prompt=Carry two bricks.",
                 f"replaces={author}/{seq}#{data[:32]}")
        self.assertEqual(node.records(network), 2)
        self.assertEqual(self.titles(node, "list"), ["Cardboard boat, revised"])
        self.assertEqual(self.titles(node, "search", "boat"), ["Cardboard boat, revised"])
        self.assertEqual(len(self.titles(node, "list", "--versions", "all")), 2)

    def test_a_lost_damaged_or_old_catalog_is_made_again_while_the_node_syncs(self):
        node, other = self.node("node"), self.node("other")
        network = self.members(node, other)
        node.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS))
        self.assertEqual(self.titles(node, "search", "boats"), ["Cardboard boat"])
        for count, damage in enumerate((os.unlink, overwrite, outdate), 1):
            node.stop()
            damage(f"{node.dir}/catalog.db")
            other.pln("add", "task", f"title=Meanwhile {count}", "prompt=Write it.")
            node.start()
            self.wait_records(network, len(TASKS) + count, node)
            wait_until(lambda: self.found_again(node), self.patience, "the catalog is made again")
            self.assertEqual(self.titles(node, "search", f"Meanwhile {count}"), [f"Meanwhile {count}"])

    def found_again(self, node):
        """Until the catalog is there search says so in a sentence; it never answers wrongly."""
        done = node.try_pln("search", "boats", "--json")
        if done.returncode == 0 and done.stdout:
            self.assertEqual(json.loads(done.stdout)["fields"]["title"], "Cardboard boat")
        return done.returncode == 0 and done.stdout != ""

    def test_lists_page_through_everything_once(self):
        node = self.node("node")
        node.found()
        node.pln("import", write_ndjson(f"{self.root}/many.ndjson", lessons(450)))
        rows = node.pln("list", json="lines")
        self.assertEqual(len({row["id"] for row in rows}), 450)
        self.assertEqual([row["seq"] for row in rows], list(range(450, 0, -1)))
        rows = node.pln("search", "lesson", "--limit", "450", json="lines")
        self.assertEqual(len({row["id"] for row in rows}), len(rows))

    def test_watch_tells_only_what_the_filters_name(self):
        node = self.node("node")
        node.found()
        watch = node.begin_pln("watch", "--subject", "Mathematics", "--limit", "1", "--json", stdout=-1)
        file = write_ndjson(f"{self.root}/tasks.ndjson", TASKS)

        def told():
            """Until the watch has begun nothing tells it, so it is told again."""
            node.pln("import", file)
            return watch.poll() is not None
        wait_until(told, self.patience, "the watch tells of a task")
        line = watch.communicate(timeout=self.patience)[0]
        self.assertEqual(json.loads(line)["fields"]["title"], "Bridge loads")


if __name__ == "__main__":
    unittest.main()
