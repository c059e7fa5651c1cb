# SPDX-License-Identifier: MPL-2.0
"""Records of any kind, filled at random within the rows that the API tells of it."""

LETTERS = "abc XYZ 0123 äöüß ñ Ελ Жд 橋の長さ ที่มา हिन्दी قِيَاس 🌾 \u200f\u202a – \"'\\/#|`*_-=+<>{}[]():;,.!?"
CODE = "abcXYZ019.-+:_/"


def text(random, least, most, alphabet, breaks=False):
    """At least one letter that is no blank; bounds are in bytes."""
    most = min(most, random.choice((8, 60, 400, 2000)))
    out = random.choice("aÄ橋")
    while len(out.encode()) < least or random.random() < 0.97:
        more = random.choice(alphabet + ("\n\t" if breaks else ""))
        if len((out + more).encode()) > max(most, least):
            break
        out += more
    return out


def code(random, least, most):
    return "".join(random.choice(CODE) for _ in range(random.randint(max(least, 1), max(least, min(most, 40)))))


def one(random, field):
    """A value, or None where only other records could give one."""
    kind, least, most = field["type"], field.get("min", 0), field.get("max", 0)
    if kind in ("line", "text"):
        return text(random, least, most, LETTERS, kind == "text")
    if kind == "code":
        return code(random, least, most)
    if kind == "choice":
        return random.choice(field["choices"])["word"]
    if kind == "uint":
        return random.randint(least, most)
    if kind == "decimal":
        return random.randint(least * 100, most * 100) / 100
    if kind == "bool":
        return random.random() < 0.5
    if kind == "time":
        zone = random.choice(("Z", "+05:45", "-11:00", "+14:00"))
        return f"20{random.randint(10, 99)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}T07:30:00.{random.randint(0, 999):03d}{zone}"
    if kind == "blob":
        return "".join(random.choice("0123456789abcdef") for _ in range(64))
    if kind == "group":
        return group(random, field["parts"])
    return None


def group(random, parts):
    out = {}
    for part in parts:
        value = values(random, part)
        if value is None and part.get("required"):
            return None
        if value is not None and (part.get("required") or random.random() < 0.7):
            out[part["name"]] = value
    return out or None


def values(random, field):
    if not field.get("many"):
        return one(random, field)
    found = [value for value in (one(random, field) for _ in range(random.randint(1, min(field["many"], 4))))
             if value is not None]
    return found or None


def fields(random, kind, share=0.6):
    """Fields of a record of @kind; None where it needs another record."""
    out = {}
    for field in kind["fields"]:
        if field["name"] in ("salt", "no_student_data", "replaces", "was", "refs", "origin", "license"):
            continue  # made, or with a meaning of their own
        value = values(random, field)
        if value is None and field.get("required"):
            return None
        if value is not None and (field.get("required") or random.random() < share):
            out[field["name"]] = value
    return out
