"""Answers jobs row by row in a process of its own; after a kill the next one resumes where the job's row says.

After each chunk the files are written through and then the row is committed. If we crash between the two, the row knows
of less than the files hold, and the rest is cut off before it is written again: no row is answered twice, none is left
out.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk import files, reading
from registry.bulk.models import BulkJob
from registry.bulk.rules import MAX_IN_A_JOB
from registry.core.clock import now
from registry.core.db.errors import is_database_away
from registry.core.errors import FilesUnavailable, RegistryError, UnreadableList
from registry.core.files import try_lock
from registry.vocabulary.organisations import JobState

log = structlog.get_logger()

AT_ONCE = 1000
"""Rows between two commits; as many are answered twice at most after a crash, and shown once."""


class Chunk(NamedTuple):
    """What some rows gave: bytes by file (registry.bulk.files.WRITTEN), and how many of each answer."""

    bodies: Mapping[str, bytes]
    counts: Mapping[str, int]


class RowAnswerer(Protocol):
    """Answers the rows of one job."""

    def header(self) -> Mapping[str, bytes]:
        """How the files begin."""
        ...

    def pass_over(self, line: reading.Line) -> None:
        """A row that was answered before: what later rows need of it is noted."""
        ...

    def answer(self, lines: Sequence[reading.Line], number: int, at: datetime) -> Chunk:
        """`number` is the place of the first, from 0."""
        ...

    def finish(self, folder: Path, job: BulkJob, at: datetime) -> None:
        """Write what is made of all rows together; done twice it gives the same."""
        ...


Stopping = Callable[[], bool]


@contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Lock the jobs of this folder; gives False where another process holds the lock.

    It is freed when the process dies.
    """
    root = home / "bulk"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(root / ".working", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield try_lock(descriptor)
    finally:
        os.close(descriptor)


def waiting(session: Session, home: Path, *, is_shared: bool = False) -> list[int]:
    """Open jobs whose list lies in this folder, the oldest first; where files are shared, those that no one works on."""
    states = (JobState.QUEUED, JobState.RUNNING, JobState.WRITING)
    found = session.execute(
        select(BulkJob.id, BulkJob.reference).where(BulkJob.state.in_(states)).order_by(BulkJob.id)
    ).all()
    if is_shared:
        others = files.claimed_elsewhere(session.connection())
        return [row_id for row_id, _ in found if row_id not in others]
    return [row_id for row_id, reference in found if (files.folder_of(home, reference) / files.LIST).is_file()]


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Works on the jobs whose lists lie in the data folder `home`. `shared`: where other machines have files too."""

    sessions: sessionmaker[Session]
    home: Path
    answerer_of: Callable[[BulkJob], RowAnswerer]
    is_stopping: Stopping
    chunk: int = AT_ONCE
    shared: files.SharedFiles | None = None

    def run(self) -> int:
        """Work on all that waits until nothing does; how many jobs were ended."""
        ended, left = 0, set[int]()
        while not self.is_stopping():
            with self.sessions() as session:
                found = waiting(session, self.home, is_shared=self.shared is not None)
            jobs = [one for one in found if one not in left]
            if not jobs:
                break
            if self.shared is None:
                ended += self._work_on(jobs[0])
                continue
            with files.claimed(self.sessions.kw["bind"], jobs[0]) as is_ours:
                if is_ours and self._fetch_list(jobs[0], self.shared):
                    ended += self._work_on(jobs[0])
                else:
                    left.add(jobs[0])
        return ended

    def _job(self, row_id: int) -> BulkJob:
        with self.sessions() as session:
            return session.get_one(BulkJob, row_id)

    def _fetch_list(self, row_id: int, shared: files.SharedFiles) -> bool:
        """Whether the list is here now. What another machine has answered of it and took along is answered anew."""
        job = self._job(row_id)
        folder = files.folder_of(self.home, job.reference)
        if not (folder / files.LIST).is_file() and not shared.fetch(job.reference):
            return False
        lengths = {name: (folder / name).stat().st_size if (folder / name).is_file() else 0 for name in job.sizes}
        if job.state is not JobState.QUEUED and any(lengths[name] < size for name, size in job.sizes.items()):
            self._change(job, None, state=JobState.RUNNING, rows_done=0, sizes={}, counts={})
        return True

    def _work_on(self, row_id: int) -> bool:
        """Whether the job was ended: done, or failed."""
        job = self._job(row_id)
        folder = files.folder_of(self.home, job.reference)
        try:
            if job.state is not JobState.WRITING:
                job = self._count_rows(job, folder)
                if not self._answer_remaining_rows(job, folder):
                    return False
            job = self._job(row_id)
            if job.state is JobState.WRITING:
                self.answerer_of(job).finish(folder, job, now())
                if self.shared is not None:
                    self.shared.give(job.reference)
                return self._change(job, JobState.WRITING, state=JobState.DONE, ended_at=now())
        except FilesUnavailable:
            # The bucket is away: the job stays as it is, and is ended later.
            return False
        except RegistryError as error:
            self._change(job, None, state=JobState.FAILED, trouble=error.text[:1000], ended_at=now())
        except Exception as error:
            if isinstance(error, OSError) or is_database_away(error):
                raise
            # Tried again it would raise again, and no job behind it would ever be worked on.
            log.error("job_raised", job=job.reference, exc_info=error)
            trouble = f"answering this list raised {type(error).__name__}: send it again, or write to the registry"
            self._change(job, None, state=JobState.FAILED, trouble=trouble, ended_at=now())
        return True

    def _count_rows(self, job: BulkJob, folder: Path) -> BulkJob:
        """The job with its number of rows.

        The whole file is read before anything is answered: a broken end is told at once.
        """
        if job.rows:
            return job
        rows = sum(1 for _ in islice(reading.lines_of(folder / files.LIST, job.columns), MAX_IN_A_JOB + 1))
        if rows > MAX_IN_A_JOB:
            raise UnreadableList(f"the list has more than {MAX_IN_A_JOB} rows: split it")
        if not rows:
            raise UnreadableList("the file has a header and no row below it")
        self._change(job, JobState.QUEUED, state=JobState.RUNNING, rows=rows, started_at=now())
        return self._job(job.id)

    def _answer_remaining_rows(self, job: BulkJob, folder: Path) -> bool:
        """Answer what is left of the rows. False where it was cancelled, or we are to stop."""
        if job.state is not JobState.RUNNING:
            return False
        answerer = self.answerer_of(job)
        lines = reading.lines_of(folder / files.LIST, job.columns)
        for line in islice(lines, job.rows_done):
            answerer.pass_over(line)
        done, counts = job.rows_done, dict(job.counts)
        results = files.Results(folder, job.sizes)
        try:
            if not done:
                for name, body in answerer.header().items():
                    results.append(name, body)
            while rows := list(islice(lines, self.chunk)):
                if self.is_stopping():
                    return False
                given = answerer.answer(rows, done, now())
                for name, body in given.bodies.items():
                    results.append(name, body)
                done += len(rows)
                counts = {name: counts.get(name, 0) + given.counts.get(name, 0) for name in {*counts, *given.counts}}
                stored = results.flushed_lengths()
                if not self._change(job, JobState.RUNNING, rows_done=done, sizes=stored, counts=counts):
                    return False
        finally:
            results.close()
        return self._change(job, JobState.RUNNING, state=JobState.WRITING)

    def _change(self, job: BulkJob, from_: JobState | None, **values: object) -> bool:
        """Change a job that still stands as it did; False where its sender cancelled it, or it is gone."""
        states = (JobState.QUEUED, JobState.RUNNING, JobState.WRITING) if from_ is None else (from_,)
        with self.sessions.begin() as session:
            changed = session.execute(
                update(BulkJob)
                .where(BulkJob.id == job.id, BulkJob.state.in_(states))
                .values(version=BulkJob.version + 1, **values)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]
