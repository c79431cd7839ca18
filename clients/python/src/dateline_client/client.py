"""The clients: httpx, and what no generator can know."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypedDict, TypeVar, cast

import httpx

from . import contract
from .etags import Asked, ETags, filled
from .operations import OPEN, AsyncOperations, Operations, Values
from .problem import DatelineError, DatelineProblem, refusal
from .session import Session

Row = TypeVar("Row")
P = ParamSpec("P")


class Page(TypedDict, Generic[Row]):
    """A page of a list, with cursors to those beside it."""

    data: list[Row]
    page: contract.PageInfo


def _written(value: object) -> str:
    """A parameter as text; lists are parted by commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(_written(each) for each in value)
    return str(value)


class _Core:
    """What both clients do alike, and without waiting: a request out of a call, and what its answer means."""

    def __init__(self, session: Session | None, tokens: contract.Tokens | None, on_tokens: Callable[[contract.Tokens | None], None] | None) -> None:
        self.session = session or Session(tokens, on_tokens)
        #: What was read last, and which writes are made from.
        self.etags = ETags()

    @property
    def tokens(self) -> contract.Tokens | None:
        return self.session.tokens

    def _request(self, http: httpx.Client | httpx.AsyncClient, operation: str, path: Values, query: Values, header: Values, body: object, media: str) -> tuple[httpx.Request, Asked | None]:
        method, template = operation.split(" ", 1)
        asked = self.etags.asked(operation, path)
        headers = {name: str(value) for name, value in header.items() if value is not None}
        if asked and "If-Match" not in headers and (expected := self.etags.expected(asked)):
            headers["If-Match"] = expected
        content = None
        if body is not None:
            headers["Content-Type"] = "application/octet-stream" if isinstance(body, bytes) and "json" in media else media
            content = body if isinstance(body, bytes) else (body if isinstance(body, str) and "json" not in media else json.dumps(body, ensure_ascii=False)).encode()
        params = {name: _written(value) for name, value in query.items() if value is not None}
        request = http.build_request(method, filled(template, path), params=params, headers=headers, content=content)
        token = None if operation in OPEN else self.session.access_token
        if token and "authorization" not in request.headers:
            request.headers["authorization"] = f"Bearer {token}"
        return request, asked

    def _renewable(self, request: httpx.Request, response: httpx.Response) -> str | None:
        """The access token that was refused, if another one may help."""
        token = self.session.access_token
        if response.status_code != 401 or token is None:
            return None
        problem = refusal(response)
        if not isinstance(problem, DatelineProblem) or problem.code == "wrong-credentials":
            return None
        sent = request.headers.get("authorization", "")
        return sent.removeprefix("Bearer ") if sent.startswith("Bearer ") else None

    def _finished(self, response: httpx.Response, asked: Asked | None) -> object:
        data: object = None
        if response.is_success and response.content:
            data = response.json() if "json" in response.headers.get("content-type", "") else response.text
        if asked:
            self.etags.answered(asked, response, data)
        if not response.is_success:
            raise refusal(response)
        return data

    def _renewed(self, response: httpx.Response) -> None:
        if response.status_code == 401:
            # The session is over. Anything else may pass, and the tokens stay.
            self.session.keep(None)
        elif not response.is_success:
            raise refusal(response)
        else:
            self.session.keep(cast(contract.Tokens, response.json()))


