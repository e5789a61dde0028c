"""A job's folder: the list as it was sent, and what is written of it. Open to the registry's own user alone.

A file that is acknowledged has been written through to the disk. Results are appended chunk by chunk; how long they
are, the job's row says, and whatever a killed process wrote behind that is cut off before the next chunk.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from registry.bulk.models import BulkJob
from registry.core.errors import NotFound, NotNow, TooLarge, UnreadableList
from registry.core.files import sync_folder
from registry.proofs.papers.rendering import missing_packages
from registry.vocabulary.organisations import JobState, ResultForm

MAX_BYTES = 256 << 20
CHUNK = 1 << 20

LIST = "list"
FIRST_LINES = "first-lines.json"
"""What was seen of a list when it came: of a workbook they cost a process, and a page shows them often."""

WRITTEN = ("results.jsonl", "results.csv", "statements.jsonl")
"""Files that grow with the rows."""


class Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Taken(NamedTuple):
    """A list that lies on the disk."""

    size: int
    digest: str


def folder_of(home: Path, reference: str) -> Path:
    return home / "bulk" / reference


def take(folder: Path, stream: Stream) -> Taken:
    """Write a list through to the disk as it comes.

    Raises TooLarge, UnreadableList; of what was refused nothing is left.
    """
    _make_folder(folder.parent)
    _make_folder(folder)
    size, digest = 0, hashlib.sha256()
    draft = folder / f".{LIST}"
    try:
        with _open_private(draft) as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLarge(f"a list may have {MAX_BYTES >> 20} MB: split it")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UnreadableList("the file is empty")
        draft.replace(folder / LIST)
        sync_folder(folder)
        sync_folder(folder.parent)
    except BaseException:
        remove(folder)
        raise
    return Taken(size, digest.hexdigest())


class Results:
    """The growing files of a job, cut to what its row says of them."""

    def __init__(self, folder: Path, sizes: Mapping[str, int]) -> None:
        self._files: dict[str, IO[bytes]] = {}
        for name in WRITTEN:
            file = _open_private(folder / name, is_kept=True)
            file.truncate(sizes.get(name, 0))
            file.seek(0, os.SEEK_END)
            self._files[name] = file
        sync_folder(folder)

    def append(self, name: str, body: bytes) -> None:
        self._files[name].write(body)

    def flushed_lengths(self) -> dict[str, int]:
        """Write through what was appended; the length of each file, for the row to say."""
        for file in self._files.values():
            file.flush()
            os.fdatasync(file.fileno())
        return {name: file.tell() for name, file in self._files.items()}

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def put(folder: Path, name: str, body: bytes) -> None:
    """A whole file, or none."""
    with putting(folder, name) as file:
        file.write(body)


@contextmanager
def putting(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A whole file that is written into, or none."""
    draft = folder / f".{name}"
    with _open_private(draft) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    sync_folder(folder)


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def orphans(home: Path, known: frozenset[str], before: float) -> list[Path]:
    """Folders that no job has and no one wrote into since `before`: their requests were killed."""
    root = home / "bulk"
    found = []
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and folder.name not in known and folder.stat().st_mtime < before:
            found.append(folder)
    return found


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _open_private(path: Path, *, is_kept: bool = False) -> IO[bytes]:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if is_kept else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


FILES: dict[ResultForm, tuple[str, str]] = {
    ResultForm.JSONL: ("results.jsonl", "application/x-ndjson"),
    ResultForm.CSV: ("results.csv", "text/csv"),
    ResultForm.XLSX: ("results.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ResultForm.PDF: ("summary.pdf", "application/pdf"),
    ResultForm.STATEMENTS: ("statements.jsonl", "application/x-ndjson"),
    ResultForm.MANIFEST: ("manifest.jws", "application/jose"),
    ResultForm.CHAIN: ("chain.svg", "image/svg+xml"),
}


def results_of(home: Path, job: BulkJob) -> list[ResultForm]:
    """The forms there are; none before the job is done."""
    if job.state is not JobState.DONE:
        return []
    folder = folder_of(home, job.reference)
    return [form for form, (name, _) in FILES.items() if (folder / name).is_file() or can_be_made(form)]


def can_be_made(form: ResultForm) -> bool:
    """Whether it is a copy of the results that is made when first asked for (registry.bulk.answering.copies)."""
    return form is ResultForm.XLSX or (form is ResultForm.PDF and _has_papers())


@cache
def _has_papers() -> bool:
    """Whether a paper can be set on this machine."""
    return not missing_packages()


def result_of(home: Path, job: BulkJob, form: ResultForm) -> tuple[Path, str]:
    """The file and its media type. Raises NotNow before the job is done, NotFound for what it has not."""
    if job.state is not JobState.DONE:
        raise NotNow(f"the job is {job.state}: results are had when it is done")
    name, media_type = FILES[form]
    path = folder_of(home, job.reference) / name
    if not path.is_file():
        raise NotFound(f"this job has no {form}: of the others see `results`")
    return path, media_type
