"""`registry voices`: recordings by a machine voice, in which the questions of a complaint are read aloud."""

from collections import Counter
from subprocess import SubprocessError

import click

from registry import cli
from registry.i18n.voices import VOICES, clear_old, missing_engines, voices, write

EXAMPLES = """\b
Examples:
  registry voices status
  registry voices write
"""
NOT_MADE = 2


@click.group(name="voices", epilog=EXAMPLES)
def voices_command() -> None:
    """Questions read aloud: optional recordings in REGISTRY_HOME/voices. No database is needed."""


@voices_command.command()
def status() -> None:
    """Count the recordings of each language, and say what is missing to make them."""
    of, there = Counter(VOICES), Counter[str]()
    of.clear()
    for one in voices(cli.settings(needs_database=False).home):
        of[one.language] += 1
        there[one.language] += one.path.is_file()
    for language in VOICES:
        click.echo(f"{language:8} {there[language]:3} of {of[language]} questions are read aloud")
    _say_missing()


@voices_command.command(name="write")
def write_voices() -> None:
    """Make the recordings that are not there, and remove those of words that changed. Done again it makes nothing twice."""
    if _say_missing():
        raise SystemExit(NOT_MADE)
    home = cli.settings(needs_database=False).home
    made = size = 0
    for one in voices(home):
        if one.path.is_file():
            continue
        try:
            size += write(one)
        except (SubprocessError, OSError) as trouble:
            click.echo(f"registry: {one.language} {one.question.code} was not recorded: {trouble}", err=True)
            raise SystemExit(NOT_MADE) from None
        made += 1
    click.echo(f"{made} recordings made, {size / 1024:.0f} kB; {clear_old(home)} old ones removed")


def _say_missing() -> list[str]:
    missing = missing_engines()
    if missing:
        click.echo(
            f"Not installed: {', '.join(missing)}. Questions without a recording have no sound; on Debian: "
            f"apt-get install {' '.join(missing)}",
            err=True,
        )
    return missing
