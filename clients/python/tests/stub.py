"""A server that says what a test has it say, for what a real one does too seldom."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    method: str
    path: str
    header: dict[str, str]
    body: Any


@dataclass
class Said:
    status: int = 200
    body: object = None
    header: dict[str, str] = field(default_factory=dict)


def problem(status: int, code: str, header: dict[str, str] | None = None, **more: object) -> Said:
    """A problem as the server writes it."""
    body = {"type": f"urn:dateline:problem:{code}", "title": code, "status": status, "detail": f"it is {code}", "code": code, "request_id": "r", **more}
    return Said(status, body, {"content-type": "application/problem+json", **(header or {})})


@dataclass
class Stub:
    address: str
    heard: list[Heard]

    def count(self, path: str) -> int:
        return sum(heard.path == path for heard in self.heard)

    def sent(self, name: str) -> list[str | None]:
        return [heard.header.get(name) for heard in self.heard]


@contextmanager
def stub(answer: Callable[[Heard], Said]) -> Iterator[Stub]:
    heard: list[Heard] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                self.respond()

        def respond(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            header = {name.lower(): value for name, value in self.headers.items()}
            request = Heard(self.command, self.path, header, json.loads(text) if "json" in header.get("content-type", "") else text)
            heard.append(request)
            said = answer(request)
            body = b"" if said.body is None else said.body.encode() if isinstance(said.body, str) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.header}.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Stub(f"http://127.0.0.1:{server.server_port}", heard)
        server.shutdown()
