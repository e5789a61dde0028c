"""Lists of up to a million rows, answered by the registry while one waits or does something else.

Needs the scope `jobs`.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from registry_client.api.answers import Corridor, Verdict, Whole
from registry_client.api.bulk import Answers, ForAll, Item, Progress, item_of
from registry_client.api.errors import BadInput, InvalidInput, NoAnswer, NotAllowed, NotFound, UnexpectedAnswer
from registry_client.api.pages import paged
from registry_client.api.proofs import RowProof
from registry_client.api.questions import Constants, as_body
from registry_client.api.reading import read
from registry_client.api.resuming import JobFile
from registry_client.api.rows import File, as_file
from registry_client.api.transport import Transport, new_idempotency_key, path_of

A = TypeVar("A", Verdict, Corridor)

BYTES = "application/octet-stream"
UPLOAD_SECONDS = 3600.0
FIRST_LOOK, LAST_LOOK = 0.5, 5.0
"""Seconds between two looks at a job: they grow."""
MAX_LINE = 4 * 1024 * 1024

UNDERWAY = ("queued", "running", "writing")
DONE = "done"


@dataclass(frozen=True, slots=True)
class Job(Whole):
    """`columns`: which column holds which field, by field; `constants`: what holds for every row that says nothing else.

    `lacking`: what keeps it from being started, in words. One that `is_kept` stands in the file of receipts once it is
    done.
    """

    job_id: str
    kind: str
    state: str
    filename: str = ""
    headers: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    is_kept: bool = False
    lacking: str | None = None
    rows: int = 0
    rows_done: int = 0
    trouble: str | None = None
    retained_until: date | None = None
    results: tuple[str, ...] = ()

    @property
    def is_underway(self) -> bool:
        return self.state in UNDERWAY


class Jobs:
    """`client.jobs`."""

    def __init__(self, transport: Transport, sleep: Callable[[float], None] = time.sleep) -> None:
        self._transport = transport
        self._sleep = sleep

    def __iter__(self) -> Iterator[Job]:
        return paged(self._transport, Job, path_of("verification-jobs"))

    def make(self, path: str | os.PathLike[str], once: str | None = None) -> Job:
        """Send a CSV or XLSX file. Its columns are guessed: look at them, then start it."""
        file = Path(path)
        headers = {"Content-Type": BYTES, "X-File-Name": quote(file.name[-200:], safe="")}
        return self._ask_for_job(
            "POST", data=file, headers=headers, once=once or new_idempotency_key(), whole=UPLOAD_SECONDS
        )

    def get(self, job_id: str) -> Job:
        return self._ask_for_job("GET", job_id)

    def columns(
        self,
        job: Job,
        columns: Mapping[str, str],
        kind: str | None = None,
        *,
        constants: Constants | None = None,
        keep: bool | None = None,
    ) -> Job:
        """Say which column holds which field, by field, before it is started.

        `constants` are what holds for every row that says nothing else; `keep` has its answers stand in the file of
        receipts (scope `receipts`). None leaves either as it was, and no constants at all are {}.
        """
        body: dict[str, Any] = {"kind": kind or job.kind, "columns": dict(columns)}
        if constants is not None:
            body["constants"] = as_body(constants)
        if keep is not None:
            body["keep"] = keep
        return self._ask_for_job("PUT", job.job_id, "columns", body=body)

    def start(self, job: Job) -> Job:
        """Have it answered. Raises BadInput where a column is lacking."""
        if job.lacking:
            raise BadInput(f"{job.filename}: {job.lacking}; its columns: {', '.join(job.headers[:30])}")
        # Asked twice it does nothing more.
        return self._ask_for_job("POST", job.job_id, "start", is_read=True)

    def cancel(self, job: Job) -> Job:
        return self._ask_for_job("POST", job.job_id, "cancel", is_read=True)

    def remove(self, job: Job) -> None:
        """Remove list and results before their time is over."""
        self._transport.ask("DELETE", path_of("verification-jobs", job.job_id))

    def wait(self, job: Job, progress: Progress | None = None, seconds: float | None = None) -> Job:
        """Until it is done. Raises BadInput where it failed or was cancelled, NoAnswer after so many `seconds`."""
        end = None if seconds is None else time.monotonic() + seconds
        pause = FIRST_LOOK
        while True:
            job = self.get(job.job_id)
            if progress is not None:
                progress(job.rows_done, job.rows)
            if not job.is_underway:
                break
            if end is not None and time.monotonic() > end:
                raise NoAnswer(f"job {job.job_id}: {job.state} still, {job.rows_done} of {job.rows} rows answered")
            self._sleep(pause)
            pause = min(LAST_LOOK, pause * 1.5)
        if job.state != DONE:
            raise BadInput(f"job {job.job_id}: {job.state}{f': {job.trouble}' if job.trouble else ''}")
        return job

    def download(self, job: Job, form: str, path: str | os.PathLike[str]) -> None:
        """Keep a result: jsonl, csv, xlsx, pdf, statements, manifest, chain. A whole file or none."""
        target = Path(path)
        with self._result(job, form, target.parent) as file:
            os.replace(file, target)

    def proof(self, job: Job | str, row: int) -> RowProof:
        """What proves one row, from 0, without the others. A job may be named by its `job_id`."""
        job_id = job if isinstance(job, str) else job.job_id
        answered = self._transport.ask("GET", path_of("verification-jobs", job_id, "proofs", str(row)))
        return read(RowProof, answered.json(), answered.where)

    def results(self, job: Job, kind: type[A]) -> Iterator[Item[A]]:
        """The answers in the order of the rows, one after another: a million need not be held."""
        with self._result(job, "jsonl", Path(tempfile.gettempdir())) as file, file.open("rb") as lines:
            place = 0
            while line := lines.readline(MAX_LINE):
                yield item_of(kind, _object_in(line, f"results line {place + 1}"), f"results[{place}]")
                place += 1

    def answered(
        self,
        kind: type[A],
        rows: File | list[dict[str, Any]],
        for_all: ForAll,
        progress: Progress | None,
        resume: JobFile | None = None,
    ) -> Answers[A]:
        """Send, start, wait, and fetch the answers; then list and results are removed, unless they are archived.

        With `resume` an interrupted caller continues the job that this file names.
        """
        wanted = "corridor" if kind is Corridor else "verification"
        with as_file(rows) as path:
            job = self.make(path) if resume is None else self._resumed(path, [wanted, for_all.body()], resume)
        try:
            if job.kind != wanted:
                raise BadInput(f"{job.filename}: its columns are of a {job.kind}: {', '.join(job.headers[:30])}")
            if not job.is_underway and job.state != DONE:
                if for_all.body():
                    job = self.columns(job, job.columns, constants=for_all.constants, keep=for_all.keep)
                job = self.start(job)
            self.wait(job, progress)
        except (BadInput, InvalidInput, NotAllowed):
            self.remove(job)
            if resume is not None:
                resume.clear()
            raise
        items = tuple(self.results(job, kind))
        if not job.is_kept:
            self.remove(job)
        if resume is not None:
            resume.clear()
        ignored = tuple(name for name in job.headers if name not in job.columns.values())
        return Answers(items, job.columns, ignored, job.job_id if job.is_kept else "")

    def _resumed(self, path: Path, context: Any, resume: JobFile) -> Job:
        """The job that was begun with these rows, or a new one. Sent twice under one key it is one job."""
        begun = resume.begun(path, context, self._transport.address)
        if begun.job_id:
            try:
                return self.get(begun.job_id)
            except NotFound:
                # Removed meanwhile, by hand or because its time was over.
                begun = resume.write(replace(begun, once=new_idempotency_key(), at=time.time()))
        job = self.make(path, begun.once)
        resume.write(replace(begun, job_id=job.job_id))
        return job

    @contextmanager
    def _result(self, job: Job, form: str, folder: Path) -> Iterator[Path]:
        path = path_of("verification-jobs", job.job_id, "results", form)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            part = Path(file.name)
            try:
                self._transport.save("GET", path, file, whole=UPLOAD_SECONDS)
                file.flush()
                yield part
            finally:
                part.unlink(missing_ok=True)

    def _ask_for_job(self, method: str, *parts: str, **more: Any) -> Job:
        answered = self._transport.ask(method, path_of("verification-jobs", *parts), **more)
        return read(Job, answered.json(), answered.where)


def _object_in(line: bytes, where: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise UnexpectedAnswer(f"{where}: no JSON") from None
