"""Acts of an organisation on its jobs. Every act names the organisation: another's job raises NotFound."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.bulk import files, rules
from registry.bulk.models import BulkJob
from registry.bulk.reading import columns_of_lines, mapping_of, read_first_lines, require
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import find
from registry.core.db.reading import Page, newest_first
from registry.core.errors import Fault, InvalidInput, NotNow, RepeatDiffers, TooBusy
from registry.core.ids import read_reference
from registry.organisations.models import OrganisationActor
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, JobState

KEPT_DAYS = 30
"""Days after which a list and its results are removed."""

MAX_OPEN = 20
"""Jobs of one organisation that wait or run."""

_RECEIVING = {"receiving", "receiving_employer"}

OPEN = (JobState.UPLOADED, JobState.QUEUED, JobState.RUNNING, JobState.WRITING)
ENDED = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


class Guess(NamedTuple):
    """What a list seems to be about, its columns as guessed, and its headers."""

    kind: JobKind
    columns: dict[str, str]
    headers: list[str]


class ReceivedList(NamedTuple):
    """A list that lies in the folder of a job to come, by the reference of that job, and what it seems to be."""

    reference: str
    file: files.Taken
    guess: Guess


def add_job(
    call: Call[OrganisationActor],
    received: ReceivedList,
    name: str,
    language: str,
    *,
    idempotency_key: str | None = None,
    is_kept: bool = False,
) -> BulkJob:
    """Add a job for a list that was received. It waits to be started.

    Raises TooBusy; RepeatDiffers where the same Idempotency-Key came with another file.
    """
    known = job_by_idempotency_key(call, idempotency_key)
    if known is not None:
        if known.digest != received.file.digest:
            raise RepeatDiffers("this Idempotency-Key came with another file before: send another key")
        return known
    ours = call.actor.id
    waiting = call.session.execute(
        select(BulkJob.id).where(BulkJob.organisation_id == ours, BulkJob.state.in_(OPEN)).limit(MAX_OPEN)
    ).all()
    if len(waiting) >= MAX_OPEN:
        raise TooBusy(f"{MAX_OPEN} lists of your organisation are waiting: start, cancel or remove one", 60)
    job = BulkJob(
        reference=received.reference,
        organisation_id=ours,
        kind=received.guess.kind,
        state=JobState.UPLOADED,
        name=name[:200],
        language=language,
        size=received.file.size,
        digest=received.file.digest,
        idempotency_key=idempotency_key,
        headers=received.guess.headers,
        columns=received.guess.columns,
        rows=0,
        rows_done=0,
        sizes={},
        counts={},
        made_at=call.at,
        purge_on=day_at(call.at, None) + timedelta(days=KEPT_DAYS),
        version=1,
        is_kept=is_kept,
    )
    call.session.add(job)
    call.session.flush()
    return job


def guess_kind(path: Path) -> Guess:
    """What a list seems to be about, its columns as guessed, and its headers. Its first lines are stored beside it.

    Nothing is refused for what it may lack.
    """
    lines = read_first_lines(path)
    files.put(path.parent, files.FIRST_LINES, msgspec.json.encode(lines))
    for kind, wanted in ((JobKind.SUPPLY_CHAIN, rules.SUPPLY_CHAIN), (JobKind.CORRIDOR, rules.CORRIDOR)):
        there = columns_of_lines(lines, wanted)
        columns = mapping_of(there, wanted).columns
        if not rules.lacking(columns, wanted):
            return Guess(kind, columns, [column.name for column in there])
    own_columns = columns_of_lines(lines, rules.VERIFICATION)
    found = mapping_of(own_columns, rules.VERIFICATION).columns
    # Both ends of corridors whose destination is stated once for all rows, and no other recruiter to ask about.
    if rules.lacking(found, rules.VERIFICATION) and "sending" in columns and columns.keys() & _RECEIVING:
        return Guess(JobKind.CORRIDOR, columns, [column.name for column in there])
    return Guess(JobKind.VERIFICATION, found, [column.name for column in own_columns])


def first_lines(path: Path) -> list[list[str]]:
    """The first lines of a job's list, as they were stored; read again where a former version took the list."""
    try:
        return msgspec.json.decode(path.with_name(files.FIRST_LINES).read_bytes(), type=list[list[str]])
    except FileNotFoundError:
        return read_first_lines(path)


