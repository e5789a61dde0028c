"""The documentation's examples: requests in examples.toml of a package, and beside them the recorded answers, examples.json.

The tests ask each of them, and hold the answers to what comes back.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import msgspec


@dataclass(frozen=True, slots=True)
class Example:
    """One request. `template` is its path as documented, `answer` the body recorded for it in the `package`.

    In a story, `who` asks, having read `version`; `keeps` says which field of the answer is which stand-in.
    """

    package: str
    operation: str
    name: str
    summary: str
    template: str
    method: str = "GET"
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    status: int = 200
    who: str = ""
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None

    def address(self) -> str:
        address = self.template.format_map(self.path)
        return f"{address}?{urlencode(self.query)}" if self.query else address

    def request_line(self) -> str:
        return f"{self.method} {self.address()}"

    @property
    def answer(self) -> Any:
        return recorded(self.package)[self.operation][self.name]


PUBLIC = "registry.api"
ORGANISATIONS = "registry.api.organisations"
COMPLAINTS = "registry.api.complaints"
OFFICERS = "registry.api.officers"


@cache
def stories(package: str) -> dict[str, tuple[Example, ...]]:
    """The examples of a package by story, each in its order."""
    told = tomllib.loads((files(package) / "examples.toml").read_text(encoding="utf-8"))
    return {name: tuple(Example(package, **one) for one in examples) for name, examples in told.items()}


@cache
def examples_of(*packages: str) -> tuple[Example, ...]:
    """Every example of some packages, in their order."""
    return tuple(example for package in packages for story in stories(package).values() for example in story)


@cache
def recorded(package: str) -> dict[str, dict[str, Any]]:
    """The answers, by operation and example."""
    found: dict[str, dict[str, Any]] = msgspec.json.decode((files(package) / "examples.json").read_bytes())
    return found
