"""Which code this process runs, as a digest of its files: two processes that write alike have the same."""

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

ENDINGS = frozenset({".py", ".po", ".toml", ".json"})

_WORDED_BY = ("babel", "msgspec")
"""Libraries whose words and forms stand in answers."""


def _digest() -> str:
    """Of the code, catalogues and law that this release ships, and of what words them."""
    whole = hashlib.blake2b(sys.version.encode(), digest_size=16)
    for name in _WORDED_BY:
        whole.update(f"{name} {version(name)}\n".encode())
    root = Path(__file__).resolve().parents[2]
    for package in ("registry", "schemas"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in ENDINGS:
                body = path.read_bytes()
                whole.update(f"{path.relative_to(root)} {len(body)}\n".encode())
                whole.update(body)
    return whole.hexdigest()


RELEASE = _digest()
"""Taken when the process starts: files that are exchanged later are another release."""
