"""Against a demo: what the README says, what readers get in every language, and what is published."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dateline_client
from dateline_client import Dateline, contract, operations, problems

import readme

if TYPE_CHECKING:
    from conftest import Demo

ROOT = Path(__file__).resolve().parents[1]


def test_the_examples_of_the_readme_run(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in [("SERVER", demo.address), ("EMAIL", demo.email), ("PASSWORD", demo.password)]:
        monkeypatch.setenv(f"DATELINE_{name}", value)
    exec(compile(readme.story(), "README.md", "exec"), {"__name__": "readme"})


def test_readers_get_every_language_in_every_form(demo: Demo) -> None:
    with Dateline(demo.address) as dateline:
        for language in dateline.show_site()["locales"]:
            for article in dateline.rows(dateline.list_articles, locale=language["locale"], body="doc", limit=50):
                assert article["locale"] == language["locale"]
        page = dateline.show_page(path="/en/world/the-river-that-kept-a-diary")
        # The kind of a page says which one it is, to the type checker as well.
        assert page["kind"] == "article"
        assert page["article"]["headline"]
        with pytest.raises(problems.NotFound) as missing:
            dateline.show_page(path="/en/world/there-is-no-such-story")
        assert "page" in missing.value.problem


def test_a_desk_renews_its_tokens_and_saves_without_bodies(demo: Demo) -> None:
    with Dateline(demo.address) as dateline:
        tokens = dateline.sign_in({"email": demo.email, "password": demo.password})
        # As if its time were over.
        spoiled: contract.Tokens = {**tokens, "access_token": "x"}
        with Dateline(demo.address, tokens=spoiled) as later:
            section = later.list_desk_sections()["data"][0]["id"]
            made = later.create_article({"kind": "story", "section_id": section, "source_locale": "en", "translations": {"en": {"headline": "By Python"}}})
            later.show_translation(made["id"], "en")
            for n in range(3):
                assert later.revise_translation(made["id"], "en", {"summary": f"Draft {n}."}, prefer="return=minimal") is None
            assert later.show_translation(made["id"], "en")["version"] == 4
            assert later.revise_article(made["id"], {"tags": {"add": []}})["version"] >= 1
            later.delete_article(made["id"])
            later.sign_out()


def test_a_file_is_sent_described_and_replaced_from_what_was_read_last(demo: Demo) -> None:
    with Dateline(demo.address) as dateline:
        dateline.sign_in({"email": demo.email, "password": demo.password})
        terms = dateline.add_media(b"%PDF-1.4\n% By Python.\n%%EOF\n")
        assert terms["kind"] == "document"
        assert dateline.revise_media(terms["id"], {"credit": "AP"})["version"] == 2
        assert dateline.replace_media_file(terms["id"], b"%PDF-1.4\n% By Python, again.\n%%EOF\n")["version"] == 3
        assert dateline.show_media(terms["id"])["credit"] == "AP"
        dateline.delete_media(terms["id"])


def test_its_version_is_that_of_the_contract() -> None:
    contract = json.loads((ROOT / "../../openapi/v1.json").read_text())
    assert dateline_client.VERSION == contract["info"]["version"]
    assert f'version = "{dateline_client.VERSION}"' in (ROOT / "pyproject.toml").read_text()
    codes = contract["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert list(problems.BY_CODE) == codes


def test_both_languages_know_the_same_of_the_contract() -> None:
    made = ROOT / "../typescript/src/operations.ts"
    if not made.exists():
        pytest.skip("the client for TypeScript was not built")
    text = made.read_text()
    resources = json.loads(re.search(r"RESOURCES: [^\n]* = (\{.*?\n\});", text, flags=re.S)[1])  # type: ignore[index]
    assert {key: tuple(value) for key, value in resources.items()} == dict(operations.RESOURCES)
    assert set(json.loads(re.search(r"OPEN: [^\n]* = new Set\((\[.*?\])\);", text, flags=re.S)[1])) == operations.OPEN  # type: ignore[index]
