"""One import from file to answer: reads and stages without blocking others, then applies in one transaction."""

import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import instant_text, now
from registry.core.errors import EntryTooLarge, ImportRefused
from registry.core.settings import Settings
from registry.register.authorities.models import Source
from registry.register.imports.actions import ImportRequest, ListApplier, apply_staged
from registry.register.imports.mapping import dropped_columns, printed_numbers
from registry.register.imports.reading import opened
from registry.register.imports.report import SAMPLES, Finding, Group, LeftOut, NeedsApproval, Refused, Report, SampleRow
from registry.register.imports.rows import Heading, ListFile, TableSeen
from registry.register.imports.rules import RowRules
from registry.register.imports.staging import Staging
from registry.register.imports.values import Topic, folded, word_about
from registry.vocabulary.register import STATUSES, Answer

TELL_EVERY = 2_000
"""Rows between two words about progress."""


class ImportRunning(ImportRefused):
    """Another import of the same source is not over yet."""


def import_list(settings: Settings, sessions: sessionmaker[Session], request: ImportRequest) -> Report:
    """Import one file. The report says whether it was applied, and if not, why: then nothing was changed.

    Raises ImportRunning while another import of the source goes on.
    """
    began = time.monotonic()
    retrieved_at = request.retrieved_at or now()
    reference = request.mapping.source.reference
    report = Report(
        source=reference,
        file=request.path.name,
        retrieved_at=instant_text(retrieved_at),
        is_dry_run=request.is_dry_run,
    )
    with only_import_of(settings, reference):
        try:
            _import(settings, sessions, request, report, retrieved_at)
        except (ImportRefused, EntryTooLarge) as refusal:
            report.refused_because = refusal.text
            report.needs_approval = isinstance(refusal, NeedsApproval)
        except sqlite3.OperationalError as error:
            # Only the staging file is spoken to without SQLAlchemy.
            report.refused_because = (
                f"the list cannot be staged in {settings.home / 'tmp'} ({error}): is the disk full?"
            )
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _import(
    settings: Settings, sessions: sessionmaker[Session], request: ImportRequest, report: Report, retrieved_at: datetime
) -> None:
    staging = Staging(
        settings.home / "tmp",
        request.mapping.source.key,
        printed_numbers(request.mapping),
        joins_names=request.mapping.source.joins_names,
    )
    try:
        stage(request, staging, report)
        if not request.is_dry_run:
            _refuse_rejects(request, report)
        with sessions() as session:
            if request.is_dry_run:
                # A dry run must not make anybody wait for it.
                session.connection(execution_options={"registry_reading": True})
                query = select(Source).where(Source.reference == request.mapping.source.reference)
                source = session.execute(query).scalar_one_or_none()
                ListApplier(session, source, request.mapping, staging, report, retrieved_at).apply(request)
                _refuse_rejects(request, report)
                return
            apply_staged(session, staging, request, report, retrieved_at)
            session.commit()
            report.is_applied = True
    finally:
        staging.close()


def _refuse_rejects(request: ImportRequest, report: Report) -> None:
    if report.is_whole or request.skips_rejects:
        return
    lost = [f"{report.counts.rejected} of {report.counts.read} rows cannot be taken"] if report.counts.rejected else []
    raise NeedsApproval(f"{'; '.join([*lost, *report.losses])}: mend them, or take the others with --skip-rejects")


def _note_losses(request: ImportRequest, report: Report) -> None:
    """Say what a list that lost rows is still good for."""
    if request.mapping.source.is_full and not report.is_whole:
        report.notes.append(
            "rows were lost, so this reading does not count as full: nothing is delisted by it, and an agency that "
            "is not on it answers `unknown` until the list is read as a whole"
        )


def stage(request: ImportRequest, staging: Staging, report: Report) -> None:
    """Read, check and stage every row. ImportRefused when the file as a whole cannot be used."""
    report.digest = _digest_of(request.path)
    _note_age(request, report)
    if request.mapping.source.form_mark:
        report.notes.append(
            "the description of this list was written from what is said of its form, not from a copy "
            f"(mark {request.mapping.source.form_mark}): compare a dry run with the file"
        )
    file = opened(request.path, request.mapping, request.encoding)
    report.describe(file)
    noted = len(file.notes)
    report.notes += [
        f"column {name!r} holds data of natural persons (or is to be dropped) and was not read"
        for name in dropped_columns(file.layout)
    ]
    rules = RowRules(request.mapping, file.layout)
    if file.where is not None:
        staging.where = file.where
    _read_all(request, file, rules, staging, report)
    # Some things are seen only when all rows have been.
    report.notes += file.notes[noted:]
    staging.settle()
    report.counts.licences = staging.licences
    report.reject(staging.rejected)
    report.warn(staging.findings)
    _show(file, staging, report)
    _refuse_headings(request, file)
    if file.where is not None:
        report.locate(file.where)
    report.losses += file.losses
    _note_losses(request, report)
    if file.missing:
        raise ImportRefused(
            f"no record has {', '.join(map(repr, file.missing))}: the list has changed its shape; "
            "correct the mapping, or list them under `optional`"
        )
    if not report.counts.read:
        raise ImportRefused(f"{request.path.name} has no rows: download it again, or correct the mapping")


