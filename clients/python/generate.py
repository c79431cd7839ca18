"""What the client takes from the contract, run at every build; nothing of it is committed.

`contract.py`    its schemas as typed dictionaries, by datamodel-code-generator
`operations.py`  a method for each operation, for clients that wait and for those that do not, and which request reads or writes what
`problems.py`    an exception for each code
"""

from __future__ import annotations

import json
import keyword
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "../../openapi/v1.json"
TARGET = HERE / "src/dateline_client"
MADE = "# Made of the contract by generate.py.\n"
Json = dict[str, Any]

contract: Json = json.loads(SOURCE.read_text(encoding="utf-8"))


def resolved(thing: Json) -> Json:
    while "$ref" in thing:
        found: Any = contract
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


def python_name(name: str) -> str:
    name = name.lower().replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def class_name(code: str) -> str:
    return "".join(part.capitalize() for part in code.split("-"))


def type_of(schema: Json) -> str:
    """The type of a parameter."""
    if "$ref" in schema:
        return f"contract.{schema['$ref'].rsplit('/', 1)[1]}"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    if schema.get("type") == "array":
        return f"Sequence[{type_of(schema['items'])}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[schema["type"]]


@dataclass
class Operation:
    method: str
    path: str
    of: Json

    def __post_init__(self) -> None:
        self.key = f"{self.method.upper()} {self.path}"
        self.name: str = self.of["operationId"]
        self.parameters = [resolved(parameter) for parameter in self.of.get("parameters", [])]
        success = [resolved(answer) for status, answer in self.of["responses"].items() if status.startswith("2")]
        content: Json = {media: schema.get("schema", {}) for answer in success for media, schema in answer.get("content", {}).items()}
        self.tagged = any("ETag" in answer.get("headers", {}) for answer in success)
        self.guarded = any(parameter["name"] == "If-Match" for parameter in self.parameters)
        self.open = self.of.get("security") == []
        self.answers: str | None = content.get("application/json", {}).get("$ref")
        self.returns = f"contract.{self.answers.rsplit('/', 1)[1]}" if self.answers else "str" if content else "None"
        body = resolved(self.of.get("requestBody", {}))
        taken: Json = body.get("content", {})
        media, schema = next(iter(taken.items()), ("", Json()))
        self.media, self.body_required = media, body.get("required", False)
        self.body = type_of(schema.get("schema", {})) if media else ""
        if any("octet-stream" in kind for kind in taken):
            self.body = " | ".join(dict.fromkeys(["bytes", *([] if "octet-stream" in media else [self.body])]))

    def signature(self, prefer: str) -> list[str]:
        """What the method takes. `If-Match` is sent by itself; one that is given wins."""
        place = {where: [parameter for parameter in self.parameters if parameter["in"] == where] for where in ("path", "query", "header")}
        taken = ["self", *(f"{python_name(p['name'])}: {type_of(p['schema'])}" for p in place["path"])]
        if self.body:
            taken.append(f"body: {self.body}" if self.body_required else f"body: {self.body} | None = None")
        named = [f"{python_name(p['name'])}: {type_of(p['schema'])}" + ("" if p.get("required") else " | None = None")
                 for p in [*place["query"], *place["header"]] if p["name"] not in ("If-Match", "Prefer")]
        if self.guarded:
            named.append("if_match: str | None = None")
        named.sort(key=lambda each: each.endswith("= None"))
        if prefer:
            named.append(prefer)
        return taken + (["*", *named] if named else [])

    def method_of(self, wait: str) -> str:
        """The method as source; `wait` is `async ` or nothing."""

        def head(prefer: str, returns: str) -> str:
            return f"    {wait}def {self.name}({', '.join(self.signature(prefer))}) -> {returns}:"

        prefers = any(parameter["name"] == "Prefer" for parameter in self.parameters)
        lines: list[str] = []
        if prefers:
            lines += ["    @overload", head("prefer: None = None", self.returns) + " ...",
                      "    @overload", head("prefer: str", f"{self.returns} | None") + " ..."]
        lines.append(head("prefer: str | None = None", f"{self.returns} | None") if prefers else head("", self.returns))
        words = f"{self.of.get('summary', '')}\n\n{self.of.get('description', '')}".strip().replace("\\", "\\\\").replace('"', '\\"')
        lines.append('        """' + words.replace("\n", "\n        ") + '"""')
        asked = {where: ", ".join(f"{p['name']!r}: {python_name(p['name'])}" for p in self.parameters if p["in"] == where) for where in ("path", "query", "header")}
        values = [repr(self.key), f"{{{asked['path']}}}", f"{{{asked['query']}}}", f"{{{asked['header']}}}", "body" if self.body else "None", repr(self.media)]
        answer = f"{'await ' if wait else ''}self._call({', '.join(values)})"
        if self.returns == "None":
            lines.append(f"        {answer}")
        else:
            lines.append(f"        return cast({self.returns!r}, {answer})")
        return "\n".join(line.rstrip() for line in "\n".join(lines).split("\n"))


