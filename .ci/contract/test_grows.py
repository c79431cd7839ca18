"""Pairs of contracts, each with one difference: `python3 -m unittest discover -s .ci/contract`."""

import copy
import json
import unittest
from typing import Any, Callable

import grows

BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/stories": {
            "get": {
                "operationId": "list_stories",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["date", "name"]}},
                    {"name": "tag", "in": "query", "style": "form", "explode": False, "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 20}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Story"}}}}}, "400": {}},
                "security": [],
            },
            "post": {
                "operationId": "create_story",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewStory"}}}},
                "responses": {
                    "201": {"headers": {"ETag": {}, "Location": {}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Story"}}}},
                    "409": {},
                },
                "security": [{"token": ["story.create"]}],
            },
        },
        "/stories/{id}": {
            "delete": {
                "operationId": "delete_story",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}],
                "responses": {"204": {}},
                "security": [{"token": ["story.delete"]}],
            }
        },
    },
    "components": {
        "schemas": {
            "Story": {
                "type": "object",
                "required": ["id", "body"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "state": {"type": "string", "enum": ["draft", "live"]},
                    "kind": {"type": "string", "enum": ["story"]},
                    "body": {"$ref": "#/components/schemas/Block"},
                    "names": {"type": "object", "additionalProperties": {"type": "string"}},
                    "note": {"type": ["string", "null"]},
                    "minutes": {"type": "integer"},
                },
            },
            "NewStory": {
                "type": "object",
                "required": ["headline"],
                "additionalProperties": False,
                "properties": {
                    "headline": {"type": "string", "minLength": 1, "maxLength": 300},
                    "state": {"type": "string", "enum": ["draft", "live"]},
                    "note": {"type": ["string", "null"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "minutes": {"type": "integer"},
                    "body": {"$ref": "#/components/schemas/Block"},
                },
            },
            "Problem": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {"code": {"type": "string", "enum": ["stale", "taken"]}, "detail": {"type": "string"}},
            },
            "Block": {"oneOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/Group"}]},
            "Text": {"type": "object", "required": ["type", "text"], "properties": {"type": {"type": "string", "enum": ["text"]}, "text": {"type": "string"}}},
            "Group": {
                "type": "object",
                "required": ["type", "blocks"],
                "properties": {"type": {"type": "string", "enum": ["group"]}, "blocks": {"type": "array", "items": {"$ref": "#/components/schemas/Block"}}},
            },
        }
    },
}

Change = Callable[[dict[str, Any]], Any]


def schema(name: str) -> Change:
    return lambda contract: contract["components"]["schemas"][name]


def of(name: str, prop: str, **change: Any) -> Change:
    """A property with other facts; those that are nothing are left out."""
    def make(contract: dict[str, Any]) -> None:
        facts = schema(name)(contract)["properties"]
        facts[prop] = {key: value for key, value in {**facts.get(prop, {}), **change}.items() if value is not None}
    return make


def without(path: str) -> Change:
    def make(contract: dict[str, Any]) -> None:
        *way, last = path.split(" ")
        for part in way:
            contract = contract[int(part) if part.isdigit() and isinstance(contract, list) else part]
        del contract[int(last) if last.isdigit() and isinstance(contract, list) else last]
    return make


def at(path: str, value: Any) -> Change:
    def make(contract: dict[str, Any]) -> None:
        *way, last = path.split(" ")
        for part in way:
            contract = contract[int(part) if part.isdigit() and isinstance(contract, list) else part]
        if isinstance(contract, list):
            contract.append(value)
        else:
            contract[last] = value
    return make


def renamed(contract: dict[str, Any]) -> None:
    """The kinds of blocks, which refer to themselves, have other names and say the same."""
    text = json.dumps(contract).replace("schemas/Text", "schemas/Words").replace("schemas/Group", "schemas/Several").replace("schemas/Block", "schemas/Part")
    contract.update(json.loads(text))
    schemas = contract["components"]["schemas"]
    for before, after in [("Text", "Words"), ("Group", "Several"), ("Block", "Part")]:
        schemas[after] = schemas.pop(before)


LIST, CREATE, DELETE = "paths /stories get", "paths /stories post", "paths /stories/{id} delete"
STORY, NEW = "components schemas Story", "components schemas NewStory"
EXTRA = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string", "enum": ["extra"]}}}


