# SPDX-License-Identifier: MPL-2.0
"""Records to publish: lessons learned, about as large as real ones where asked for."""
import json

WORDS = ("students explain evidence rubric revise prairie watershed interview harvest budget model "
         "community question measure compare design feedback conference portfolio reflect").split()


def lesson(number, size=0, tag="lesson"):
    """A whole record for import; @size: about so many bytes of prose."""
    prose = []
    length = 0
    step = number
    while length < size:
        step = (step * 1103515245 + 12345) % 2147483648
        word = f"{WORDS[step % len(WORDS)]}{step % 97}"
        prose.append(word)
        length += len(word) + 1
    return {"kind": "lesson", "fields": {
        "title": f"{tag} {number}",
        "result": f"Result {number}. {' '.join(prose)}",
        "challenge": f"Challenge {number}",
        "lesson": f"Lesson {number}"}}


def lessons(count, size=0, tag="lesson"):
    return [lesson(number, size, tag) for number in range(count)]


def write_ndjson(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path
