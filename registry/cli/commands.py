"""The tables of commands: under which heading each stands in `registry --help`, where it is, its short help, its examples."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Listed(NamedTuple):
    """A command that is not loaded yet: `module:function` below registry/cli, and the first sentence of its help."""

    place: str
    help: str


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("registry.cli") / name).read_text(encoding="utf-8"))


GROUPS: dict[str, dict[str, Listed]] = {
    heading: {name: Listed(*facts) for name, facts in commands.items()}
    for heading, commands in _read("commands.toml").items()
}

COMMANDS: dict[str, Listed] = {name: listed for group in GROUPS.values() for name, listed in group.items()}


@cache
def epilogs() -> dict[str, str]:
    """What stands below the help of each command, by its name: examples, and what else is to be known."""
    table = _read("examples.toml")
    found = {}
    for name, examples in table["examples"].items():
        note = table["notes"].get(name)
        lines = ["\b", "Examples:", *(f"  {example}" for example in examples)]
        found[name] = "\n".join(lines if note is None else [*lines, "", note])
    return found
