"""What is installed: the code that this process runs, as a digest, and optional packages, the extras of pyproject.toml."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from registry.core.errors import SettingsError

ENDINGS = frozenset({".py", ".po", ".toml", ".json"})

_WORDED_BY = ("babel", "msgspec")
"""Libraries whose words and forms stand in answers."""


@cache
def release() -> str:
    """A digest of the code, catalogues and law that this release ships, and of what words them: two processes that write alike
    have the same. Taken once, when a process that answers starts: files that are exchanged later are another release."""
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


PACKAGES = {"mcp": "mcp", "parquet": "duckdb", "pkcs11": "pkcs11", "seal": "pyhanko", "traces": "opentelemetry.sdk"}
"""The package that each extra brings."""


def has_extra(extra: str) -> bool:
    """Whether the package of the extra is installed."""
    try:
        return find_spec(PACKAGES[extra]) is not None
    except ModuleNotFoundError:
        # Of a package within one that is not there.
        return False


def how_to_install(extra: str) -> str:
    """The commands that install it. No name of an index stands in them: the registry is on none."""
    return (
        f"run `uv sync --frozen --inexact --no-default-groups --extra {extra}` in the checkout (uv is in .venv/bin where it is "
        f"nowhere else), or `pip install 'FILE.whl[{extra}]'` with the registry's wheel"
    )


def require_extra(extra: str) -> None:
    """Raise SettingsError, which says how it is installed, unless the extra is here."""
    if not has_extra(extra):
        raise SettingsError(f"the extra `{extra}` is not installed: {how_to_install(extra)}")
