"""Who may hold a `Sealer`, which opens what complainants wrote: a list that a re-export does not evade.

The list is a contract of import-linter (pyproject.toml), which sees imports of the module alone. Here every module of ours
is loaded and looked into: the class under whatever name, from wherever it was imported, and functions that give one.
"""

import ast
import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import registry
from registry.complaints.sealing import sealer
from registry.complaints.sealing.sealer import Sealer
from registry.pages.public import answers
from registry.verification.verdicts import verdict

ROOT = Path(registry.__file__).parent
CONTRACT = "Who may hold a Sealer"

GIVEN_ONE = (
    "registry.api.complaints",
    "registry.api.officers",
    "registry.api.write_headers",
    "registry.pages.officers",
    "registry.pages.intake",
    "registry.pages.organisations.guard",
)
"""Edges that ask `registry.http.complaint_services.sealer` for one and hand it on, with all that is in them. Organisations'
guard seals what was answered to a form, as `write_headers` does what was answered to a key."""

SHARED = ("registry.http.complaint_services", "registry.officer_acts")
"""What both edges of officers share, which asks for one too."""


def allowed() -> set[str]:
    config = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [one for one in config["tool"]["importlinter"]["contracts"] if one["name"] == CONTRACT]
    assert contract["protected_modules"] == [sealer.__name__.rpartition(".")[0]]
    return set(contract["allowed_importers"])


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(registry.__path__, "registry."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def holds(module: ModuleType) -> bool:
    """Whether the class is in the namespace, or is imported within a function."""
    if any(value is Sealer for value in vars(module).values()):
        return True
    tree = ast.parse(Path(str(module.__file__)).read_bytes())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(name.name == "Sealer" for node in imports for name in node.names)


def gives(module: ModuleType) -> bool:
    """Whether a function in the namespace gives a Sealer."""
    found = [value for value in vars(module).values() if isinstance(value, FunctionType)]
    return any(value.__annotations__.get("return") in (Sealer, "Sealer") for value in found)


def is_in(name: str, packages: Iterator[str] | tuple[str, ...] | set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in packages)


def test_only_the_modules_of_the_list_hold_the_class() -> None:
    may = allowed()
    assert {module.__name__ for module in modules() if holds(module) and not is_in(module.__name__, may)} == set()


def test_every_module_of_the_list_imports_from_where_it_is() -> None:
    unused = {name for name in allowed() if not _imports_sealing(name)}
    assert unused == set(), "take these from the list, or let them import from where the class is"


def test_only_edges_and_what_they_share_are_given_one() -> None:
    may = (*GIVEN_ONE, *SHARED, "registry.complaints")
    assert {module.__name__ for module in modules() if gives(module) and not is_in(module.__name__, may)} == set()


@pytest.mark.parametrize("module", [answers, verdict], ids=lambda one: one.__name__)
def test_a_re_export_under_another_name_is_found(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not holds(module)
    assert not gives(module)
    monkeypatch.setattr(module, "Harmless", Sealer, raising=False)
    assert holds(module)

    def harmless() -> Sealer:
        raise NotImplementedError

    monkeypatch.setattr(module, "harmless", harmless, raising=False)
    assert gives(module)


def _imports_sealing(name: str) -> bool:
    module = importlib.import_module(name)
    if hasattr(module, "__path__"):
        return True
    tree = ast.parse(Path(str(module.__file__)).read_bytes())
    package = sealer.__name__.rpartition(".")[0]
    imports = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(module.startswith(package) for module in imports)
