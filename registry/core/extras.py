"""Optional packages, the extras of pyproject.toml: whether one is here, and how it is installed."""

from importlib.util import find_spec

from registry.core.errors import SettingsError

PACKAGES = {"mcp": "mcp", "parquet": "pyarrow", "pkcs11": "pkcs11", "seal": "pyhanko"}
"""The package that each extra brings."""


def has_extra(extra: str) -> bool:
    """Whether the package of the extra is installed."""
    return find_spec(PACKAGES[extra]) is not None


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
