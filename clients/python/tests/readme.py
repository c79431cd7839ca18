"""The examples of the README as a module, for the type checker and for a demo: `python tests/readme.py FILE` writes it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def story() -> str:
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), flags=re.M | re.S)
    code = "\n".join(blocks).replace('"https://api.news.example"', "ADDRESS").replace('"editor@news.example"', "EMAIL").replace('"…"', "PASSWORD")
    return f"import os\n\nADDRESS, EMAIL, PASSWORD = (os.environ[f'DATELINE_{{name}}'] for name in ('SERVER', 'EMAIL', 'PASSWORD'))\n\n{code}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(story())
