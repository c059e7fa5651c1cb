# SPDX-License-Identifier: MPL-2.0
"""Records are found by words and filters, on every node, also after the catalog was lost."""
import json
import os
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

    def test_a_lost_or_damaged_catalog_is_made_again(self):
        node = self.node("node")
        node.found()
        node.pln("import", write_ndjson(f"{self.root}/tasks.ndjson", TASKS))
        self.assertEqual(self.titles(node, "search", "boats"), ["Cardboard boat"])
        for damage in (os.unlink, overwrite):
            node.stop()
            damage(f"{node.dir}/catalog.db")
            node.start()
            wait_until(lambda: self.found_again(node), self.patience, "the catalog is made again")

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
