"""What a real server does seldom: races of renewing, throttling, proxies, answers out of order."""

from __future__ import annotations

import asyncio
import email.utils
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dateline_client import AsyncDateline, Dateline, DatelineProblem, UnexpectedAnswer, contract, problems

from stub import Heard, Said, problem, stub

ARTICLE, OTHER = "01935a4e-7c00-7000-8000-000000000001", "01935a4e-7c00-7000-8000-000000000002"
AT, MERGED = f"/v1/desk/articles/{ARTICLE}", f"/v1/desk/tags/{OTHER}"


def tokens(n: int) -> contract.Tokens:
    return {"access_token": f"access-{n}", "refresh_token": f"refresh-{n}", "expires_in": 900, "token_type": "Bearer"}


def expiring(refresh: Callable[[int], Said] = lambda newest: Said(body=tokens(newest))) -> Callable[[Heard], Said]:
    """A server whose access tokens are spent one after another: only that of the newest refresh is taken."""
    newest = 1

    def answer(heard: Heard) -> Said:
        nonlocal newest
        if heard.path == "/v1/auth/refresh":
            if heard.body["refresh_token"] != f"refresh-{newest}":
                return problem(401, "unauthenticated")
            said = refresh(newest + 1)
            newest += said.status == 200
            return said
        if newest == 1 or heard.header.get("authorization") != f"Bearer access-{newest}":
            return problem(401, "unauthenticated")
        return Said(body={"data": [], "page": {"next": None, "previous": None}})

    return answer


def scripted(*answers: Said) -> Callable[[Heard], Said]:
    """Answers each request with what stands next."""
    left = list(answers)
    return lambda _: left.pop(0)


def version(n: int, **header: str) -> Said:
    return Said(body={"id": ARTICLE, "version": n}, header={"etag": f'"{n}.ab"', **{name.replace("_", "-"): value for name, value in header.items()}})


def test_threads_with_a_token_that_is_over_renew_it_once() -> None:
    # All of them are refused before the first new token comes.
    refused = threading.Barrier(5)
    answer = expiring()

    def together(heard: Heard) -> Said:
        said = answer(heard)
        if said.status == 401:
            refused.wait(30)
        return said

    kept: list[contract.Tokens | None] = []
    with stub(together) as server, Dateline(server.address, tokens=tokens(1), on_tokens=kept.append) as dateline, ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: dateline.list_people(), range(5)))
        assert server.count("/v1/auth/refresh") == 1
        assert server.count("/v1/desk/people") == 10
    assert kept == [tokens(2)]


def test_tasks_with_a_token_that_is_over_renew_it_once() -> None:
    async def ask(address: str) -> None:
        async with AsyncDateline(address, tokens=tokens(1)) as one, AsyncDateline(address, session=one.session) as two:
            await asyncio.gather(*(each.list_people() for each in [one, two, one, two, one]))
            assert two.tokens == tokens(2)

    with stub(expiring()) as server:
        asyncio.run(ask(server.address))
        assert server.count("/v1/auth/refresh") == 1


def test_a_session_that_is_over_is_forgotten_and_what_was_asked_is_refused_as_it_was() -> None:
    kept: list[contract.Tokens | None] = []
    with stub(lambda _: problem(401, "unauthenticated")) as server, Dateline(server.address, tokens=tokens(1), on_tokens=kept.append) as dateline:
        with pytest.raises(problems.Unauthenticated):
            dateline.list_people()
        assert kept == [None] and dateline.tokens is None


