"""What a worker does for lists: fetch those that are due, hold for approval what needs eyes, warn before one goes stale.

The state of the work stands in our own tables, so that any number of workers may run and one that is killed is made up for:
a source is claimed by moving its next fetch ahead, in a transaction of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, errors, files, ids
from registry.core.db import reading
from registry.core.db.errors import is_database_away
from registry.core.settings import Settings
from registry.log.actions import refuse_mixing
from registry.register.authorities.actions import record_retrieval
from registry.register.authorities.models import Source
from registry.register.authorities.sources import is_desk_list
from registry.register.imports import fetching, held_lists, jobs, queries
from registry.register.imports.actions import ImportRequest, save_mapped_source
from registry.register.imports.listings import Listings
from registry.register.imports.models import FetchState, PendingImport
from registry.register.imports.report import Report, to_sign

log = structlog.get_logger()

LEASE = timedelta(hours=2)
"""How long a claimed source is left alone: longer than any fetch and import, short enough to make up for a crash."""


class ListFetch(NamedTuple):
    """One fetch of a list: of which source, since when, and how long the source is left alone afterwards."""

    sessions: sessionmaker[Session]
    reference: str
    fetched_at: datetime
    pause: timedelta


def fetch_due(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Fetch and import every list that is due. Gives how many were tried."""
    tried = 0
    _note_addresses(settings, sessions)
    while True:
        reference = _claim(sessions, reading.ask_database_clock(sessions))
        if reference is None:
            return tried
        tried += 1
        try:
            fetch_source(settings, sessions, reference)
        except Exception as error:
            if is_database_away(error):
                raise
            # Whatever a list does to its reader, the others are fetched.
            log.error("fetch_raised", source=reference, exc_info=error)
            trouble = (
                error.text if isinstance(error, errors.RegistryError) else f"reading it raised {type(error).__name__}"
            )
            _note_failure(ListFetch(sessions, reference, clock.now(), fetching.MAX_PAUSE), trouble)


