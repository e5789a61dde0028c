"""Writes docs/operators/settings.md from the table of settings (registry/core/settings.toml).

`python -m tools.settings_page` writes the page, `--check` says whether it is up to date.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from registry.core.setting_texts import NEEDS, SETTINGS, Setting

PAGE = Path(__file__).resolve().parents[1] / "docs/operators/settings.md"

_HEAD = """# Settings

This page lists what an operator can set, by need. Each setting is a variable of the environment; an empty one counts as unset.
A wrong value stops the start with a line that says what to do, and so does a name that is nearly one of these. Providers by
which officers sign in stand in `REGISTRY_HOME/providers.toml` ([the console](../officers/console.md)). What to do with the
settings is said in [operations](operations.md).
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([_HEAD, *_parts()])


def _parts() -> Iterator[str]:
    for need, words in NEEDS.items():
        yield f"## {words['heading']}\n\n{words['sentence']}\n\n| variable | default | meaning |\n| --- | --- | --- |"
        yield from (_row(setting) for setting in SETTINGS if setting.need == need)
        yield ""


def _row(setting: Setting) -> str:
    return f"| `{setting.name}` | {setting.shown or f'`{setting.default}`'} | {setting.meaning} |"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.name} is not what the table of settings says: run python -m tools.settings_page", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
