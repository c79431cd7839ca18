"""A running demo: the one that `DATELINE_SERVER` names with `DATELINE_EMAIL` and `DATELINE_PASSWORD`, or one of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Demo:
    address: str
    email: str
    password: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    email = os.environ.get("DATELINE_EMAIL", "admin@example.org")
    if (address := os.environ.get("DATELINE_SERVER")) and (password := os.environ.get("DATELINE_PASSWORD")):
        yield Demo(address, email, password)
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    program = os.environ.get("DATELINE", Path(__file__).resolve().parents[3] / "target/debug/dateline")
    environment = {**os.environ, "DATELINE_BIND": bind, "DATELINE_DATA_DIR": str(tmp_path_factory.mktemp("demo"))}
    with subprocess.Popen([program, "demo"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said, found = "", None
        assert process.stdout
        # Ends with what it says last, or with the process.
        for line in process.stdout:
            said += line
            found = found or re.match(r" *Password *(\S+)", line)
            if "Ctrl-C stops it" in line:
                break
        assert found, said
        yield Demo(f"http://{bind}", email, found[1])
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
