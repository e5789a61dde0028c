"""Starts the processes that make clean copies of attachments; the caller never waits for one.

Each process (sanitise_attachment.py) fetches the encrypted original, has it cleaned in a confined process, stores the
encrypted copy and records the outcome. All processes of one REGISTRY_HOME share a few slots: locks that end with their
process. A killed process leaves a row in the state `cleaning` and frees its slot: the next visit or the worker tries
again, a few times at most. Two processes for the same file do no harm: the second finds a copy and removes its own.

The worker's task `clean_waiting` starts missing copies, never begun or interrupted, for cases that have a unit. A draft can
be opened by its own mailbox alone: its copies start at the next visit (`sanitise_jobs_due`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachments.actions import facts_of, place
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.case.units import day_of_case
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.clock import now
from registry.core.db.engine import reading_session
from registry.core.errors import KeyTrouble, Unopenable
from registry.core.files import free_slot, taken_slots
from registry.core.keyring import Keyring
from registry.core.settings import Bucket, Settings
from registry.officers.models import Unit
from registry.vocabulary.cases import AttachmentState, FileKind, NoCopy

log = structlog.get_logger()

SLOTS = 2
MAX_ATTEMPTS = 3
PASSING = (NoCopy.NO_TOOL, NoCopy.UNCONFINED)
"""What an operator can put right; then it is tried again."""


class SanitiseJob(msgspec.Struct, frozen=True):
    """What the sanitising process needs: two file keys, and where everything is. Passed by a pipe alone."""

    database_url: str
    files: str | Bucket
    case: str
    attachment: str
    kind: FileKind
    original_name: str
    original_key: bytes
    clean_key: bytes
    changes_voice: bool = False
    scanner: str | None = None
    """Address of the virus scanner that is asked first."""

    def __repr__(self) -> str:
        return f"SanitiseJob({self.attachment})"


def sanitise_job(settings: Settings, opened: OpenContainer, case: Case, attachment: Attachment) -> SanitiseJob:
    """The job of cleaning one attachment whose original was kept.

    Raises Unopenable where the box is not open at both tiers: neither officers of a unit nor strangers can start it.
    """
    assert attachment.original_name is not None
    assert attachment.original_key is not None
    return SanitiseJob(
        database_url=settings.database_url,
        files=settings.files if isinstance(settings.files, Bucket) else str(settings.files),
        case=case.reference,
        attachment=attachment.reference,
        kind=attachment.kind,
        original_name=attachment.original_name,
        original_key=opened.open_file_key(attachment.original_key, place(case, attachment.reference, "original")),
        clean_key=opened.open_file_key(attachment.clean_key, place(case, attachment.reference, "clean")),
        changes_voice=facts_of(opened, case, attachment).changes_voice,
        scanner=settings.scanner,
    )


def begin(settings: Settings, job: SanitiseJob) -> bool:
    """Start a job, once its attachment is committed. False when all slots are taken: it stays due."""
    with slot(settings) as mine:
        if mine is None:
            return False
        os.ftruncate(mine, 0)
        os.pwrite(mine, job.attachment.encode(), 0)
        _running[:] = [one for one in _running if one.poll() is None]
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.complaints.attachments.sanitise_attachment"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(mine,),
            # What the process needs is in the job.
            env={name: value for name, value in os.environ.items() if not name.startswith("REGISTRY")},
        )
        _running.append(process)
        assert process.stdin is not None
        try:
            # Smaller than a pipe holds, so this does not wait for the process either.
            process.stdin.write(msgspec.json.encode(job))
            process.stdin.close()
        except BrokenPipeError:
            return False
    return True


WAITS = or_(
    Attachment.state.in_([AttachmentState.KEPT, AttachmentState.CLEANING]),
    and_(Attachment.state == AttachmentState.NO_CLEAN_COPY, Attachment.no_copy.in_(PASSING)),
)
"""Whether an attachment needs a clean copy, be it that a process is making it now."""


def due(
    session: Session, settings: Settings, among: ColumnElement[bool], limit: int = 20, but: Collection[str] = ()
) -> list[Attachment]:
    """Attachments that need a clean copy and that no process is working on, the first file of each mailbox first.

    Gives up those that were tried too often. `among`: a condition on Attachment; `but`: references of others that are left
    out. Needs a session that may write.
    """
    left_out = being_cleaned(settings) | set(but)
    found = session.execute(
        select(Attachment)
        .where(among, WAITS, Attachment.reference.not_in(left_out))
        .order_by(_place_in_mailbox(), Attachment.id)
        .limit(limit)
    )
    waiting = []
    for attachment in found.scalars():
        if attachment.attempts >= MAX_ATTEMPTS and attachment.state is AttachmentState.CLEANING:
            attachment.state, attachment.no_copy = AttachmentState.NO_CLEAN_COPY, NoCopy.INTERRUPTED
        else:
            waiting.append(attachment)
    session.flush()
    return waiting


def _place_in_mailbox() -> ColumnElement[int]:
    """The place of an attachment among the files of its mailbox: a mailbox with many delays the first of no other."""
    earlier = aliased(Attachment)
    return (
        select(func.count())
        .select_from(earlier)
        .where(earlier.box_id == Attachment.box_id, earlier.id <= Attachment.id)
        .scalar_subquery()
    )


def sanitise_jobs_due(
    session: Session, settings: Settings, case: Case, opened: Sequence[OpenContainer]
) -> list[SanitiseJob]:
    """Clean copies still to be made in the boxes that this visit has opened. Begin them after the commit."""
    by_id = {one.box.id: one for one in opened}
    waiting = due(session, settings, Attachment.box_id.in_(by_id), limit=SLOTS)
    return [sanitise_job(settings, by_id[attachment.box_id], case, attachment) for attachment in waiting]


def begin_all(settings: Settings, jobs: Sequence[SanitiseJob]) -> int:
    """Start as many jobs as there are slots; gives how many. Call it after the commit."""
    begun = 0
    for one in jobs:
        if not begin(settings, one):
            break
        begun += 1
    return begun


def being_cleaned(settings: Settings) -> set[str]:
    """References of the attachments that a living process of this home is cleaning."""
    return taken_slots(_folder(settings), SLOTS)


_running: list[subprocess.Popen[bytes]] = []
"""The processes started by this one. None is waited for; each is reaped when the next is started."""


def _folder(settings: Settings) -> Path:
    folder = settings.home / "cleaning"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def slot(settings: Settings) -> AbstractContextManager[int | None]:
    """A free slot, locked. A process that was given its descriptor keeps it for as long as it lives."""
    return free_slot(_folder(settings), SLOTS)


REST = 60.0
"""Seconds after which an attachment is begun again that has no copy still: its scanner may be away, or its tool missing."""

_resting: dict[str, float] = {}
"""Until when, by the monotonic clock, an attachment rests that this process began."""


def clean_waiting(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Start cleaning what waits, as far as there are slots; gives how many. Opening the originals is audited.

    It is asked each second, so that the next begins when one ends.
    """
    free = SLOTS - len(being_cleaned(settings))
    if free <= 0:
        return 0
    at = time.monotonic()
    for reference in [reference for reference, until in _resting.items() if until <= at]:
        del _resting[reference]
    of_a_unit = Attachment.case_id.in_(select(Case.id).where(Case.unit_id.is_not(None)))
    with reading_session(sessions) as session:
        waiting = select(Attachment.id).where(of_a_unit, WAITS, Attachment.reference.not_in(list(_resting)))
        if session.execute(waiting.limit(1)).first() is None:
            return 0
    sealer, jobs = Sealer(Keyring(settings.keys)), []
    with sessions.begin() as session:
        for attachment in due(session, settings, of_a_unit, free, but=_resting):
            box, case, unit = session.execute(
                select(EncryptedContainer, Case, Unit)
                .join(Case, Case.id == EncryptedContainer.case_id)
                .join(Unit, Unit.id == Case.unit_id)
                .where(EncryptedContainer.id == attachment.box_id)
            ).one()
            try:
                opened = sealer.open_as_custodian(session, box, unit.reference)
                jobs.append(sanitise_job(settings, opened, case, attachment))
            except (Unopenable, KeyTrouble) as trouble:
                log.error("attachment_not_opened", attachment=attachment.reference, trouble=trouble.text)
                _resting[attachment.reference] = at + REST
                continue
            record(session, "attachment.clean", case.reference, on=day_of_case(session, case, now()), actor="registry")
    begun = begin_all(settings, jobs)
    _resting.update((job.attachment, at + REST) for job in jobs[:begun])
    return begun
