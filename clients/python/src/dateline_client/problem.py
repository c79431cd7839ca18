"""Refusals (RFC 9457) as exceptions."""

from __future__ import annotations

import email.utils
import time
from typing import cast

import httpx

from . import contract


class DatelineError(Exception):
    """Something was answered that is no success."""

    def __init__(self, message: str, response: httpx.Response) -> None:
        super().__init__(message)
        self.response = response
        self.status = response.status_code


class UnexpectedAnswer(DatelineError):
    """Something answered that is no Dateline: a proxy with a page of its own."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.status_code} {response.reason_phrase} without a problem", response)


class DatelineProblem(DatelineError):
    """The server refused, and says why. `problems` has a class for each code; a later server may know more codes, which are of this class alone."""

    #: What happened, as a stable code.
    code: str

    def __init__(self, problem: contract.Problem, response: httpx.Response) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}", response)
        #: All that was answered: `current_version` of a stale write, `holder` of what is taken.
        self.problem = problem
        self.code = problem["code"]
        #: What is wrong with what was sent, each with a JSON pointer into the body or `?name` of a parameter.
        self.errors = problem.get("errors", [])
        #: After how many seconds it may be tried again, where the server says so.
        self.retry_after = _seconds(response.headers.get("retry-after"))
        #: How the server's log calls the request.
        self.request_id = problem.get("request_id", "")

    def at(self, pointer: str) -> list[contract.Violation]:
        """What is wrong at a pointer and below it."""
        return [error for error in self.errors if error["pointer"] == pointer or error["pointer"].startswith(f"{pointer}/")]


def refusal(response: httpx.Response) -> DatelineError:
    """The exception of an answer that is no success."""
    from .problems import BY_CODE

    try:
        body = response.json()
    except ValueError:
        return UnexpectedAnswer(response)
    if not isinstance(body, dict) or "code" not in body or "detail" not in body:
        return UnexpectedAnswer(response)
    problem = cast(contract.Problem, body)
    return BY_CODE.get(problem["code"], DatelineProblem)(problem, response)


def _seconds(header: str | None) -> float | None:
    """Seconds until a `Retry-After`, which a proxy may write as a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
