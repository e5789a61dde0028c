"""`registry complaints`: forms of paper, each with a number of its own to keep."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.cli.sealing_keys import opened
from registry.complaints.case.complaint_codes import derive, new_code
from registry.complaints.intake.preprinted_codes import MAX_AT_ONCE, Minted, premint
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.core.errors import SettingsError
from registry.log.models import LogState
from registry.pages.intake.forms import html_of_forms
from registry.proofs.papers.rendering import Draft, missing_packages, pdf_of
from registry.vocabulary.register import Language


@click.group(epilog="\b\nExamples:\n  registry complaints forms --count 20 --language zh-Hans --out forms.pdf")
def complaints() -> None:
    """What people who file need on paper. Complaints themselves are worked on by `registry cases`."""


@complaints.command()
@click.option("--count", type=click.IntRange(1, MAX_AT_ONCE), default=1, show_default=True, help="How many forms.")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=Language.ZH_HANS.value,
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
def forms(count: int, language: str, out: Path) -> None:
    """Print forms, each with a slip that is cut off and taken home: its number opens the answer.

    The file holds the numbers: print it, then delete it. A number that nobody used opens nothing after a year.
    """
    if out.exists():
        raise SettingsError(f"{out} is there already: forms are never printed over others, so name another file")
    if missing := missing_packages():
        raise SettingsError(f"a PDF needs {', '.join(missing)}: install them with apt-get")
    # The file first: where it cannot be written, no number is made that no one would ever hold.
    with _whole(out) as file, opened() as (settings, sessions, keyring):
        sealer, made = Sealer(keyring), []
        for _ in range(count):
            made.append(_minted(sessions, sealer, Language(language)))
        with sessions() as session:
            is_demo = bool(session.execute(select(LogState.is_demo)).scalar_one_or_none())
        html = html_of_forms(Language(language), made, settings.public_url, is_demo=is_demo)
        file.write(pdf_of(Draft(html)))
    click.echo(f"{count} forms in {out}. It holds the numbers: print it, then delete it.")


def _minted(sessions: sessionmaker[Session], sealer: Sealer, language: Language) -> Minted:
    """Committed before it is printed: a slip must never promise what is not there."""
    code = new_code()
    root = derive(sealer.keyring, code)
    with sessions.begin() as session:
        return premint(session, sealer, code, root, language, day_at(now(), None))


@contextmanager
def _whole(out: Path) -> Iterator[BinaryIO]:
    """A file that stands under its name whole or not at all, readable by its owner alone. Raises SettingsError."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written ({error.strerror}): name a file in a folder that is there"
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.link(draft, out)
    finally:
        draft.unlink()
