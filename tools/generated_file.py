"""A file that a tool writes and the repository holds: written anew, or compared with what would be written."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write_or_check(arguments: Sequence[str], path: Path, make: Callable[[], str], tool: str, usage: str | None) -> int:
    """What a tool does that takes `write` or `check`; gives the exit code, 1 where the file is not what `make` makes."""
    if list(arguments) not in (["write"], ["check"]):
        sys.exit(usage)
    text = make()
    if list(arguments) == ["write"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        print(f"{path.relative_to(ROOT)} is not up to date: run `python -m {tool} write`.", file=sys.stderr)
        return 1
    return 0