class Dateline(_Core, Operations):
    """A client that waits for its answers. Threads may share it. `http` brings proxies, limits and times of one's own; it becomes this client's."""

    def __init__(
        self, base_url: str, *, tokens: contract.Tokens | None = None, on_tokens: Callable[[contract.Tokens | None], None] | None = None,
        session: Session | None = None, http: httpx.Client | None = None,
    ) -> None:
        super().__init__(session, tokens, on_tokens)
        self._http = http or httpx.Client(timeout=30)
        self._http.base_url = httpx.URL(base_url)
        self._http.follow_redirects = True

    def sign_in(self, body: contract.Credentials) -> contract.Tokens:
        """Signs in; other clients of the session are signed in as well."""
        tokens = super().sign_in(body)
        self.session.keep(tokens)
        return tokens

    def sign_out(self) -> None:
        """Ends the session at the server, and forgets it here whatever the server says."""
        self.etags.forget()
        try:
            if self.session.tokens:
                super().sign_out()
        except DatelineError as error:
            # It was over already.
            if error.status != 401:
                raise
        finally:
            self.session.keep(None)

    def pages(self, operation: Callable[P, Page[Row]], *args: P.args, **kwargs: P.kwargs) -> Iterator[Page[Row]]:
        """The pages of a list, one after another: `pages(dateline.list_tags, locale="en")`."""
        given: dict[str, Any] = dict(kwargs)
        more = True
        while more:
            page = cast("Callable[..., Page[Row]]", operation)(*args, **given)
            yield page
            given["cursor"] = page["page"]["next"]
            more = given["cursor"] is not None

    def rows(self, operation: Callable[P, Page[Row]], *args: P.args, **kwargs: P.kwargs) -> Iterator[Row]:
        """All rows of a list, page by page."""
        for page in self.pages(operation, *args, **kwargs):
            yield from page["data"]

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _call(self, operation: str, path: Values, query: Values, header: Values, body: object, media: str) -> object:
        request, asked = self._request(self._http, operation, path, query, header, body, media)
        response = self._http.send(request)
        if (spent := self._renewable(request, response)) and self._renew(spent):
            request.headers["authorization"] = f"Bearer {self.session.access_token}"
            response = self._http.send(request)
        return self._finished(response, asked)

    def _renew(self, spent: str) -> bool:
        """New tokens in the place of those with this access token; however many ask, the server is asked once."""
        with self.session.lock:
            # Somebody else was faster, or signed out meanwhile.
            if (tokens := self.session.tokens) and tokens["access_token"] == spent:
                self._renewed(self._http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}))
            return self.session.tokens is not None


class AsyncDateline(_Core, AsyncOperations):
    """A client for `asyncio`. Tasks of one loop may share it. `http` brings proxies, limits and times of one's own; it becomes this client's."""

    def __init__(
        self, base_url: str, *, tokens: contract.Tokens | None = None, on_tokens: Callable[[contract.Tokens | None], None] | None = None,
        session: Session | None = None, http: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(session, tokens, on_tokens)
        self._http = http or httpx.AsyncClient(timeout=30)
        self._http.base_url = httpx.URL(base_url)
        self._http.follow_redirects = True

    async def sign_in(self, body: contract.Credentials) -> contract.Tokens:
        """Signs in; other clients of the session are signed in as well."""
        tokens = await super().sign_in(body)
        self.session.keep(tokens)
        return tokens

    async def sign_out(self) -> None:
        """Ends the session at the server, and forgets it here whatever the server says."""
        self.etags.forget()
        try:
            if self.session.tokens:
                await super().sign_out()
        except DatelineError as error:
            # It was over already.
            if error.status != 401:
                raise
        finally:
            self.session.keep(None)

    async def pages(self, operation: Callable[P, Awaitable[Page[Row]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[Page[Row]]:
        """The pages of a list, one after another."""
        given: dict[str, Any] = dict(kwargs)
        more = True
        while more:
            page = await cast("Callable[..., Awaitable[Page[Row]]]", operation)(*args, **given)
            yield page
            given["cursor"] = page["page"]["next"]
            more = given["cursor"] is not None

    async def rows(self, operation: Callable[P, Awaitable[Page[Row]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[Row]:
        """All rows of a list, page by page."""
        async for page in self.pages(operation, *args, **kwargs):
            for row in page["data"]:
                yield row

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def _call(self, operation: str, path: Values, query: Values, header: Values, body: object, media: str) -> object:
        request, asked = self._request(self._http, operation, path, query, header, body, media)
        response = await self._http.send(request)
        if (spent := self._renewable(request, response)) and await self._renew(spent):
            request.headers["authorization"] = f"Bearer {self.session.access_token}"
            response = await self._http.send(request)
        return self._finished(response, asked)

    async def _renew(self, spent: str) -> bool:
        """New tokens in the place of those with this access token; however many ask, the server is asked once."""
        async with self.session.async_lock:
            # Somebody else was faster, or signed out meanwhile.
            if (tokens := self.session.tokens) and tokens["access_token"] == spent:
                self._renewed(await self._http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}))
            return self.session.tokens is not None
