"""The table of commands (commands.toml): under which heading each stands in `registry --help`, where it is, its short help."""

import tomllib
from importlib.resources import files
from typing import NamedTuple


class Listed(NamedTuple):
    """A command that is not loaded yet: `module:function` below registry/cli, and the first sentence of its help."""

    place: str
    help: str


_TABLE = tomllib.loads((files("registry.cli") / "commands.toml").read_text(encoding="utf-8"))

GROUPS: dict[str, dict[str, Listed]] = {
    heading: {name: Listed(*facts) for name, facts in commands.items()} for heading, commands in _TABLE.items()
}

COMMANDS: dict[str, Listed] = {name: listed for group in GROUPS.values() for name, listed in group.items()}