def job_by_idempotency_key(call: Call[OrganisationActor], idempotency_key: str | None) -> BulkJob | None:
    if idempotency_key is None:
        return None
    return call.session.execute(
        select(BulkJob).where(BulkJob.organisation_id == call.actor.id, BulkJob.idempotency_key == idempotency_key)
    ).scalar_one_or_none()


def job_of(session: Session, organisation_id: int, reference: str) -> BulkJob:
    """Raises NotFound, in the same words for what belongs to another and what never was."""
    its = (BulkJob.organisation_id == organisation_id, BulkJob.reference == (read_reference(reference) or ""))
    return find(session, BulkJob, *its, missing="your organisation has no job of this reference")


def jobs_of(session: Session, organisation_id: int, page: Page) -> Sequence[BulkJob]:
    """A page of the jobs of an organisation, the newest first."""
    query = select(BulkJob).where(BulkJob.organisation_id == organisation_id)
    return session.execute(newest_first(query, BulkJob.id, page)).scalars().all()


def correct(
    job: BulkJob,
    kind: JobKind,
    columns: Mapping[str, str],
    *,
    constants: Mapping[str, str] | None = None,
    is_kept: bool | None = None,
) -> None:
    """Say which column holds which field, and what holds for every row; None leaves it as it was.

    Raises InvalidInput, UnreadableList, NotNow.
    """
    _require_state(job, (JobState.UPLOADED,), "it was started already: cancel it, and send the list again")
    wanted = rules.FIELDS[kind]
    faults = [
        Fault(field, Problem.UNKNOWN_FIELD, f"is no field of such a list; known are {', '.join(wanted)}")
        for field in columns
        if field not in wanted
    ]
    faults += [
        Fault(field, Problem.INVALID_VALUE, "names no column of the file")
        for field, column in columns.items()
        if field in wanted and column not in job.headers
    ]
    existing = {name: text for name, text in (job.constants or {}).items() if name in wanted}
    if constants is not None:
        existing = dict(constants)
        faults += [
            Fault(f"constants.{field}", Problem.UNKNOWN_FIELD, f"is said of no list of this kind: {kind}")
            for field in existing
            if field not in wanted or field not in rules.CONSTANTS
        ]
    if faults:
        raise InvalidInput(faults[:20])
    require({**existing, **columns}, wanted, job.headers)
    job.kind = kind
    job.constants = existing or None
    if is_kept is not None:
        job.is_kept = is_kept
    job.columns = {field: columns[field] for field in wanted if field in columns}
    job.version += 1


def start(job: BulkJob) -> None:
    """Raises UnreadableList where the columns cannot do, NotNow where it has ended."""
    if job.state in (JobState.QUEUED, JobState.RUNNING, JobState.WRITING):
        return
    _require_state(job, (JobState.UPLOADED,), "it has ended: send the list again")
    require({**(job.constants or {}), **job.columns}, rules.FIELDS[job.kind], job.headers)
    job.state = JobState.QUEUED
    job.version += 1


def cancel(session: Session, job: BulkJob, now: datetime) -> None:
    """End a job, whatever it is doing: who works on it finds it ended at its next chunk. Raises NotNow."""
    if job.state is JobState.CANCELLED:
        return
    changed = session.execute(
        update(BulkJob)
        .where(BulkJob.id == job.id, BulkJob.state.in_(OPEN))
        .values(state=JobState.CANCELLED, ended_at=now, version=BulkJob.version + 1)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise NotNow("it has ended already")
    session.refresh(job)


def remove(session: Session, job: BulkJob) -> None:
    """The row goes first; its folder after the commit. Raises NotNow for one that is being worked on."""
    _require_state(job, (JobState.UPLOADED, *ENDED), "it is being worked on: cancel it first")
    session.execute(delete(BulkJob).where(BulkJob.id == job.id))


def overdue(session: Session, day: date) -> list[str]:
    """Delete the rows of jobs whose time is over; the references of their folders."""
    gone = list(
        session.execute(
            select(BulkJob.reference).where(BulkJob.purge_on < day, BulkJob.state.not_in(OPEN[1:]))
        ).scalars()
    )
    for start_at in range(0, len(gone), 500):
        session.execute(delete(BulkJob).where(BulkJob.reference.in_(gone[start_at : start_at + 500])))
    return gone


def _require_state(job: BulkJob, states: Sequence[JobState], otherwise: str) -> None:
    if job.state not in states:
        raise NotNow(otherwise)
