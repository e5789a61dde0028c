"""The worker cleans one attachment after another, those of all mailboxes in turn."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.models import AuditEntry
from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitise_jobs import REST, SanitiseJob, clean_waiting
from registry.complaints.sealing.sealer import Sealer
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.officers.models import Unit
from registry.vocabulary.cases import AttachmentState, CaseState
from tests.complaints.boxes import UNIT, hand_over, make_box
from tests.complaints.uploads import Uploads, idle

pytestmark = pytest.mark.both_databases


class Copiers:
    """Stands in for the processes: what each was begun with, in their order. `slots` of them are free at a time."""

    def __init__(self, sessions: sessionmaker[Session], *, succeed: bool = True, slots: int = 1) -> None:
        self.begun: list[str] = []
        self.slots = slots
        self._sessions, self._succeed = sessions, succeed

    def begin_all(self, _settings: Settings, jobs: Sequence[SanitiseJob]) -> int:
        for job in jobs:
            self.begun.append(job.attachment)
            if self._succeed:
                with self._sessions.begin() as session:
                    of_job = Attachment.reference == job.attachment
                    session.execute(update(Attachment).where(of_job).values(state=AttachmentState.CLEAN))
        return len(jobs)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sanitise_jobs, "SLOTS", self.slots)
        monkeypatch.setattr(sanitise_jobs, "begin_all", self.begin_all)
        monkeypatch.setattr(sanitise_jobs, "being_cleaned", lambda _settings: set())
        monkeypatch.setattr(sanitise_jobs, "_resting", {})


@pytest.fixture
def sessions(held_services: Services) -> sessionmaker[Session]:
    return held_services.sessions


@pytest.fixture
def files(
    settings: Settings,
    session: Session,
    sessions: sessionmaker[Session],
    sealer: Sealer,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """References of files by what they are called: five of a stranger, and then two of somebody else."""
    unit = Unit(reference=UNIT, authority="it-inl", country="IT", authority_zone="UTC", names={}, is_default=True)
    session.add(unit)
    session.flush()
    made = {}
    with monkeypatch.context() as without_copiers:
        idle(without_copiers)
        for name, count in (("stranger", 5), ("other", 2)):
            filed = make_box(session, sealer)
            filed.case.unit_id, filed.case.state = unit.id, CaseState.SUBMITTED
            hand_over(session, sealer, filed)
            session.commit()
            upload = Uploads(settings, sessions, filed)
            for number in range(1, count + 1):
                made[f"{name}-{number}"] = upload(b"note", f"{number}.txt").reference
    return made


def names(files: dict[str, str], references: Sequence[str]) -> list[str]:
    by_reference = {reference: name for name, reference in files.items()}
    return [by_reference[reference] for reference in references]


def test_many_files_of_one_mailbox_delay_no_first_one_of_another(
    files: dict[str, str], settings: Settings, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    copiers = Copiers(sessions)
    copiers.install(monkeypatch)
    while clean_waiting(settings, sessions):
        pass
    assert names(files, copiers.begun) == [
        "stranger-1", "other-1", "stranger-2", "other-2", "stranger-3", "stranger-4", "stranger-5",
    ]  # fmt: skip


def test_what_has_no_copy_still_rests_and_the_others_go_on(
    files: dict[str, str], settings: Settings, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    copiers = Copiers(sessions, succeed=False, slots=2)
    copiers.install(monkeypatch)
    at = 1000.0
    monkeypatch.setattr(sanitise_jobs.time, "monotonic", lambda: at)
    while clean_waiting(settings, sessions):
        pass
    assert sorted(copiers.begun) == sorted(files.values())
    at += REST
    assert clean_waiting(settings, sessions) == 2
    assert names(files, copiers.begun[-2:]) == ["stranger-1", "other-1"]


def test_no_original_is_opened_while_no_slot_is_free(
    files: dict[str, str],
    settings: Settings,
    session: Session,
    sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle(monkeypatch)
    assert clean_waiting(settings, sessions) == 0
    assert "attachment.clean" not in session.execute(select(AuditEntry.act)).scalars().all()
