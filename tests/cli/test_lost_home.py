"""A shell that lost REGISTRY_HOME: it is told which database was looked for, and nothing is made."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from registry.cli import main
from tests.cli.running import run

MAKING = ("db upgrade", "i18n template", "openapi")
"""Commands whose purpose is to make something where they are called."""


def commands(group: click.Group = main, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with its words."""
    for name in group.list_commands(click.Context(group)):
        found = group.get_command(click.Context(group), name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, (*names, name))
        else:
            yield (*names, name), found


def argued(command: click.Command) -> Iterator[str]:
    """Something for each argument and option that the command must have, of its kind where that is easily told."""
    for parameter in command.params:
        if not parameter.required:
            continue
        kind: Any = parameter.type
        if isinstance(kind, click.Choice):
            text = str(getattr(kind.choices[0], "value", kind.choices[0]))
        elif isinstance(kind, click.Path) and kind.exists:
            text = os.devnull if kind.file_okay else os.sep
        else:
            text = "IT"
        if isinstance(parameter, click.Option):
            yield parameter.opts[0]
        yield from [text] * max(parameter.nargs, 1)


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the shell is in, of whose variables none is the registry's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("REGISTRY"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize("words", [words for words, _ in commands() if " ".join(words) not in MAKING], ids=" ".join)
def test_no_command_makes_anything(words: tuple[str, ...], lost: Path) -> None:
    command = dict(commands())[words]
    done = CliRunner().invoke(main, [*words, *argued(command)], input="y\n")
    assert not list(lost.iterdir()), done.output


@pytest.mark.parametrize(
    "words",
    [
        "officers list",
        "employers add Invented IT",
        "serve",
        "worker --once",
        "stream",
        "mcp",
        "db current",
        "demo load",
    ],
)
def test_the_line_says_which_database_was_meant_and_how_another_is_named(words: str, lost: Path) -> None:
    done = CliRunner().invoke(main, words.split())
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"registry: there is no database at {lost}/var/registry.sqlite3: REGISTRY_HOME is not set"
    )
    assert "export REGISTRY_HOME=" in done.stderr
    assert "`registry db upgrade`" in done.stderr


def test_a_home_that_is_named_wrongly_is_not_made(lost: Path) -> None:
    done = run("officers", "list", env={"REGISTRY_HOME": str(lost / "mistyped")})
    assert_refused(done, f"there is no database at {lost}/mistyped/registry.sqlite3: set REGISTRY_HOME to")
    assert not list(lost.iterdir())


def test_a_database_file_that_is_named_wrongly_is_not_made(lost: Path) -> None:
    done = run("officers", "list", env={"REGISTRY_DATABASE_URL": "sqlite:///mistyped.sqlite3"})
    assert_refused(done, f"there is no database at {lost}/mistyped.sqlite3, which REGISTRY_DATABASE_URL names")
    assert not list(lost.iterdir())


def test_beside_a_database_elsewhere_no_folder_is_made_for_keys(lost: Path) -> None:
    done = run("keys", "list", env={"REGISTRY_DATABASE_URL": "postgresql+psycopg:///registry?host=/nowhere"})
    assert_refused(done, f"there is no data folder at {lost}/var: REGISTRY_HOME is not set")
    assert not list(lost.iterdir())


def test_a_database_without_tables_is_named(lost: Path) -> None:
    (lost / "var").mkdir(mode=0o700)
    (lost / "var" / "registry.sqlite3").touch()
    done = run("officers", "list", env={})
    assert_refused(done, f"the database {lost}/var/registry.sqlite3 is at revision none and this version needs")


def assert_refused(done: Result, beginning: str) -> None:
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"registry: {beginning}"), done.stderr
