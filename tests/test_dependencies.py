"""What is declared is used: a dependency that nothing imports is one more to trust and to update."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
UNNAMED = {
    "psycopg": "the driver that SQLAlchemy loads by the address of the database",
    "tzdata": "time zones, which zoneinfo reads where the system has none",
}
"""Dependencies that our code does not name, and what they are there for."""


def names(requirements: list[str]) -> list[str]:
    """The names of requirements, without extras and versions."""
    return [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements]


DEPENDENCIES = names(PYPROJECT["project"]["dependencies"])


def test_dependencies_are_sorted() -> None:
    assert sorted(DEPENDENCIES) == DEPENDENCIES
    for group in PYPROJECT["dependency-groups"].values():
        assert sorted(names(group)) == names(group)


@cache
def owners_of_packages() -> Mapping[str, Sequence[str]]:
    """The distributions that install each package: asked once, for it reads what all of them list."""
    return packages_distributions()


@cache
def names_in_shipped_sources() -> frozenset[str]:
    """The packages that are imported, and what stands alone between quotes: some are loaded by their name."""
    files = [ROOT / "wsgi.py"]
    for part in ("registry", "schemas", "migrations"):
        files += (ROOT / part).rglob("*.py")
    named = re.compile(r"""^\s*(?:from|import) (\w+)|"(\w+)",""", re.MULTILINE)
    return frozenset(
        name for path in files for found in named.findall(path.read_text(encoding="utf-8")) for name in found
    )


@pytest.mark.parametrize("name", [name for name in DEPENDENCIES if name not in UNNAMED])
def test_a_dependency_is_used_by_what_is_shipped(name: str) -> None:
    packages = {
        package
        for package, owners in owners_of_packages().items()
        if any(re.sub(r"[-_.]+", "-", owner).lower() == name for owner in owners)
    }
    assert packages, f"{name} is not installed"
    assert packages & names_in_shipped_sources()
