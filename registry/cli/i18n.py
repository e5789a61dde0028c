"""`registry i18n`: how far each language is, and templates for translators; `registry voices`: questions read aloud."""

from collections import Counter
from pathlib import Path
from subprocess import SubprocessError

import click

from registry import cli
from registry.i18n.languages import catalogue_folders
from registry.i18n.progress import Progress, languages_begun, progress, template
from registry.i18n.voices import VOICES, clear_old, missing_engines, voices, write
from registry.vocabulary.register import Language


@click.group()
def i18n() -> None:
    """Texts of the pages: what is missing or not reviewed yet, and templates for translators. No database is needed."""


@i18n.command()
@click.option("--language", "only", multiple=True, type=click.Choice(languages_begun()), help="Only this one.")
@click.option("--pages", "by_page", is_flag=True, help="A line for each page or family of words instead of each room.")
@click.option("--keys", "with_keys", is_flag=True, help="Name each missing text.")
@click.option("--check", is_flag=True, help="Exit code 1 if a text is missing that an offered language must have.")
def status(only: tuple[str, ...], *, by_page: bool, with_keys: bool, check: bool) -> None:
    """Count the texts of each language: all, missing, and not yet reviewed."""
    lacks = False
    for language in only or languages_begun():
        found = list(progress(language))
        lacks = lacks or (language in set(Language) and any(one.required for one in found))
        _print(language, found, by_page=by_page, with_keys=with_keys)
    if check and lacks:
        raise click.exceptions.Exit(1)


def _print(language: str, found: list[Progress], *, by_page: bool, with_keys: bool) -> None:
    offered = "offered" if language in set(Language) else "not offered: only begun"
    click.echo(f"{language} ({offered})")
    groups: dict[str, list[Progress]] = {}
    for one in found:
        groups.setdefault(f"{one.room}: {one.part}" if by_page else one.room, []).append(one)
    for name, parts in groups.items():
        _line(name, parts)
        if with_keys:
            for key in (key for part in parts for key in part.missing):
                click.echo(f"      {key}")
    _line("all", found)


def _line(name: str, parts: list[Progress]) -> None:
    texts, missing, required, unreviewed = (
        sum(len(part) for part in column)
        for column in zip(*((one.texts, one.missing, one.required, one.unreviewed) for one in parts), strict=True)
    )
    must = f" ({required} of them required)" if required else ""
    click.echo(f"  {name}: {texts} texts, {missing} missing{must}, {unreviewed} not reviewed")


@i18n.command("template")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--room", "only", multiple=True, type=click.Choice(list(catalogue_folders())), help="Only this room's.")
def template_command(folder: Path, only: tuple[str, ...]) -> None:
    """Write a .pot file for each room into FOLDER, with the English words as comments, for Weblate or a PO editor."""
    folder.mkdir(parents=True, exist_ok=True)
    for room in only or catalogue_folders():
        path = folder / f"{room}.pot"
        path.write_bytes(template(room))
        click.echo(path)


NOT_MADE = 2


@click.group(name="voices")
def voices_command() -> None:
    """Questions read aloud: optional recordings in REGISTRY_HOME/voices. No database is needed."""


@voices_command.command(name="status")
def voices_status() -> None:
    """Count the recordings of each language, and say what is missing to make them."""
    of, there = Counter[str](), Counter[str]()
    for one in voices(cli.settings(needs_database=False).home):
        of[one.language] += 1
        there[one.language] += one.path.is_file()
    for language in VOICES:
        click.echo(f"{language:8} {there[language]:3} of {of[language]} questions are read aloud")
    _say_missing()


@voices_command.command(name="write")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice([one.value for one in VOICES]),
    help="Only these; may be repeated.",
)
def write_voices(languages: tuple[str, ...]) -> None:
    """Make the recordings that are not there, and remove those of words that changed. Done again it makes nothing twice."""
    home = cli.settings(needs_database=False).home
    wanted = [one for one in voices(home) if one.language in (languages or VOICES) and not one.path.is_file()]
    # Where nothing is to be made, nothing is missed.
    if wanted and _say_missing():
        raise SystemExit(NOT_MADE)
    made = size = 0
    for one in wanted:
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
