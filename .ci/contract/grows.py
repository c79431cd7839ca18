#!/usr/bin/env python3
"""The contract only grows: what a client was promised at the last release is still so, or the changelog names it.

    .ci/contract/grows.py            compares openapi/v1.json with openapi/v1.baseline.json
    .ci/contract/grows.py --release  writes the baseline anew: a step of a release, and of nothing else
    .ci/contract/grows.py FILE       compares with another contract or baseline, such as `git show main:openapi/v1.json`

The baseline is committed, and holds only the facts that are compared: so any clone can be judged, shallow ones and those without tags too.
A change that breaks needs a line under `## Unreleased` of CHANGELOG.md that begins with `- **Breaking:**` and has its name in backticks.

What breaks is asked from the side of a client that was made from the baseline: what it may send is still taken, and what it is answered is
still what it knows. Growth is free: new operations, optional parameters and properties, properties of answers, values and kinds in answers
where there were several already (clients are told to expect them).
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parents[2]
CONTRACT, BASELINE, CHANGELOG = ROOT / "openapi/v1.json", ROOT / "openapi/v1.baseline.json", ROOT / "CHANGELOG.md"
# The schema of what every refusal is answered with.
REFUSAL = "Problem"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
KEPT = {"$ref", "type", "format", "enum", "const", "pattern", "properties", "required", "additionalProperties", "propertyNames", "items", "oneOf",
        "anyOf", "allOf", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems"}
UPPER, LOWER = ("maximum", "maxLength", "maxItems"), ("minimum", "minLength", "minItems")

Json = dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """One thing that a client may stumble over: what it is called, and what happened to it."""

    name: str
    what: str


# What of a contract is compared


def resolved(document: Json, thing: Json) -> Json:
    while "$ref" in thing:
        found: Any = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        thing = found
    return thing


def schema_facts(schema: Any) -> Any:
    """A schema without its words. The names of properties are data: what is called `description` there stays."""
    if not isinstance(schema, dict):
        return schema
    facts: Json = {}
    for key in sorted(KEPT & schema.keys()):
        value = schema[key]
        if key == "properties":
            facts[key] = {name: schema_facts(value[name]) for name in sorted(value)}
        elif key in ("oneOf", "anyOf", "allOf"):
            facts[key] = [schema_facts(kind) for kind in value]
        elif key in ("required", "enum"):
            facts[key] = sorted(value, key=str)
        elif key == "$ref":
            facts[key] = value.removeprefix("#/components/schemas/")
        else:
            facts[key] = schema_facts(value)
    return facts


def content_facts(thing: Json) -> Json:
    return {media: schema_facts(of.get("schema", {})) for media, of in sorted(thing.get("content", {}).items())}


def operation_facts(document: Json, path: str, item: Json, operation: Json) -> Json:
    parameters: Json = {}
    for given in [*item.get("parameters", []), *operation.get("parameters", [])]:
        parameter = resolved(document, given)
        facts = {"schema": schema_facts(parameter.get("schema", {}))}
        facts |= {key: parameter[key] for key in ("required", "style", "explode") if key in parameter}
        parameters[f"{parameter['in']} {parameter['name']}"] = facts
    facts = {"id": operation["operationId"], "parameters": parameters, "answers": {}}
    if "requestBody" in operation:
        body = resolved(document, operation["requestBody"])
        facts["body"] = {"required": body.get("required", False), "content": content_facts(body)}
    for status, given in sorted(operation["responses"].items()):
        answer = resolved(document, given)
        # Every refusal has one form, which is compared once; of each only that there is one.
        facts["answers"][status] = {} if status[0] in "45d" else {"headers": sorted(answer.get("headers", {})), "content": content_facts(answer)}
    security = operation.get("security", document.get("security", []))
    facts["scopes"] = sorted({scope for way in security for scopes in way.values() for scope in scopes}) if security else None
    return facts


def facts_of(document: Json) -> Json:
    """The facts of a contract, or of what holds nothing but facts already."""
    if "openapi" not in document:
        return document
    operations = {
        f"{method.upper()} {path}": operation_facts(document, path, item, item[method])
        for path, item in sorted(document["paths"].items()) for method in METHODS if method in item
    }
    return {"operations": operations, "schemas": {name: schema_facts(of) for name, of in sorted(document["components"]["schemas"].items())}}


def written(facts: Json) -> str:
    """A line for each operation and schema, so that a change of the baseline can be read."""

    def part(of: Json) -> str:
        return ",\n".join(f"{json.dumps(key)}:{json.dumps(of[key], ensure_ascii=False, separators=(',', ':'))}" for key in sorted(of))

    return f'{{"operations":{{\n{part(facts["operations"])}\n}},"schemas":{{\n{part(facts["schemas"])}\n}}}}\n'


def shape(operation: str) -> str:
    """Method and path, whatever the parts of the path are called."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


