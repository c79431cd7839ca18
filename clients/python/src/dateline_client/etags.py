"""Which version of what was read last, so that a write says what it was made from.

A resource is told apart by its path, and which request is about which resource says the contract (`operations.RESOURCES`): publishing and the revisions of
an article are about the article, handing in a translation is about the translation. The memory never makes a write pass that should not: where it knows
nothing no `If-Match` is sent, and the server refuses (428); after a 412 nothing is known until something is read.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from .operations import RESOURCES


@dataclass(frozen=True)
class Asked:
    """A request on its way, and when it went."""

    kind: str
    template: str
    path: Mapping[str, object]
    at: int


def filled(template: str, values: Mapping[str, object]) -> str:
    """A path with its parts in their places."""
    return re.sub(r"\{(\w+)\}", lambda part: quote(str(values[part[1]]), safe=""), template)


def _normal(path: str) -> str:
    """Ids and languages are the same in capitals; where the server is does not matter."""
    return re.sub(r"[?#].*", "", path[max(0, path.find("/v1/")) :]).lower()


def _version(tag: str | None) -> int:
    found = re.match(r'(?:W/)?"(\d+)', tag or "")
    return int(found[1]) if found else -1


class ETags:
    def __init__(self) -> None:
        self._tags: dict[str, str] = {}
        self._written: dict[str, int] = {}
        self._clock = 0
        # Threads share a client. What is under the lock waits for nothing.
        self._lock = threading.RLock()

    def get(self, path: str) -> str | None:
        """What is known of a resource, by its path: `/v1/desk/articles/…`."""
        return self._tags.get(_normal(path))

    def set(self, path: str, tag: str | int) -> None:
        """Says which version the next write to a resource is made from: an `ETag`, or a version that a list told."""
        with self._lock:
            self._tags[_normal(path)] = f'"{tag}"' if isinstance(tag, int) else tag

    def forget(self, path: str | None = None) -> None:
        """Forgets a resource and what is below it; without a path, everything."""
        gone = None if path is None else _normal(path)
        with self._lock:
            self._tags = {known: tag for known, tag in self._tags.items() if gone is not None and known != gone and not known.startswith(f"{gone}/")}

    def asked(self, operation: str, path: Mapping[str, object]) -> Asked | None:
        """What a request is about, if it is about something that has versions."""
        found = RESOURCES.get(operation)
        return Asked(found[0], found[1], path, self._clock) if found else None

    def expected(self, asked: Asked) -> str | None:
        """The `If-Match` of a write."""
        return self.get(filled(asked.template, asked.path)) if asked.kind == "write" else None

    def answered(self, asked: Asked, response: httpx.Response, data: object) -> None:
        """Learns from an answer."""
        with self._lock:
            self._learn(asked, response, data)

    def _learn(self, asked: Asked, response: httpx.Response, data: object) -> None:
        # A write that was only tried has changed nothing.
        if response.headers.get("validate-only") == "true":
            return
        before = None if asked.kind == "make" else filled(asked.template, asked.path)
        if response.status_code == 412 and before:
            self.forget(before)
        if not response.is_success:
            return
        tag = response.headers.get("etag")
        if tag is None:
            # Ended, and with it what is below.
            if asked.kind == "write" and before:
                self._write(before, None)
            return
        now = _answered_resource(asked, response, data)
        if now is None:
            return
        if asked.kind == "read":
            # A write was faster than this: what it answered is newer.
            if self._written.get(_normal(now), -1) < asked.at:
                self.set(now, tag)
            return
        # Merged into another: that one was answered.
        if before and _normal(before) != _normal(now):
            self._write(before, None)
        # An answer that was kept may be older than what is known.
        if response.headers.get("idempotency-replayed") == "true" and _version(tag) < _version(self.get(now)):
            return
        self._write(now, tag)

    def _write(self, path: str, tag: str | None) -> None:
        self._written[_normal(path)] = self._clock
        self._clock += 1
        if tag is None:
            self.forget(path)
        else:
            self.set(path, tag)


def _answered_resource(asked: Asked, response: httpx.Response, data: object) -> str | None:
    """Which resource an answer is: the last part of its path is in it; else as it was asked, or where it says that what was made is."""
    last = re.search(r"\{(\w+)\}$", asked.template)
    own = data.get(last[1]) if last and isinstance(data, dict) else None
    if last and isinstance(own, str) and asked.kind != "read":
        return filled(asked.template, {**asked.path, last[1]: own})
    if asked.kind != "make":
        return filled(asked.template, asked.path)
    location = str(response.headers.get("location", ""))
    return location if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", asked.template).lower(), _normal(location)) else None
