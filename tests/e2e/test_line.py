# SPDX-License-Identifier: MPL-2.0
"""Three nodes in a line: what the ends have never told each other arrives all the same."""
import unittest

from plnkit import Case, lessons, write_ndjson


class Line(Case):
    def test_ends_that_never_meet_end_equal(self):
        middle = self.node("middle", dial="named")
        left = self.node("left", dial="named")
        right = self.node("right", dial="named")
        network = self.members(middle, left, right)
        for node in (left, middle, right):
            file = write_ndjson(f"{self.root}/{node.name}.ndjson", lessons(200, 300, node.name))
            node.pln("import", file)
        self.wait_records(network, 600, left, middle, right)
        self.wait_equal(network, left, middle, right)
        self.assertIsNone(linked(left, right))
        self.assertIsNone(linked(right, left))
        titles = {row["fields"]["title"] for row in right.pln("export", json="lines")}
        self.assertIn("left 0", titles)
        self.assertIn("left 199", titles)

    def test_a_new_record_crosses_the_line_live(self):
        middle = self.node("middle", dial="named")
        left = self.node("left", dial="named")
        right = self.node("right", dial="named")
        network = self.members(middle, left, right)
        self.wait_equal(network, left, middle, right)
        record = left.pln("add", "lesson", "title=From the left", "result=It went through",
                          "challenge=None", "lesson=Ask the middle")
        self.wait_records(network, 1, middle, right)
        shown = right.pln("show", record, json=True)
        self.assertEqual(shown["fields"]["title"], "From the left")
        self.assertEqual(shown["author"], left.id)
        self.assertEqual(shown["id"], record)


def linked(node, other):
    """The row of @other among @node's peers, if there is a link between them."""
    row = node.peer(other)
    return row if row and row["state"] in ("greeting", "syncing", "live") else None


if __name__ == "__main__":
    unittest.main()
