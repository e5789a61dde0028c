"""`registry complaints`: what people who file need on paper; `registry triage`: its rules; `registry cases`: stored complaints.

An operator destroys what is kept long enough and compares files with the database, without reading any complaint.
`registry statistics` closes the quarters of the open statistics, and lists them.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.cli.opening import ANY_FILE, NOT_WELL, PAGE_LANGUAGE, open_registry, open_sessions
from registry.complaints.attachments import actions, file_store
from registry.complaints.case import answer_rules, complaint_codes, questions
from registry.complaints.intake.paper_forms import MAX_AT_ONCE, Minted, premint
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage.rules import RULES, Triaged, TriageFacts, triage, version_of
from registry.core.clock import day_at, now
from registry.core.db.engine import reading_session
from registry.core.errors import ImportRefused, SettingsError
from registry.i18n.wording import indicator_text, word
from registry.log.clock_check import require_right_clock
from registry.log.models import LogState
from registry.oversight.open_statistics import close, close_due, releases
from registry.oversight.rules import Quarter, read_quarter
from registry.pages.intake.forms import html_of_forms
from registry.proofs.papers.rendering import Draft, missing_packages, pdf_of
from registry.vocabulary.register import Language


@click.group()
def complaints() -> None:
    """What people who file need on paper. Complaints themselves are worked on by `registry cases`."""


@complaints.command()
@click.option("--count", type=click.IntRange(1, MAX_AT_ONCE), default=1, show_default=True, help="How many forms.")
@click.option("--language", type=PAGE_LANGUAGE, default=Language.ZH_HANS.value, show_default=True)
@click.option("--out", type=ANY_FILE, required=True, help="The PDF to write.")
def forms(count: int, language: str, out: Path) -> None:
    """Print forms, each with a slip that is cut off and taken home: its number opens the answer.

    The file holds the numbers: print it, then delete it. An unused number expires after a year.
    """
    if out.exists():
        raise SettingsError(f"{out} is there already: forms are never printed over others, so name another file")
    if missing := missing_packages():
        raise SettingsError(f"a PDF needs {', '.join(missing)}: install them with apt-get")
    # The file first: where it cannot be written, no number is made that would never be handed out.
    with _atomic_file(out) as file, open_registry() as (settings, sessions, keyring):
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
    code = complaint_codes.new_code()
    root = complaint_codes.derive(sealer.keyring, code)
    with sessions.begin() as session:
        return premint(session, sealer, code, root, language, day_at(now(), None))


@contextmanager
def _atomic_file(out: Path) -> Iterator[BinaryIO]:
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


@click.command()
@click.argument("answers", type=click.File("rb"), required=False)
@click.option("--language", type=PAGE_LANGUAGE, default="en")
@click.option(
    "--independent", type=click.IntRange(1), default=1, help="Complaints about the agency in 90 days, with this."
)
@click.option("--json", "as_json", is_flag=True, help="Codes instead of words.")
def triage_command(answers: IO[bytes] | None, language: str, independent: int, as_json: bool) -> None:
    """Show the rules of triage, or what priority answers would have and why."""
    if answers is None:
        _print_rules(Language(language))
        return
    found = triage(_read(answers), TriageFacts(independent_complaints=independent))
    if as_json:
        click.echo(json.dumps(found._asdict(), ensure_ascii=False))
    else:
        _print_result(found, Language(language))


def _read(file: IO[bytes]) -> dict[str, Any]:
    try:
        raw = json.loads(file.read())
    except (ValueError, RecursionError):
        raise ImportRefused(f"{Path(file.name).name} holds no JSON; give an object of answers by question") from None
    if not isinstance(raw, dict):
        raise ImportRefused(f"{Path(file.name).name} must hold a JSON object of answers by question")
    return answer_rules.read_answers(raw)


def _print_rules(language: Language) -> None:
    facts = TriageFacts()
    click.echo(f"Triage {version_of(facts.thresholds)}, questionnaire {questions.QUESTIONNAIRE.version}")
    for rule in RULES:
        click.echo(f"{rule.priority}  {rule.reason:26} {word(language, 'triage.reason', rule.reason)}")


def _print_result(found: Triaged, language: Language) -> None:
    click.echo(f"{found.priority}  {word(language, 'triage.priority', found.priority)}")
    for reason in found.reasons:
        click.echo(f"    {reason:26} {word(language, 'triage.reason', reason)}")
    for heading, indicators in (("indicators", found.indicators), ("suggested by the story", found.suggested)):
        if indicators:
            click.echo(f"    {heading}: {', '.join(indicator_text(language, one) for one in indicators)}")


@click.group()
def cases() -> None:
    """Stored complaints: destroy what is kept long enough, and compare their files with the database.

    Officers read and decide them in the console.
    """


@cases.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be destroyed, and destroy nothing.")
def purge(is_dry: bool) -> None:
    """Destroy what is kept long enough: keys first, then words and files.

    `registry worker` does it by itself, of one more day each hour, unless it was away for more than a week.
    """
    with open_registry() as (settings, sessions, keyring):
        if is_dry:
            with sessions() as session:
                today = day_at(now(), None)
                doomed, on_hold = purging.doomed(session, today), purging.cases_on_hold(session, today)
            for one in doomed:
                click.echo(f"{one.reference}  {one.state:<12}  {one.unit or '-':<20}  since {one.purge_on}")
            for reference in on_hold:
                click.echo(f"{reference}  kept by a legal hold")
            click.echo(f"{len(doomed)} would be destroyed.")
            return
        with sessions() as session:
            require_right_clock(session)
        done = purging.purge(sessions, Sealer(keyring), now(), actions.files_remover(file_store.store_of(settings)))
    click.echo(f"Keys of {done.closed} destroyed, {done.emptied} emptied, {done.removed} removed altogether.")


@cases.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def reconcile(dry_run: bool) -> None:
    """Remove files that no case speaks of, older than a day, and have clean copies that are missing made again.

    Exit code 2 when the original of an attachment is missing: put the store back from a backup.
    """
    with open_registry() as (settings, sessions, _):
        store = file_store.store_of(settings)
        with reading_session(sessions) as session:
            found = file_store.compare(session, store, now().date())
        if not dry_run:
            actions.discard(store, found.orphans)
            if found.without_copy:
                with sessions.begin() as session:
                    file_store.copy_again(session, found.without_copy)
    would = "would be " if dry_run else ""
    click.echo(f"files without a case: {len(found.orphans)} {would}removed, {found.young} too young to tell")
    click.echo(f"clean copies missing: {len(found.without_copy)} {would}made again")
    if found.without_original:
        click.echo(f"registry: the originals of {', '.join(found.without_original)} are not in the store", err=True)
        raise SystemExit(NOT_WELL)


class _Quarter(click.ParamType[Quarter]):
    name = "quarter"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Quarter:
        found = read_quarter(str(value))
        if found is None:
            self.fail(f"{value} is no quarter; write it as 2026-Q3", param, ctx)
        return found


@click.group()
def statistics() -> None:
    """Open numbers about complaints, by closed quarters."""


@statistics.command(name="close")
@click.argument("quarter", type=_Quarter(), required=False)
def close_command(quarter: Quarter | None) -> None:
    """Close QUARTER, or every quarter that is due. Doing it again changes nothing."""
    today = day_at(now(), None)
    with open_sessions() as sessions:
        if quarter is None:
            closed = close_due(sessions, today)
            click.echo(f"Closed: {', '.join(closed)}." if closed else "Nothing is due.")
            return
        with sessions.begin() as session:
            snapshot = close(session, quarter, today)
            click.echo(f"{snapshot.quarter} was closed on {snapshot.closed_on}.")


@statistics.command(name="list")
def list_command() -> None:
    """List what is closed, with its counts."""
    with open_sessions() as sessions, sessions() as session:
        found = releases(session)
    if not found:
        click.echo("No quarter is closed yet.")
    for release in found:
        click.echo(f"{release.quarter}  closed on {release.closed_on}")
        for table in release.tables:
            cells = ", ".join(f"{value} {count}" for value, count in table.cells.items())
            click.echo(f"  {table.dimension:10} {cells or 'fewer than five everywhere'}")