# How two of them are compared


class Comparison:
    def __init__(self, old: Json, new: Json, seen: frozenset[tuple[str, str, bool]] = frozenset()) -> None:
        self.old, self.new = old, new
        # Where a schema refers to itself, it is being compared already.
        self.seen = set(seen)

    def broken(self) -> Iterator[Broken]:
        if REFUSAL in self.old["schemas"]:
            yield from self.schema(REFUSAL, {"$ref": REFUSAL}, {"$ref": REFUSAL}, False) if REFUSAL in self.new["schemas"] else [Broken(REFUSAL, "it is gone")]
        newer = {shape(key): of for key, of in self.new["operations"].items()}
        for key, old in self.old["operations"].items():
            if (new := newer.get(shape(key))) is None:
                yield Broken(old["id"], f"{key} is gone")
            else:
                yield from self.operation(old, new)

    def operation(self, old: Json, new: Json) -> Iterator[Broken]:
        name = old["id"]
        if new["id"] != name:
            yield Broken(name, f"it is called {new['id']} now")
        for key, was in old["parameters"].items():
            at = f"{name}.{key.split(' ')[1]}"
            if (now := new["parameters"].get(key)) is None:
                yield Broken(at, f"the parameter is not taken any more ({key.split(' ')[0]})")
                continue
            if now.get("required") and not was.get("required"):
                yield Broken(at, "the parameter is required now")
            if any(was.get(way) != now.get(way) for way in ("style", "explode")):
                yield Broken(at, "the parameter is written in another way")
            yield from self.schema(at, was["schema"], now["schema"], True)
        for key, now in new["parameters"].items():
            if now.get("required") and key not in old["parameters"]:
                yield Broken(f"{name}.{key.split(' ')[1]}", "a new parameter is required")
        yield from self.body(f"{name}.body", old.get("body"), new.get("body"))
        for status, was in old["answers"].items():
            if (now := new["answers"].get(status)) is None:
                yield Broken(f"{name}.{status}", "the status is not declared any more")
                continue
            for header in set(was.get("headers", [])) - set(now.get("headers", [])):
                yield Broken(f"{name}.{header}", f"the header is not answered any more ({status})")
            yield from self.content(f"{name}.{status}", was.get("content", {}), now.get("content", {}), False)
        if new["scopes"] is not None:
            if old["scopes"] is None:
                yield Broken(name, "it needs a token now")
            for scope in sorted(set(new["scopes"]) - set(old["scopes"] or [])) if old["scopes"] is not None else []:
                yield Broken(f"{name}.{scope}", "it needs one more permission")

    def body(self, at: str, old: Json | None, new: Json | None) -> Iterator[Broken]:
        if new is None:
            if old is not None:
                yield Broken(at, "no body is taken any more")
        elif old is None:
            if new["required"]:
                yield Broken(at, "a body is required now")
        else:
            if new["required"] and not old["required"]:
                yield Broken(at, "a body is required now")
            yield from self.content(at, old["content"], new["content"], True)

    def content(self, at: str, old: Json, new: Json, request: bool) -> Iterator[Broken]:
        for media, was in old.items():
            if media not in new:
                yield Broken(at, f"{media} is not {'taken' if request else 'answered'} any more")
            else:
                yield from self.schema(at, was, new[media], request)

    def named(self, at: str, old: Any, new: Any, request: bool) -> tuple[str, Any, Any] | None:
        """Both without references, under the name of the older one; nothing, if they are being compared already."""
        pair = (old.get("$ref"), new.get("$ref"))
        if pair != (None, None):
            known = (pair[0] or at, pair[1] or at, request)
            if known in self.seen:
                return None
            self.seen.add(known)
        while "$ref" in old:
            at, old = old["$ref"], self.old["schemas"][old["$ref"]]
        while "$ref" in new:
            new = self.new["schemas"][new["$ref"]]
        return at, old, new

    def schema(self, at: str, old: Any, new: Any, request: bool) -> Iterator[Broken]:
        old, new = (({} if of is True else of) for of in (old, new))
        if old is False or new is False:
            if old is not new:
                yield Broken(at, "another type")
            return
        (old, old_null), (new, new_null) = self.without_null(old, self.old), self.without_null(new, self.new)
        if request and old_null and not new_null:
            yield Broken(at, "null is not taken any more")
        if not request and new_null and not old_null:
            yield Broken(at, "it may be null now")
        if (both := self.named(at, old, new, request)) is None:
            return
        # What it refers to may name null once more.
        at, old, new = both[0], self.without_null(both[1], self.old)[0], self.without_null(both[2], self.new)[0]
        kinds = [of.get("oneOf") or of.get("anyOf") for of in (old, new)]
        if kinds[0] or kinds[1]:
            yield from self.kinds(at, kinds[0] or [old], kinds[1] or [new], request)
            return
        if old.get("allOf") != new.get("allOf"):
            yield Broken(at, "another type")
            return
        yield from self.values(at, old, new, request)
        if "properties" in old or "properties" in new:
            yield from self.properties(at, old, new, request)
        yield from self.others(at, old.get("additionalProperties", True), new.get("additionalProperties", True), request)
        if "items" in old or "items" in new:
            yield from self.schema(f"{at}[]", old.get("items", {}), new.get("items", {}), request)

    @staticmethod
    def without_null(schema: Json, side: Json) -> tuple[Json, bool]:
        """A schema for what is not null, and whether null is allowed beside."""
        if isinstance(schema.get("type"), list):
            rest = [kind for kind in schema["type"] if kind != "null"]
            return {**schema, "type": rest[0] if len(rest) == 1 else rest}, "null" in schema["type"]
        for key in ("oneOf", "anyOf"):
            rest = [kind for kind in schema.get(key, []) if kind != {"type": "null"}]
            if len(rest) != len(schema.get(key, [])):
                return (rest[0] if len(rest) == 1 else {**schema, key: rest}), True
        return schema, "$ref" in schema and Comparison.without_null(side["schemas"][schema["$ref"]], side)[1]

    def values(self, at: str, old: Json, new: Json, request: bool) -> Iterator[Broken]:
        types = [{of["type"]} if isinstance(of.get("type"), str) else set(of.get("type", [])) for of in (old, new)]
        was, now = types if request else reversed(types)
        # An empty set is a schema that says no type: anything.
        if (now and not was) or (now and not was <= now | ({"integer"} if "number" in now else set())):
            yield Broken(at, f"another type: {old.get('type', 'any')} was {'taken' if request else 'answered'}, {new.get('type', 'any')} is")
            return
        was_values, now_values = ([of["const"]] if "const" in of else of.get("enum") for of in (old, new))
        if request:
            if was_values is None and now_values is not None:
                yield Broken(at, "only certain values are taken now")
            for value in [value for value in was_values or [] if now_values is not None and value not in now_values]:
                yield Broken(at, f"the value {json.dumps(value)} is not taken any more")
        elif was_values is not None and now_values is None:
            yield Broken(at, "any value may be answered now")
        # A value that says which kind a thing is says so for ever.
        elif was_values is not None and len(was_values) == 1 and was_values != now_values:
            yield Broken(at, f"it was always {json.dumps(was_values[0])}")
        if old.get("format") != new.get("format") and (not request or "format" in new):
            yield Broken(at, f"another format: {old.get('format', 'none')}, now {new.get('format', 'none')}")
        if not request:
            return
        if "pattern" in new and old.get("pattern") != new["pattern"]:
            yield Broken(at, "another pattern")
        for key in UPPER:
            if key in new and (key not in old or new[key] < old[key]):
                yield Broken(at, f"{key} is {new[key]}, it was {old.get(key, 'not limited')}")
        for key in LOWER:
            if new.get(key, 0) > old.get(key, 0) or (key == "minimum" and key in new and key not in old):
                yield Broken(at, f"{key} is {new[key]}, it was {old.get(key, 'not limited')}")
        if new.get("uniqueItems") and not old.get("uniqueItems"):
            yield Broken(at, "nothing may stand in it twice now")

    def properties(self, at: str, old: Json, new: Json, request: bool) -> Iterator[Broken]:
        was, now = old.get("properties", {}), new.get("properties", {})
        for name, schema in was.items():
            if name not in now:
                yield Broken(f"{at}.{name}", f"the property is not {'taken' if request else 'answered'} any more")
            else:
                yield from self.schema(f"{at}.{name}", schema, now[name], request)
        required, requires = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(requires - required if request else (required - requires) & now.keys()):
            yield Broken(f"{at}.{name}", "the property is required now" if request else "the property may be missing now")

    def others(self, at: str, old: Any, new: Any, request: bool) -> Iterator[Broken]:
        """Properties that have no name in the contract: maps, and whether more is taken than is named."""
        if old is True and new is True:
            return
        if old is False:
            return
        if new is False:
            yield Broken(at, "other properties are not taken any more" if request else "it is no map any more")
        elif isinstance(old, dict) or (request and isinstance(new, dict)):
            yield from self.schema(f"{at}.*", old, new, request)

    def kinds(self, at: str, old: list[Any], new: list[Any], request: bool) -> Iterator[Broken]:
        """One of several: what may be sent finds its kind again. A kind that is new in answers is growth, where there were several."""
        if not request and len(old) == 1:
            yield Broken(at, "it is one of several now")
            return
        for kind in old:
            same = [other for other in new if "$ref" in kind and other.get("$ref") == kind["$ref"]]
            if same:
                yield from self.schema(at, kind, same[0], request)
                continue
            tried = [list(Comparison(self.old, self.new, frozenset(self.seen)).schema(at, kind, other, request)) for other in new]
            if all(tried):
                best = min(tried, key=len) if tried else []
                yield Broken(at, f"one kind ({kind.get('$ref', kind.get('type', 'inline'))}) is not {'taken' if request else 'answered'} as it was: "
                             + "; ".join(sorted({broken.what for broken in best})))


