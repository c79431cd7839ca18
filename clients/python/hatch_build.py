"""Makes what is made of the contract before a package is built; a package of the source has it already."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Generated(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if (Path(self.root) / "../../openapi/v1.json").exists():
            subprocess.run([sys.executable, "generate.py"], cwd=self.root, check=True)