def _read_all(request: ImportRequest, file: ListFile, rules: RowRules, staging: Staging, report: Report) -> None:
    read, add, count = rules.read, staging.add, 0
    above: str | None = None
    tables = file.tables or [TableSeen(place=request.path.name)]
    for row in file.rows:
        count += 1
        try:
            row_key, statement = read(row)
        except LeftOut:
            report.counts.left_out += 1
            tables[file.table_at(row.line)].left_out += 1
        except Refused as refused:
            report.reject([Finding(row.line, refused.column, refused.flaw, refused.value, row.part, refused.detail)])
            unread = rules.key_of(row)
            if unread is not None:
                staging.mark_unread(unread)
            elif above is not None and rules.goes_on(row):
                staging.withdraw(above)
        else:
            add(row_key, statement, row.line, row.part)
            above = row_key
            tables[file.table_at(row.line)].taken += 1
        if rules.findings:
            report.warn(rules.findings)
            rules.findings.clear()
        if not count % TELL_EVERY:
            request.progress("reading", file.progress(), count)
    report.counts.read = count
    report.overview.tables = tables
    request.progress("reading", 1.0, count)


def _show(file: ListFile, staging: Staging, report: Report) -> None:
    """Note what a reader compares with the file: its tables and headings, licences by kind and status, rows of each."""
    overview = report.overview
    for finding in report.rejects:
        overview.tables[file.table_at(finding.line)].rejected += 1
    for finding in staging.rejected:
        overview.tables[file.table_at(finding.line)].taken -= 1
    overview.headings = [f"{heading.place}: {heading.text}"[:200] for heading in file.headings]
    groups: dict[tuple[str, str], Group] = {}
    for line, statement in staging.statements():
        for licence in statement.licences:
            group = groups.get((licence.kind, licence.status))
            if group is None:
                group = Group(kind=licence.kind, status=licence.status, samples=[])
                groups[licence.kind, licence.status] = group
            group.licences += 1
            if len(group.samples) < SAMPLES:
                first, last = (day.isoformat() if day else "" for day in (licence.valid_from, licence.valid_to))
                key = next((one.value for one in statement.identifiers), "")
                name, number = statement.names[0].name, licence.number or ""
                group.samples.append(SampleRow(staging.where(line), name, key, number, first, last))
    overview.groups = list(groups.values())


def _refuse_headings(request: ImportRequest, file: ListFile) -> None:
    """Refuse a list of which a heading says more than its rows: that licences have ended, or of which kind they are.

    Read without it they would all be in force, and of one kind.
    """
    if file.layout.trusts_headings:
        return
    status = request.mapping.constants.status
    is_in_force = status is not None and STATUSES[status].recruit is Answer.YES
    unknown = [heading for heading in file.headings if not heading.is_known]
    titles = {folded(heading.text) for heading in file.headings if not heading.heads_some}
    for heading in unknown if is_in_force and "status" not in file.stated else ():
        word = word_about(Topic.END, heading.text)
        if word is not None:
            raise _unknown_heading(request, heading, word, "the status")
    for heading in unknown if "kind" not in file.stated else ():
        word = word_about(Topic.KIND, heading.text)
        if word is not None and heading.heads_some and folded(heading.text) not in titles:
            raise _unknown_heading(request, heading, word, "the kind")


def _unknown_heading(request: ImportRequest, heading: Heading, word: str, what: str) -> ImportRefused:
    return ImportRefused(
        f"{request.path.name}, {heading.place}, has the heading {heading.text[:80]!r} ({word}), and no column says {what}: "
        "say what it means in [[table.headings]], map a column, split the file into lists of their own "
        "(`registry sources split`), or write `trusts_headings = true` if it means nothing for the rows below"
    )


def _note_age(request: ImportRequest, report: Report) -> None:
    """Note that a file is older than its list may be: imported, an old copy would count as fresh."""
    written = datetime.fromtimestamp(request.path.stat().st_mtime, UTC)
    days = request.mapping.source.fresh_for_days
    if request.retrieved_at is None and days and now() - written > timedelta(days=days):
        report.notes.append(
            f"the file was last written on {written:%Y-%m-%d}, and counts as read now: see whether it is the newest"
        )


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def only_import_of(settings: Settings, reference: str) -> Iterator[None]:
    """No two imports of one source at once from this data folder. The lock ends with the process, however it ends."""
    folder = settings.home / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(reference.encode()).hexdigest()[:16]
    with (folder / f"import-{name}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise ImportRunning(
                f"another import of {reference} is running ({holder}): let it end, then start this one again"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {instant_text(now())}")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)