METHODS = ("get", "put", "post", "patch", "delete")
operations = [Operation(method, path, item[method]) for path, item in contract["paths"].items() for method in item if method in METHODS]

# A resource is at the path where what writes answer with a tag is changed: all writes that answer the same are writes to it.
# Of several such paths the others are about a part of it, and lie below: else what is written would be guarded by the version of something else.
written = [each for each in operations if each.guarded and each.tagged and each.method in ("patch", "put")]
homes = {each.answers: each.path for each in sorted(written, key=lambda each: len(each.path), reverse=True)}
for each in written:
    if not f"{each.path}/".startswith(f"{homes[each.answers]}/"):
        raise SystemExit(f"{each.key} is about {homes[each.answers]}, which lies elsewhere")


def about(operation: Operation) -> tuple[str, str] | None:
    """Which resource a request is about, and whether it reads, writes or makes it."""
    if operation.method == "get":
        return ("read", operation.path) if operation.tagged and operation.path in homes.values() else None
    if operation.tagged and operation.answers in homes:
        return ("write" if operation.guarded else "make", homes[operation.answers])
    if not operation.guarded:
        return None
    if operation.path in homes.values():
        return ("write", operation.path)
    # What ends something answers nothing: it is about what is at its path, or what the verbs below its path are about.
    for each in operations:
        if each.guarded and each.tagged and each.path.startswith(f"{operation.path}/") and each.answers in homes:
            return ("write", homes[each.answers])
    raise SystemExit(f"{operation.key} takes If-Match, and the contract does not say of what")


def operations_source() -> str:
    resources = {each.key: what for each in operations if (what := about(each))}

    def table(rows: Iterable[str]) -> str:
        return "".join(f"    {row},\n" for row in rows)

    classes = "\n\n\n".join(
        f'class {name}:\n    """A method for each operation of the contract."""\n\n'
        + f"    {wait}def _call(self, operation: str, path: Values, query: Values, header: Values, body: object, media: str) -> object:\n        raise NotImplementedError\n\n"
        + "\n\n".join(each.method_of(wait) for each in operations)
        for name, wait in [("Operations", ""), ("AsyncOperations", "async ")]
    )
    return (
        MADE
        + "from __future__ import annotations\n\nfrom collections.abc import Mapping, Sequence\nfrom typing import Final, Literal, cast, overload\n\nfrom . import contract\n\n"
        + "Values = Mapping[str, object]\n\n"
        + f"#: The version of the contract that this was made of.\nVERSION: Final = {contract['info']['version']!r}\n\n"
        + "#: What a request is about: whether it reads, writes or makes a resource, and where that is.\n"
        + f"RESOURCES: Final[Mapping[str, tuple[str, str]]] = {{\n{table(f'{key!r}: {what!r}' for key, what in resources.items())}}}\n\n"
        + f"#: Requests that need no token.\nOPEN: Final = frozenset({{\n{table(repr(each.key) for each in operations if each.open)}}})\n\n\n"
        + classes + "\n"
    )


def problems_source() -> str:
    codes = contract["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    classes = "\n\n".join(f"class {class_name(code)}(DatelineProblem):\n    code: Literal[{code!r}]\n" for code in codes)
    known = "".join(f"    {code!r}: {class_name(code)},\n" for code in codes)
    return (
        f"{MADE}from __future__ import annotations\n\nfrom collections.abc import Mapping\nfrom typing import Final, Literal\n\nfrom .problem import DatelineProblem\n\n\n"
        f"{classes}\n\n#: The exception of each code that the contract knows.\nBY_CODE: Final[Mapping[str, type[DatelineProblem]]] = {{\n{known}}}\n"
    )


def main() -> None:
    version = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["version"]
    if version != contract["info"]["version"]:
        raise SystemExit(f"pyproject.toml says {version}, the contract {contract['info']['version']}")
    # A package has its licences with it.
    for name in ["LICENSE-APACHE", "LICENSE-MIT"]:
        shutil.copyfile(HERE / "../.." / name, HERE / name)
    subprocess.run(
        [sys.executable, "-m", "datamodel_code_generator", "--input", SOURCE, "--input-file-type", "openapi", "--output", TARGET / "contract.py",
         "--output-model-type", "typing.TypedDict", "--enum-field-as-literal", "all", "--use-annotated", "--target-python-version", "3.11",
         "--no-use-closed-typed-dict", "--use-schema-description", "--use-field-description", "--disable-timestamp", "--disable-warnings"],
        check=True,
    )
    made = (TARGET / "contract.py").read_text()
    source = operations_source()
    missing = {name for name in re.findall(r"contract\.(\w+)", source) if not re.search(rf"^(class )?{name}\b", made, flags=re.M)}
    if missing:
        raise SystemExit(f"contract.py does not have {', '.join(sorted(missing))}")
    (TARGET / "operations.py").write_text(source)
    (TARGET / "problems.py").write_text(problems_source())


if __name__ == "__main__":
    main()