def third_kind(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["Extra"] = EXTRA
    contract["components"]["schemas"]["Block"]["oneOf"].append({"$ref": "#/components/schemas/Extra"})


BREAKING: list[tuple[str, Change, set[str]]] = [
    ("an operation is gone", without("paths /stories/{id}"), {"delete_story"}),
    ("an operation has another name", at(f"{LIST} operationId", "find_stories"), {"list_stories"}),
    ("an operation needs a token", at(f"{LIST} security", [{"token": []}]), {"list_stories"}),
    ("an operation needs one more permission", at(f"{DELETE} security", [{"token": ["story.delete", "story.read"]}]), {"delete_story.story.read"}),
    ("a parameter is gone", without(f"{LIST} parameters 0"), {"list_stories.limit"}),
    ("a parameter is required", at(f"{LIST} parameters 0 required", True), {"list_stories.limit"}),
    ("a new parameter is required", at(f"{LIST} parameters 9", {"name": "locale", "in": "query", "required": True, "schema": {}}), {"list_stories.locale"}),
    ("a parameter moves", at(f"{LIST} parameters 0 in", "header"), {"list_stories.limit"}),
    ("a parameter is written in another way", at(f"{LIST} parameters 2 explode", True), {"list_stories.tag"}),
    ("a parameter takes less", at(f"{LIST} parameters 0 schema maximum", 50), {"list_stories.limit"}),
    ("a parameter takes fewer at once", at(f"{LIST} parameters 2 schema maxItems", 10), {"list_stories.tag"}),
    ("a value of a parameter is gone", at(f"{LIST} parameters 1 schema enum", ["date"]), {"list_stories.sort"}),
    ("a status is gone", without(f"{LIST} responses 400"), {"list_stories.400"}),
    ("a success has another status", lambda c: c["paths"]["/stories"]["post"]["responses"].update({"200": c["paths"]["/stories"]["post"]["responses"].pop("201")}), {"create_story.201"}),
    ("a header of an answer is gone", without(f"{CREATE} responses 201 headers ETag"), {"create_story.ETag"}),
    ("an answer has another media type", lambda c: c["paths"]["/stories"]["get"]["responses"]["200"].update({"content": {"text/csv": {}}}), {"list_stories.200"}),
    ("a body is required", at(f"{CREATE} requestBody required", True), {"create_story.body"}),
    ("no body is taken", without(f"{CREATE} requestBody"), {"create_story.body"}),
    ("a body is required where none was taken", at(f"{DELETE} requestBody", {"required": True, "content": {}}), {"delete_story.body"}),
    ("a property of a request is gone", without(f"{NEW} properties tags"), {"NewStory.tags"}),
    ("a property of a request is required", at(f"{NEW} required", ["headline", "tags"]), {"NewStory.tags"}),
    ("a new property of a request is required", lambda c: (of("NewStory", "slug", type="string")(c), schema("NewStory")(c)["required"].append("slug")), {"NewStory.slug"}),
    ("a value of a request is gone", of("NewStory", "state", enum=["draft"]), {"NewStory.state"}),
    ("a request takes only certain values", of("NewStory", "headline", enum=["a"]), {"NewStory.headline"}),
    ("a text of a request is shorter", of("NewStory", "headline", maxLength=200), {"NewStory.headline"}),
    ("a text of a request is longer at least", of("NewStory", "headline", minLength=2), {"NewStory.headline"}),
    ("a text of a request has a pattern", of("NewStory", "headline", pattern="^a"), {"NewStory.headline"}),
    ("a text of a request has a format", of("NewStory", "headline", format="uuid"), {"NewStory.headline"}),
    ("a number of a request has a least value", of("NewStory", "minutes", minimum=0), {"NewStory.minutes"}),
    ("a request does not take null", of("NewStory", "note", type="string"), {"NewStory.note"}),
    ("a request takes another type", of("NewStory", "minutes", type="string"), {"NewStory.minutes"}),
    ("elements of a request are of another type", of("NewStory", "tags", items={"type": "integer"}), {"NewStory.tags[]"}),
    ("a list of a request has a limit", of("NewStory", "tags", maxItems=5), {"NewStory.tags"}),
    ("a property of an answer is gone", without(f"{STORY} properties minutes"), {"Story.minutes"}),
    ("a property of an answer may be missing", at(f"{STORY} required", ["body"]), {"Story.id"}),
    ("a property of an answer may be null", of("Story", "minutes", type=["integer", "null"]), {"Story.minutes"}),
    ("an answer has another type", of("Story", "minutes", type="string"), {"Story.minutes"}),
    ("a whole number of an answer has fractions", of("Story", "minutes", type="number"), {"Story.minutes"}),
    ("an answer has another format", of("Story", "id", format=None), {"Story.id"}),
    ("an answer has any value", of("Story", "state", enum=None), {"Story.state"}),
    ("what tells a kind has another value", of("Story", "kind", enum=["article"]), {"Story.kind"}),
    ("what tells a kind has another value beside", of("Story", "kind", enum=["story", "page"]), {"Story.kind"}),
    ("values of a map of an answer are of another type", of("Story", "names", additionalProperties={"type": "integer"}), {"Story.names.*"}),
    ("one is one of several", of("Story", "minutes", type=None, oneOf=[{"type": "integer"}, {"type": "string"}]), {"Story.minutes"}),
    ("a property of refusals may be missing", at("components schemas Problem required", ["code"]), {"Problem.detail"}),
    ("a property of refusals is gone", without("components schemas Problem properties detail"), {"Problem.detail"}),
    ("a kind of a request is gone", without("components schemas Block oneOf 1"), {"Block"}),
    ("a property of a kind is gone", without("components schemas Text properties text"), {"Text.text"}),
]

GROWTH: list[tuple[str, Change]] = [
    ("nothing", lambda contract: None),
    ("words", at(f"{STORY} description", "A story.")),
    ("an operation", at("paths /tags", {"get": {"operationId": "list_tags", "responses": {}}})),
    ("an optional parameter", at(f"{LIST} parameters 9", {"name": "locale", "in": "query", "schema": {"type": "string"}})),
    ("a parameter that is optional now", at(f"{LIST} parameters 0 required", False)),
    ("another value of a parameter", at(f"{LIST} parameters 1 schema enum", ["date", "name", "size"])),
    ("a parameter without a limit", without(f"{LIST} parameters 0 schema maximum")),
    ("another code of refusals", of("Problem", "code", enum=["stale", "taken", "gone"])),
    ("another status", at(f"{LIST} responses 410", {})),
    ("another media type of a request", at(f"{CREATE} requestBody content text/csv", {})),
    ("an optional property of a request", of("NewStory", "slug", type="string")),
    ("a property of a request that is optional now", at(f"{NEW} required", [])),
    ("null in a request", of("NewStory", "headline", type=["string", "null"])),
    ("fractions in a request", of("NewStory", "minutes", type="number")),
    ("longer texts in a request", of("NewStory", "headline", maxLength=400)),
    ("any value in a request", of("NewStory", "state", enum=None)),
    ("a property of an answer", of("Story", "slug", type="string")),
    ("a property of an answer that is always there now", at(f"{STORY} required", ["id", "body", "state"])),
    ("a property of an answer that is never null now", of("Story", "note", type="string")),
    ("another value in an answer, where there were several", of("Story", "state", enum=["draft", "live", "gone"])),
    ("another kind, where there were several", third_kind),
    ("other names of schemas", renamed),
    ("a named schema where it was inline", lambda c: (c["components"]["schemas"].update({"Note": {"type": ["string", "null"]}}), of("Story", "note", type=None)(c), schema("Story")(c)["properties"]["note"].update({"$ref": "#/components/schemas/Note"}))),
    ("another name of a part of the path", lambda c: c["paths"].update({"/stories/{id}": c["paths"].pop("/stories/{id}")})),
    ("one permission less", at(f"{DELETE} security", [{"token": []}])),
]


class Grows(unittest.TestCase):
    def test_what_breaks_is_seen_and_named(self) -> None:
        for what, change, names in BREAKING:
            with self.subTest(what):
                changed = copy.deepcopy(BASE)
                change(changed)
                self.assertEqual({one.name for one in grows.broken(BASE, changed)}, names)

    def test_growth_is_free(self) -> None:
        for what, change in GROWTH:
            with self.subTest(what):
                changed = copy.deepcopy(BASE)
                change(changed)
                self.assertEqual(grows.broken(BASE, changed), [])

    def test_a_baseline_says_the_same_as_its_contract(self) -> None:
        for what, change, names in BREAKING:
            with self.subTest(what):
                changed = copy.deepcopy(BASE)
                change(changed)
                baseline = json.loads(grows.written(grows.facts_of(BASE)))
                self.assertEqual({one.name for one in grows.broken(baseline, changed)}, names)

    def test_a_property_may_be_called_as_a_word_of_schemas_is(self) -> None:
        changed = copy.deepcopy(BASE)
        for contract, kind in [(old := copy.deepcopy(BASE), "string"), (changed, "integer")]:
            schema("Story")(contract)["properties"]["description"] = {"type": kind, "description": "What it is about."}
        self.assertEqual([one.name for one in grows.broken(old, changed)], ["Story.description"])

    def test_only_what_is_not_released_announces(self) -> None:
        changelog = "# Changelog\n\n## Unreleased\n\n- **Breaking:** `Story.id` is\n  `Story.key` now.\n- `Story.names`: mended.\n\n## 0.1.0\n\n- **Breaking:** `Story.body`\n"
        said = grows.announced(changelog)
        self.assertIn("`Story.id`", said)
        self.assertIn("`Story.key`", said)
        self.assertNotIn("`Story.names`", said)
        self.assertNotIn("`Story.body`", said)


if __name__ == "__main__":
    unittest.main()
