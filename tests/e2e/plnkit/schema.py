# SPDX-License-Identifier: MPL-2.0
"""JSON Schema as far as the daemon's own description uses it; anything else in it is a failure."""
import re

KNOWN = {"type", "properties", "required", "additionalProperties", "patternProperties", "items", "enum",
         "pattern", "format", "minimum", "maximum", "maxLength", "maxItems", "anyOf", "$ref",
         "description", "title"}
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}


class Schema:
    """Checks values against schemas of @document; seen: shapes that some value was checked by."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.seen = set()

    def problems(self, value, schema, where="$"):
        """What is wrong with @value, a sentence each."""
        unknown = set(schema) - KNOWN
        if unknown:
            return [f"{where}: the schema has {sorted(unknown)}, which nothing here checks"]
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            found = self.problems(value, self.schemas[name], where)
            if not found:
                self.seen.add(name)
            return found
        if "anyOf" in schema:
            return self._any(value, schema["anyOf"], where)
        found = self._type(value, schema, where)
        if found:
            return found
        check = {dict: self._object, list: self._array, str: self._text}.get(type(value), self._number)
        return check(value, schema, where)

    def _any(self, value, schemas, where):
        tries = [self.problems(value, schema, where) for schema in schemas]
        return [] if any(not found for found in tries) else min(tries, key=len)

    @staticmethod
    def _type(value, schema, where):
        wanted = schema.get("type")
        if wanted is None:
            return []
        if wanted in ("integer", "number"):
            good = not isinstance(value, bool) and isinstance(
                value, int if wanted == "integer" else (int, float))
        else:
            good = isinstance(value, TYPES[wanted])
        return [] if good else [f"{where}: {value!r} is no {wanted}"]

    def _object(self, value, schema, where):
        found = [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        patterns = schema.get("patternProperties", {})
        for name, member in value.items():
            inside = f"{where}.{name}"
            fits = [rule for pattern, rule in patterns.items() if re.search(pattern, name)]
            more = schema.get("additionalProperties", True)
            if name in schema.get("properties", {}):
                found += self.problems(member, schema["properties"][name], inside)
            elif fits:
                found += self.problems(member, fits[0], inside)
            elif isinstance(more, dict):
                found += self.problems(member, more, inside)
            elif not more:
                found.append(f"{inside}: no member that is described")
        return found

    def _array(self, value, schema, where):
        found = []
        if len(value) > schema.get("maxItems", len(value)):
            found.append(f"{where}: {len(value)} items")
        for index, item in enumerate(value):
            found += self.problems(item, schema.get("items", {}), f"{where}[{index}]")
        return found

    @staticmethod
    def _text(value, schema, where):
        wrong = (("enum" in schema and value not in schema["enum"])
                 or ("pattern" in schema and not re.search(schema["pattern"], value))
                 or (schema.get("format") == "date-time" and not MOMENT.match(value))
                 or len(value) > schema.get("maxLength", len(value)))
        return [f"{where}: {value!r} is not as {schema}"] if wrong else []

    @staticmethod
    def _number(value, schema, where):
        if isinstance(value, bool) or value is None:
            return []
        wrong = value < schema.get("minimum", value) or value > schema.get("maximum", value)
        return [f"{where}: {value} is out of bounds"] if wrong else []
