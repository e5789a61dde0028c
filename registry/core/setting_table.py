"""The table of settings, read of settings.toml."""

import tomllib
from importlib.resources import files
from typing import NamedTuple


class Setting(NamedTuple):
    """One variable of the environment; `need` says for what an operator sets it.

    `default` is the text that an unset variable counts as; `shown` words it if it is none.
    """

    name: str
    need: str
    meaning: str
    default: str = ""
    shown: str = ""


_TABLE = tomllib.loads((files("registry.core") / "settings.toml").read_text(encoding="utf-8"))

NEEDS: dict[str, dict[str, str]] = _TABLE["need"]
"""The heading and the first sentence of the page's part about each need."""

SETTINGS = tuple(Setting(**row) for row in _TABLE["setting"])
NAMES = tuple(setting.name for setting in SETTINGS)
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