def test_a_refresh_that_fails_for_another_reason_keeps_the_tokens() -> None:
    with stub(expiring(lambda _: problem(503, "busy", {"retry-after": "2"}))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        with pytest.raises(problems.Busy) as busy:
            dateline.list_people()
        assert busy.value.retry_after == 2 and dateline.tokens == tokens(1)


def test_a_wrong_password_of_who_is_signed_in_renews_nothing() -> None:
    with stub(lambda _: problem(401, "wrong-credentials")) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        with pytest.raises(problems.WrongCredentials):
            dateline.change_password({"current": "a", "new": "b"})
        assert len(server.heard) == 1


def test_401_of_a_proxy_renews_nothing() -> None:
    with stub(lambda _: Said(401, "Who are you?", {"content-type": "text/plain"})) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        with pytest.raises(UnexpectedAnswer):
            dateline.list_people()
        assert len(server.heard) == 1 and dateline.tokens == tokens(1)


def test_what_readers_ask_has_no_token() -> None:
    with stub(lambda _: Said(body={"data": []})) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.list_articles(locale="en", tag=[ARTICLE, OTHER], count=True)
        assert server.sent("authorization") == [None]
        assert server.heard[0].path.replace("%2C", ",") == f"/v1/articles?locale=en&tag={ARTICLE},{OTHER}&count=true"


def test_signing_out_ends_the_session_with_a_token_that_is_over_and_is_no_error_when_it_is_over() -> None:
    with stub(expiring()) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.sign_out()
        dateline.sign_out()
        assert [heard.path for heard in server.heard] == ["/v1/auth/logout", "/v1/auth/refresh", "/v1/auth/logout"]
    with stub(lambda _: problem(401, "unauthenticated")) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.sign_out()
        assert dateline.tokens is None


def test_429_says_after_how_many_seconds_as_a_number_and_as_a_date() -> None:
    date = email.utils.formatdate(time.time() + 3600, usegmt=True)
    with stub(scripted(*(problem(429, "too-many-attempts", {"retry-after": value}) for value in ["30", date, "soon"]))) as server, Dateline(server.address) as dateline:
        waits: list[float | None] = []
        for _ in range(3):
            with pytest.raises(problems.TooManyAttempts) as refused:
                dateline.sign_in({"email": "a@b.example", "password": "x"})
            waits.append(refused.value.retry_after)
        assert waits[0] == 30 and waits[1] is not None and 3000 < waits[1] <= 3600 and waits[2] is None


def test_faults_are_found_by_where_they_are() -> None:
    errors = [{"pointer": "#/translations/hi/headline", "code": "required", "detail": "must not be empty"}, {"pointer": "#/tags/0", "code": "unknown", "detail": "is none"}]
    with stub(lambda _: problem(422, "invalid", errors=errors)) as server, Dateline(server.address) as dateline:
        with pytest.raises(problems.Invalid) as invalid:
            dateline.list_articles()
        assert invalid.value.at("#/translations/hi") == errors[:1] and invalid.value.at("#/tag") == []


def test_a_code_of_a_later_server_is_a_problem_and_a_page_of_a_proxy_is_none() -> None:
    with stub(scripted(problem(409, "unheard-of"), Said(502, "<h1>Bad gateway</h1>", {"content-type": "text/html"}))) as server, Dateline(server.address) as dateline:
        with pytest.raises(DatelineProblem) as later:
            dateline.show_site()
        assert later.value.code == "unheard-of" and type(later.value) is DatelineProblem
        with pytest.raises(UnexpectedAnswer) as proxy:
            dateline.show_site()
        assert proxy.value.status == 502


def test_what_was_read_is_expected_by_the_next_write_and_what_that_answers_by_the_one_after() -> None:
    with stub(scripted(version(3), version(4), version(5), Said(204), version(9))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        dateline.revise_article(ARTICLE, {"genre": "analysis"})
        dateline.publish_article(ARTICLE, {"locales": ["en"]})
        dateline.delete_article(ARTICLE)
        dateline.delete_article(ARTICLE)
        assert server.sent("if-match") == [None, '"3.ab"', '"4.ab"', '"5.ab"', None]
        assert server.heard[1].header["content-type"] == "application/merge-patch+json"


def test_an_article_and_its_translations_have_versions_of_their_own_and_verbs_are_about_one_of_them() -> None:
    words = [Said(body={"article_id": ARTICLE, "locale": "hi"}, header={"etag": f'"{n}"'}) for n in (7, 8, 9)]
    with stub(scripted(version(3), *words, version(4))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        dateline.show_translation(ARTICLE, "hi")
        dateline.submit_translation(ARTICLE, "hi")
        dateline.restore_translation_revision(ARTICLE, "hi", 2)
        dateline.restore_article_revision(ARTICLE, 2)
        assert server.sent("if-match") == [None, None, '"7"', '"8"', '"3.ab"']
        assert dateline.etags.get(f"{AT}/translations/HI") == '"9"'


def test_a_precondition_of_ones_own_wins() -> None:
    with stub(scripted(version(3), version(4))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        dateline.revise_article(ARTICLE, {}, if_match='"2"')
        assert server.sent("if-match") == [None, '"2"']


def test_after_412_nothing_is_expected_until_something_is_read() -> None:
    with stub(scripted(version(3), problem(412, "stale", current_version=5), problem(428, "unconditional"), version(5), version(6))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        with pytest.raises(problems.Stale) as stale:
            dateline.revise_article(ARTICLE, {"genre": "news"})
        assert stale.value.problem.get("current_version") == 5
        with pytest.raises(problems.Unconditional):
            dateline.revise_article(ARTICLE, {"genre": "news"})
        dateline.show_desk_article(ARTICLE)
        dateline.revise_article(ARTICLE, {"genre": "news"})
        assert server.sent("if-match") == [None, '"3.ab"', None, None, '"5.ab"']


def test_other_refusals_and_writes_that_were_only_tried_change_nothing_of_what_is_expected() -> None:
    tried = [version(4, validate_only="true"), Said(204, header={"validate-only": "true"})]
    with stub(scripted(version(3), problem(422, "invalid"), *tried, version(4))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        with pytest.raises(problems.Invalid):
            dateline.revise_article(ARTICLE, {})
        dateline.revise_article(ARTICLE, {}, validate_only=True)
        dateline.delete_article(ARTICLE, validate_only=True)
        dateline.revise_article(ARTICLE, {})
        assert server.sent("if-match") == [None, *['"3.ab"'] * 4]


def test_what_was_read_before_a_write_was_answered_does_not_take_its_place() -> None:
    asked, written = threading.Event(), threading.Event()

    def answer(heard: Heard) -> Said:
        if heard.method != "GET":
            return version(4)
        asked.set()
        written.wait(30)
        return version(3)

    with stub(answer) as server, Dateline(server.address, tokens=tokens(1)) as dateline, ThreadPoolExecutor(1) as threads:
        dateline.etags.set(AT, 3)
        reading = threads.submit(dateline.show_desk_article, ARTICLE)
        asked.wait(30)
        dateline.revise_article(ARTICLE, {})
        written.set()
        reading.result()
        assert dateline.etags.get(AT) == '"4.ab"'


def test_an_answer_that_was_kept_under_a_key_does_not_bring_an_older_version_back() -> None:
    with stub(scripted(version(6), version(5, idempotency_replayed="true"), version(7, idempotency_replayed="true"))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_article(ARTICLE)
        known: list[str | None] = []
        for _ in range(2):
            dateline.publish_article(ARTICLE, {}, idempotency_key="k")
            known.append(dateline.etags.get(AT))
        assert known == ['"6.ab"', '"7.ab"']


def test_what_is_made_is_expected_at_its_own_place_with_a_body_or_without() -> None:
    place = {"etag": '"1.cd"', "location": f"/v1/desk/articles/{OTHER}"}
    comment = Said(201, {"id": OTHER}, {"etag": '"1.ef"', "location": f"{AT}/comments"})
    article: contract.NewArticle = {"kind": "story", "section_id": ARTICLE, "source_locale": "en", "translations": {}}
    with stub(scripted(Said(201, {"id": OTHER}, place), Said(201, None, place), comment, version(2), version(2))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.create_article(article)
        assert dateline.etags.get(place["location"]) == '"1.cd"'
        dateline.etags.forget()
        assert dateline.create_article(article, prefer="return=minimal") is None
        assert dateline.etags.get(place["location"]) == '"1.cd"'
        dateline.write_comment(ARTICLE, {"text": "Is it so?"})
        dateline.resolve_comment(OTHER)
        dateline.revise_article(ARTICLE, {})
        assert server.sent("if-match") == [None, None, None, '"1.ef"', None]


def test_what_is_merged_into_another_is_forgotten_and_the_other_is_known() -> None:
    with stub(scripted(version(3), Said(body={"id": OTHER}, header={"etag": '"8.ab"'}))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.show_desk_tag(ARTICLE)
        dateline.merge_tag(ARTICLE, {"into": OTHER})
        assert (dateline.etags.get(f"/v1/desk/tags/{ARTICLE}"), dateline.etags.get(MERGED)) == (None, '"8.ab"')


def test_what_was_below_what_is_ended_is_forgotten_and_its_neighbours_are_not() -> None:
    with stub(scripted(Said(204))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        paths = [AT, f"{AT}/translations/hi", f"/v1/desk/articles/{OTHER}"]
        for path in paths:
            dateline.etags.set(path, 3)
        dateline.delete_article(ARTICLE)
        assert [dateline.etags.get(path) for path in paths] == [None, None, '"3"']


def test_the_trash_is_about_the_article_that_is_in_it() -> None:
    with stub(scripted(version(4))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.etags.set(AT, 3)
        dateline.restore_article(ARTICLE)
        assert server.sent("if-match") == ['"3"']


def test_a_list_is_walked_to_its_end_and_no_further_than_it_is_wanted() -> None:
    def answer(heard: Heard) -> Said:
        cursor = heard.path.partition("cursor=")[2] or "a"
        return Said(body={"data": [{"id": f"{cursor}1"}, {"id": f"{cursor}2"}], "page": {"next": {"a": "b", "b": "c"}.get(cursor), "previous": None}})

    async def walked(address: str) -> list[str]:
        async with AsyncDateline(address) as dateline:
            return [tag["id"] async for tag in dateline.rows(dateline.list_tags, locale="en")]

    with stub(answer) as server, Dateline(server.address) as dateline:
        every = ["a1", "a2", "b1", "b2", "c1", "c2"]
        assert [tag["id"] for tag in dateline.rows(dateline.list_tags, locale="en")] == every
        assert [heard.path for heard in server.heard] == ["/v1/tags?locale=en", "/v1/tags?locale=en&cursor=b", "/v1/tags?locale=en&cursor=c"]
        assert len(next(dateline.pages(dateline.list_tags, cursor="b"))["data"]) == 2
        assert len(server.heard) == 4
        assert asyncio.run(walked(server.address)) == every


def test_a_table_is_sent_as_it_is_and_answered_as_text() -> None:
    with stub(scripted(Said(body={}), Said(body="from,to\n", header={"content-type": "text/csv"}))) as server, Dateline(server.address, tokens=tokens(1)) as dateline:
        dateline.import_redirects("from,to\n/a,/b\n")
        assert (server.heard[0].header["content-type"], server.heard[0].body) == ("text/csv", "from,to\n/a,/b\n")
        assert dateline.export_redirects() == "from,to\n"