def broken(old: Json, new: Json) -> list[Broken]:
    """What of the older contract the newer one does not keep."""
    return sorted(set(Comparison(facts_of(old), facts_of(new)).broken()), key=lambda found: (found.name, found.what))


def announced(changelog: str) -> str:
    """All lines of what is not released yet that say that they break something."""
    unreleased = re.split(r"^## ", changelog, flags=re.M)
    text = next((part for part in unreleased if part.startswith("Unreleased")), "")
    return "\n".join(re.findall(r"^- \*\*Breaking:\*\*.*(?:\n  .*)*", text, flags=re.M))


def main(arguments: list[str]) -> int:
    contract = json.loads(CONTRACT.read_text())
    if arguments == ["--release"]:
        BASELINE.write_text(written(facts_of(contract)))
        return 0
    base = Path(arguments[0]) if arguments else BASELINE
    if not base.exists():
        print(f"{base} is not there: what the contract promised is NOT known, and nothing was compared", file=sys.stderr)
        return 2
    found, lines = broken(json.loads(base.read_text()), contract), announced(CHANGELOG.read_text())
    silent = [one for one in found if f"`{one.name}`" not in lines]
    for one in found:
        print(f"{'NOT NAMED' if one in silent else 'named'}: `{one.name}`: {one.what}")
    if silent:
        print("\nThese break clients. Keep what was promised, or say in CHANGELOG.md, under Unreleased, what clients must do:", file=sys.stderr)
        print("\n".join(f"- **Breaking:** `{name}` …" for name in sorted({one.name for one in silent})), file=sys.stderr)
        return 1
    print(f"the contract keeps what {base.name} promised: {len(found)} changes that break, all named in the changelog")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
