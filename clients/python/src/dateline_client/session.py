"""Who is signed in. Several clients may share a session: its refresh token works once, and one that comes again later ends it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from . import contract


class Session:
    """Tokens, and who is told of new ones. Share it among clients of one kind: those that wait, or those that do not."""

    def __init__(self, tokens: contract.Tokens | None = None, on_tokens: Callable[[contract.Tokens | None], None] | None = None) -> None:
        self._tokens = tokens
        self._on_tokens = on_tokens
        #: One renews at a time, and whoever waited finds it done.
        self.lock, self.async_lock = threading.Lock(), asyncio.Lock()

    @property
    def tokens(self) -> contract.Tokens | None:
        return self._tokens

    @property
    def access_token(self) -> str | None:
        return self._tokens["access_token"] if self._tokens else None

    def keep(self, tokens: contract.Tokens | None) -> None:
        """Other tokens, or none any more."""
        if tokens is self._tokens:
            return
        self._tokens = tokens
        if self._on_tokens:
            self._on_tokens(tokens)
