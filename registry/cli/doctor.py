"""`registry doctor`: what is well with this installation, what is not, what production lacks, and what to do about each."""

import json
import shutil
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry import cli
from registry.complaints.attachments.sanitise_attachment import ScannerAway, found_in
from registry.core.confinement import why_unconfined
from registry.core.db import revisions
from registry.core.db.engine import open_engine, reading_sessions_for
from registry.core.db.errors import classify_db_error
from registry.core.errors import RegistryError
from registry.core.keyring import Keyring, KeyState, Use
from registry.core.settings import Demand, Settings
from registry.http.health import has_quorum, log_and_workers, standby_state, unmet
from registry.log.models import LogState
from registry.log.queries import logged_keys


class State(StrEnum):
    WELL = "well"
    UNWELL = "unwell"
    LACKS = "production lacks"


class Finding(NamedTuple):
    """What was looked at, how it stands, and what to do where it is not well."""

    subject: str
    state: State
    told: str
    cure: str | None = None


MIN_FREE = 1 << 30
"""Bytes that the data folder's disk should have left."""
MAX_SILENCE = 120
"""Seconds without a beat after which no worker is at work."""
SCANNER_SECONDS = 5.0


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Answer as JSON: `status`, and `findings` with subject, state, told, cure."
)
@click.option("--production", is_flag=True, help="Exit code 1 where production lacks something, too.")
def doctor(as_json: bool, production: bool) -> None:
    """Look at settings, database, keys, worker, clock, disk and scanner, and say what is not well and what to do.

    It changes nothing, and may be run at any time, beside a server too.
    """
    settings = cli.settings(needs_database=False)
    findings = [*findings_of(settings)]
    ailing = {State.UNWELL, State.LACKS} if production else {State.UNWELL}
    is_well = not any(one.state in ailing for one in findings)
    if as_json:
        status = State.WELL if is_well else State.UNWELL
        click.echo(json.dumps({"status": status, "findings": [one._asdict() for one in findings]}, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{one.state:<16}  {one.subject:<10}  {one.told}" + (f"\n{'':30}{one.cure}" if one.cure else ""))
    raise SystemExit(0 if is_well else 1)


def findings_of(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings", State.WELL, f"data folder {settings.home}, address {settings.public_url}")
    yield from _database(settings)
    free = shutil.disk_usage(settings.home).free
    yield _judged(
        "disk",
        f"{free / 1e9:.1f} GB are free below {settings.home}" if free >= MIN_FREE else None,
        f"only {free / 1e6:.0f} MB are free below {settings.home}",
        "make room: what cannot be written is refused, and nothing is signed",
    )
    unconfined = why_unconfined()
    yield _judged(
        "confinement",
        None if unconfined else "files of others are read in a process that can do nothing else",
        f"this machine refuses it: {unconfined}",
        "no attachment, workbook, PDF or picture is read until it can (docs/operators/attachments.md)",
    )
    yield _scanner(settings)
    yield from _production(settings)


def _judged(subject: str, well: str | None, trouble: str, cure: str) -> Finding:
    return Finding(subject, State.WELL, well) if well else Finding(subject, State.UNWELL, trouble, cure)


def _database(settings: Settings) -> Iterator[Finding]:
    """The database, and what is known of keys, log, worker and clock by it."""
    try:
        settings.require_database_file()
        with open_engine(settings.database_url) as engine:
            revisions.require_current(engine)
            with reading_sessions_for(engine)() as session:
                yield Finding("database", State.WELL, f"{engine.dialect.name}, at revision {revisions.head()}")
                yield from _seen(settings, session)
    except RegistryError as error:
        yield Finding("database", State.UNWELL, error.text, "see docs/operators/operations.md")
    except SQLAlchemyError as error:
        trouble = classify_db_error(error)
        if trouble is None:
            raise
        yield Finding("database", State.UNWELL, trouble.text, "see REGISTRY_DATABASE_URL, and whether its server runs")


def _seen(settings: Settings, session: Session) -> Iterator[Finding]:
    keyring = Keyring(settings.keys)
    logged = [key for key in logged_keys(session).values() if key.state is KeyState.ACTIVE and key.use is not Use.ROOT]
    here = {key.kid for key in keyring.keys(use=None) if keyring.holds_secret(key)}
    missing = sorted({key.use.value for key in logged} - {key.use.value for key in logged if key.kid in here})
    yield _judged(
        "keys",
        None if missing else f"{len(here)} in {keyring.folder}",
        f"the log knows keys for {', '.join(missing)}, and their secrets are not in {keyring.folder}",
        "put the folder back from a backup, or `registry keys rotate USE --root FILE`",
    )
    found = log_and_workers(session)
    yield _judged(
        "log",
        None if found.not_signed else f"{found.entries} entries, {found.signed} signed, {found.shown} shown",
        f"nothing is signed: {found.not_signed}",
        "see docs/operators/log.md",
    )
    beat = found.seconds_since_beat
    yield _judged(
        "worker",
        f"at work {beat:.0f} s ago" if beat is not None and beat <= MAX_SILENCE else None,
        "none has ever been at work" if beat is None else f"none is at work for {beat:.0f} s",
        "start `registry worker`, or `registry serve --with-worker`",
    )
    failing = [f"{task} failed {times} times in a row" for task, times in found.tasks.failing.items()]
    troubles = [*failing, *(f"{task} is late" for task in found.tasks.late if beat is not None)]
    yield _judged(
        "tasks", None if troubles else "none failed, none is late", "; ".join(troubles), "the worker's log says why"
    )
    yield _judged(
        "clock",
        None if found.clock.trouble else f"right: {found.clock.offset:+.3f} s",
        found.clock.trouble or "",
        "`registry clock show` says more",
    )
    yield _judged(
        "purging",
        None if found.purge_trouble else f"{found.purges_waiting} cases wait for the next round",
        found.purge_trouble or "",
        "see `registry cases purge --help`",
    )
    if session.scalar(select(LogState.is_demo)):
        yield Finding("data", State.LACKS, "the data are invented", "begin with an empty database and data folder")
    for demand, trouble in unmet(settings, standby_state(session), has_quorum(session)).items():
        if demand in settings.demands:
            yield Finding("demands", State.UNWELL, f"REGISTRY_REQUIRES demands a {demand}", trouble)


def _scanner(settings: Settings) -> Finding:
    if settings.scanner is None:
        return Finding("scanner", State.LACKS, "attachments are shown to no virus scanner", "set REGISTRY_CLAMD")
    try:
        found_in(b"registry doctor", settings.scanner, SCANNER_SECONDS)
    except ScannerAway as away:
        return Finding("scanner", State.UNWELL, f"{settings.scanner}: {away}", "attachments wait until clamd answers")
    return Finding("scanner", State.WELL, f"{settings.scanner} answers")


def _production(settings: Settings) -> Iterator[Finding]:
    """What a registry for real people needs beyond what this one is set to."""
    demanded = ",".join(sorted(Demand))
    for subject, is_there, told, cure in (
        ("address", settings.is_https, f"{settings.public_url} is not HTTPS", "set REGISTRY_URL"),
        (
            "server",
            settings.database_url.startswith("postgresql"),
            "SQLite serves one machine",
            "set REGISTRY_DATABASE_URL to a PostgreSQL",
        ),
        ("mail", settings.smtp_url is not None, "mails are written to files", "set REGISTRY_SMTP_URL"),
        (
            "security",
            settings.security_contact is not None,
            "no address for reports of weaknesses",
            "set REGISTRY_SECURITY_CONTACT",
        ),
        ("demands", settings.demands == set(Demand), "it may run without standby, quorum or guard",
         f"set REGISTRY_REQUIRES={demanded} once they are there (docs/operators/machines.md)"),
        ("webhooks", not settings.has_unsafe_webhooks, "they may lead into this network", "unset REGISTRY_UNSAFE_WEBHOOKS"),
    ):  # fmt: skip
        if not is_there:
            yield Finding(subject, State.LACKS, told, cure)