def _note_addresses(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Take over addresses that were written into mappings, or changed there, since their lists were last imported."""
    with sessions() as session:
        for source in session.execute(select(Source).order_by(Source.id)).scalars():
            if is_desk_list(source.reference) or not source.mapping:
                continue
            try:
                address = queries.mapping_of(session, source.reference, source.mapping, settings.home).source.address
            except errors.ImportRefused as refusal:
                log.warning("mapping_unusable", source=source.reference, trouble=refusal.text)
                continue
            if address != source.address:
                source.address, source.next_fetch_at = address, None
        session.commit()


def _claim(sessions: sessionmaker[Session], at: datetime) -> str | None:
    with sessions() as session:
        source = session.execute(
            select(Source)
            .where(Source.address.is_not(None), or_(Source.next_fetch_at.is_(None), Source.next_fetch_at <= at))
            .order_by(Source.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if source is None:
            return None
        source.next_fetch_at = at + LEASE
        session.commit()
        return source.reference


def fetch_source(settings: Settings, sessions: sessionmaker[Session], reference: str) -> str:
    """Fetch one list now and apply it, or hold it for approval. Gives a sentence on how it went; it is also kept."""
    with sessions() as session:
        source = _known_source(session, settings, reference)
        mapping = queries.mapping_of(session, source.reference, source.mapping, settings.home)
        # The mapping's address of today: one written in after an import by hand counts at once.
        address, etag, last_modified = mapping.source.address, source.etag, source.last_modified
    pause = fetching.pause_between_fetches(mapping.source.fresh_for_days, mapping.source.fetch_every_hours)
    job = ListFetch(sessions, reference, clock.now(), pause)
    if address is None:
        raise errors.ImportRefused(f"the source {reference} has no address: write one into its mapping")
    with _download(settings) as path:
        try:
            fetched = fetching.fetch(address, path, etag=etag, last_modified=last_modified)
        except fetching.FetchFailed as failure:
            return _note_failure(job, failure.text)
        if not fetched.is_new:
            return _note_unchanged(job)
        if (waiting := _seen_before(sessions, reference, fetched.digest)) is not None:
            return _note_failure(job, waiting)
        try:
            report = jobs.import_list(settings, sessions, ImportRequest(path, mapping, retrieved_at=job.fetched_at))
        except jobs.ImportRunning as running:
            return _note_failure(job, running.text)
        if report.is_applied:
            return _note_applied(job, fetched, report)
        if not report.needs_approval:
            return _note_failure(job, report.refused_because or "")
        return _put_on_hold(job, path, settings, fetched, report)


def _seen_before(sessions: sessionmaker[Session], reference: str, digest: str) -> str | None:
    """Words on a list that is held already, or was rejected: the same bytes need no second look. None for any other."""
    with sessions() as session:
        source = queries.source_named(session, reference)
        pending = session.execute(
            select(PendingImport)
            .where(
                PendingImport.source_id == source.id,
                PendingImport.digest == digest,
                PendingImport.is_approved.is_not(True),
            )
            .limit(1)
        ).scalar_one_or_none()
        if pending is None:
            return None
        if pending.decided_at is None:
            return f"held for approval: {pending.reason}"
        return f"the publisher still has the list that was rejected on {pending.decided_at:%Y-%m-%d}"


def _known_source(session: Session, settings: Settings, reference: str) -> Source:
    """The source, written down now if it is only a mapping yet."""
    try:
        return queries.source_named(session, reference)
    except errors.NotFound:
        mapping = queries.mapping_named(session, reference, settings.home)
        refuse_mixing(session, is_demo=mapping.source.is_invented)
        source = save_mapped_source(session, mapping)
        session.commit()
        return source


@contextmanager
def _download(settings: Settings) -> Iterator[Path]:
    folder = settings.home / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"fetched-{token_hex(8)}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _state(session: Session, source: Source, trouble: str | None) -> FetchState:
    state = session.get(FetchState, source.id)
    if state is None:
        state = FetchState(source_id=source.id, tried_at=clock.now(), failures=0, trouble=None)
        session.add(state)
    state.tried_at = clock.now()
    state.failures = state.failures + 1 if trouble else 0
    state.trouble = trouble[:1000] if trouble else None
    return state


def _note_failure(job: ListFetch, trouble: str) -> str:
    with job.sessions() as session:
        source = queries.source_named(session, job.reference)
        state = _state(session, source, trouble)
        source.next_fetch_at = clock.now() + fetching.pause_after_failure(state.failures, job.pause)
        session.commit()
    log.warning("fetch_failed", source=job.reference, trouble=trouble)
    return f"not fetched: {trouble}"


def _note_unchanged(job: ListFetch) -> str:
    """The publisher says that nothing has changed: what we hold is as fresh as that answer."""
    with job.sessions() as session:
        source = queries.source_named(session, job.reference)
        former = queries.last_retrieval(session, source)
        if former is not None:
            record_retrieval(
                session,
                source,
                retrieved_at=job.fetched_at,
                digest=former.digest,
                counts=former.counts,
                is_whole=former.is_full or not source.is_full,
            )
            if not former.is_full:
                # An agency that the former reading did not show is not shown by the same list again.
                listings = Listings(session, source, is_dry_run=False)
                listings.see_again(former.retrieved_at, job.fetched_at)
                listings.confirm()
        _state(session, source, None)
        source.next_fetch_at = clock.now() + job.pause
        session.commit()
    log.info("fetch_unchanged", source=job.reference)
    return "unchanged at its source"


def _note_applied(job: ListFetch, fetched: fetching.Fetched, report: Report) -> str:
    with job.sessions() as session:
        source = queries.source_named(session, job.reference)
        source.etag, source.last_modified = fetched.etag, fetched.last_modified
        source.next_fetch_at = clock.now() + job.pause
        _state(session, source, None)
        session.commit()
    counts = report.counts
    log.info("fetch_applied", source=job.reference, new=counts.new, changed=counts.changed, vanished=counts.vanished)
    return f"applied: {counts.read} rows, {counts.new} new, {counts.changed} changed, {counts.vanished} vanished"


def _put_on_hold(job: ListFetch, path: Path, settings: Settings, fetched: fetching.Fetched, report: Report) -> str:
    """Keep a list that was refused until an official has looked at it; the same bytes are held once."""
    reason = (report.refused_because or "")[:1000]
    with job.sessions() as session:
        source = queries.source_named(session, job.reference)
        waiting = session.execute(
            select(PendingImport).where(PendingImport.source_id == source.id, PendingImport.decided_at.is_(None))
        ).scalars()
        superseded = []
        for former in waiting:
            # The newest list is the one to look at.
            superseded.append(former)
            held_lists.let_go(session, former)
            session.delete(former)
        pending = PendingImport(
            reference=ids.new_reference(),
            source_id=source.id,
            digest=fetched.digest,
            fetched_at=job.fetched_at,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            reason=reason,
            counts={name: getattr(report.counts, name) for name in report.counts.__struct_fields__},
            overview=to_sign(report),
        )
        session.add(pending)
        session.flush()
        held_lists.hold(session, settings, pending, path.read_bytes())
        _state(session, source, f"held for approval: {reason}")
        source.next_fetch_at = clock.now() + job.pause
        session.commit()
    for former in superseded:
        held_lists.remove_former(settings.home, former)
    log.warning("fetch_held", source=job.reference, reason=reason)
    return f"held for approval: {reason}"


def _pending(session: Session, reference: str) -> tuple[PendingImport, Source]:
    query = (
        select(PendingImport, Source)
        .join(Source, Source.id == PendingImport.source_id)
        .where(PendingImport.reference == ids.read_reference(reference), PendingImport.decided_at.is_(None))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise errors.NotFound(f"no list waits under {reference}: see `registry sources pending`")
    return found


def approve(settings: Settings, sessions: sessionmaker[Session], reference: str) -> Report:
    """Apply a held list after all: good rows only, and whatever it delists. It counts as read when it was fetched."""
    with _download(settings) as path:
        with sessions() as session:
            pending, source = _pending(session, reference)
            mapping = queries.mapping_of(session, source.reference, source.mapping, settings.home)
            files.write_atomically(path, held_lists.held_bytes(session, settings, pending))
        report = jobs.import_list(
            settings,
            sessions,
            ImportRequest(path, mapping, skips_rejects=True, accepts_shrink=True, retrieved_at=pending.fetched_at),
        )
    if report.is_applied:
        _decide(settings, sessions, reference, is_approved=True)
    return report


def reject(settings: Settings, sessions: sessionmaker[Session], reference: str) -> None:
    """Do not apply a held list; the next one is fetched as usual."""
    _decide(settings, sessions, reference, is_approved=False)


def _decide(settings: Settings, sessions: sessionmaker[Session], reference: str, *, is_approved: bool) -> None:
    with sessions() as session:
        pending, source = _pending(session, reference)
        pending.decided_at, pending.is_approved, pending.overview = clock.now(), is_approved, None
        if is_approved:
            source.etag, source.last_modified = pending.etag, pending.last_modified
            _state(session, source, None)
        held_lists.let_go(session, pending)
        session.commit()
    held_lists.remove_former(settings.home, pending)


Tell = Callable[[str, str, str], None]
"""Sends a mail: address, subject, text. One that cannot be sent is the sender's to note."""


def warn_of_staleness(settings: Settings, sessions: sessionmaker[Session], tell: Tell) -> list[str]:
    """Warn once of each list that three quarters of its life have passed for. Gives the sources warned of."""
    at = clock.now()
    due = []
    with sessions() as session:
        for source in session.execute(select(Source).where(Source.warned_at.is_(None)).order_by(Source.id)).scalars():
            former = queries.last_retrieval(session, source)
            warn_at = fetching.warn_from(former.retrieved_at, source.fresh_for_days) if former else None
            if former is not None and warn_at is not None and at >= warn_at:
                stale_at = former.retrieved_at + timedelta(days=source.fresh_for_days)
                due.append(
                    (source.reference, _warned_addresses(session, settings, source), former.retrieved_at, stale_at)
                )
    for reference, addresses, read_at, stale_at in due:
        log.warning("source_goes_stale", source=reference, stale_at=clock.instant_text(stale_at))
        for address in addresses:
            tell(address, f"The list {reference} is about to go stale", _warning(reference, read_at, stale_at))
        with sessions() as session:
            queries.source_named(session, reference).warned_at = at
            session.commit()
    return [reference for reference, *_ in due]


def _warned_addresses(session: Session, settings: Settings, source: Source) -> Sequence[str]:
    """Who is to be warned; no one where demo data come from no list that anybody keeps, or the mapping cannot be used."""
    if not source.mapping:
        return ()
    try:
        return queries.mapping_of(session, source.reference, source.mapping, settings.home).source.warn
    except errors.ImportRefused as refusal:
        log.warning("mapping_unusable", source=source.reference, trouble=refusal.text)
        return ()


def _warning(reference: str, read_at: datetime, stale_at: datetime) -> str:
    return (
        f"The list {reference} was last read on {read_at:%Y-%m-%d %H:%M} UTC.\n"
        f"From {stale_at:%Y-%m-%d %H:%M} UTC on it is stale: every answer that rests on it then turns to unknown.\n\n"
        f"Fetch it with `registry sources fetch {reference}`,\n"
        f"or import a new file with `registry import FILE --source {reference}`.\n"
        "`registry sources list` shows what went wrong.\n"
    )
