"""Makes papers in another process: a request starts a short-lived process and never waits for it, `pdf_at_once` apart.

One folder serves all processes of a registry. A slot is a file that the making process holds locked for as long as it
lives, so that at most SLOTS papers are made at once however many processes serve, and one that is killed frees its slot
by dying. Before a process starts, a file says that the paper failed; it removes that file when it succeeds. So a paper
whose maker was killed or ran out of time is known as failed, and not begun again for every request.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import msgspec
from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core import errors, files
from registry.core.db.engine import Base, Instant, Text
from registry.proofs.papers.rendering import MAX_SECONDS, Draft, Trouble

SLOTS = 2
KEPT = 600
"""Seconds a finished paper is kept, so that no erased name stays in one."""
PAUSE = 60
"""Seconds before a paper that failed is tried again."""


class Making(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished paper (`body`), one that is being made, or one that cannot be: `missing` names Debian packages.

    `is_own`: it was made on this machine.
    """

    state: Making
    body: bytes = b""
    missing: tuple[str, ...] = ()
    is_own: bool = False


def is_shared_first(folder: Path, key: str) -> bool:
    """Whether the caller is the first to let other machines have a paper of this folder."""
    try:
        os.close(os.open(folder / f"{key}.shared", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True


def key_of(*facts: object) -> str:
    """The name of a paper by all that it depends on."""
    return sha256(msgspec.json.encode([str(fact) for fact in facts])).hexdigest()[:40]


def paper(
    folder: Path, key: str, draft: Callable[[], Draft], *, elsewhere: Callable[[], bytes | None] | None = None
) -> Made:
    """The paper of a key if it is there; otherwise it is begun, unless it is being made or has just failed.

    `elsewhere` gives what another machine has made; it is asked before the paper is begun here.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder)
    is_being_made = key in files.taken_slots(folder, SLOTS)
    # Read after the slots: a paper that was finished in between is found.
    body = _read(folder / f"{key}.pdf")
    if body is not None:
        return Made(Making.READY, body, is_own=True)
    if is_being_made:
        return Made(Making.WAITING)
    trouble = _read(folder / f"{key}.trouble")
    if trouble is not None:
        return Made(Making.FAILED, missing=msgspec.json.decode(trouble, type=Trouble).missing)
    body = elsewhere() if elsewhere is not None else None
    if body is not None:
        return Made(Making.READY, body)
    _begin(folder, key, draft)
    return Made(Making.WAITING)


def _sweep(folder: Path) -> None:
    """Remove papers that are too old to keep, and the news of failures that are old enough to try again."""
    age = {".pdf": KEPT, ".trouble": PAUSE}
    instant = time.time()
    for path in folder.iterdir():
        try:
            if instant - path.stat().st_mtime > age.get(path.suffix, KEPT) and not path.name.startswith("slot-"):
                path.unlink()
        except FileNotFoundError:
            continue


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _begin(folder: Path, key: str, draft: Callable[[], Draft]) -> None:
    """Start a process if a slot is free; otherwise the caller has to come again."""
    with files.free_slot(folder, SLOTS) as slot:
        if slot is not None:
            made = draft()
            os.ftruncate(slot, 0)
            os.pwrite(slot, key.encode(), 0)
            (folder / f"{key}.trouble").write_bytes(msgspec.json.encode(Trouble()))
            _start(folder, key, made, slot)


def _start(folder: Path, key: str, draft: Draft, slot: int) -> None:
    _running[:] = [one for one in _running if one.poll() is None]
    with tempfile.TemporaryFile(dir=folder) as handed_over:
        handed_over.write(msgspec.json.encode(draft))
        handed_over.seek(0)
        command = [sys.executable, "-m", "registry.proofs.papers.rendering", str(folder), key]
        _running.append(subprocess.Popen(command, stdin=handed_over, stdout=subprocess.DEVNULL, pass_fds=(slot,)))


_running: list[subprocess.Popen[bytes]] = []
"""The processes that this process started. They are not waited for; each is reaped when the next one starts."""


def pdf_at_once(draft: Draft) -> bytes:
    """The PDF of a paper that holds what was written in a case: set while the caller waits, and never on the disk.

    Raises NotNow where it cannot be set here.
    """
    command = [sys.executable, "-m", "registry.proofs.papers.rendering", "-"]
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(draft), stdout=subprocess.PIPE, timeout=MAX_SECONDS + 5, check=False
        )
    except subprocess.TimeoutExpired:
        raise errors.NotNow("the file took too long to make: try again later", "case.no_pdf") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise errors.NotNow(
            "the file could not be made here: the operator finds the reason in the server's log", "case.no_pdf"
        )
    return done.stdout


class MadePaper(Base):
    """A paper that was just made, for the machines that did not make it. `key`: of all that it depends on (`key_of`).

    On PostgreSQL the machine that is asked for a paper which it has made puts it into the database, so that a balancer may send
    the next request for it anywhere. They are kept as long as files are (KEPT). On SQLite one folder serves all.
    """

    __tablename__ = "made_papers"
    key: Mapped[str] = mapped_column(Text(40), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)


def find_shared(session: Session, key: str, at: datetime) -> bytes | None:
    """The paper that a machine has made; None where there is none, or where it is too old to be shown."""
    query = select(MadePaper.body).where(MadePaper.key == key, MadePaper.made_at > at - timedelta(seconds=KEPT))
    return session.execute(query).scalar_one_or_none()


def share(session: Session, key: str, body: bytes, at: datetime) -> None:
    """Let other machines have it, and remove those that are too old."""
    forget_shared(session, at - timedelta(seconds=KEPT))
    session.execute(insert(MadePaper).values(key=key, body=body, made_at=at).on_conflict_do_nothing())


def forget_shared(session: Session, before: datetime | None = None) -> None:
    """Remove those that were made before an instant, or all: one may name a person who was erased since."""
    session.execute(delete(MadePaper).where(MadePaper.made_at < before) if before is not None else delete(MadePaper))
