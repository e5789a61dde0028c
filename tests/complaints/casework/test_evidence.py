"""Files of evidence: who adds them, what their hash binds, who opens what, and that they go where their case goes."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.actions import SentFile, discard, files_remover
from registry.complaints.attachments.file_store import compare, store_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.uploading import UploadServices
from registry.complaints.case.models import Case
from registry.complaints.casework import evidence
from registry.complaints.casework.access_grants.queries import original_in
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.events import EventDraft, add_event, events_of, take_back_event
from registry.complaints.casework.models import CaseEvent
from registry.complaints.casework.queries import files_of
from registry.complaints.retention.purging import purge
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import InvalidInput, NotFound, NotNow, RefusedFile
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.cases import AttachmentState, CaseRole, CaseState, EventKind
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, ORDINARY, Filed, file, make_units
from tests.complaints.parties.transfers.making import ITALY, Staff, accepted, as_officer, make_staff
from tests.complaints.samples import jpeg
from tests.waiting import until

LATER = AT + timedelta(hours=2)
PLACE = "Workshop, Via Nuova 1, Prato"
PHOTO = jpeg(comment=b"planted-camera-3311")
SHA256 = hashlib.sha256(PHOTO).hexdigest()
TAKEN = EventDraft(EventKind.EVIDENCE, LATER.date(), place=PLACE, record="Nine machines in one room.")
COLLEAGUE = Officer("A colleague", CaseRole.SUPERVISOR, ITALY)


class EvidenceList(NamedTuple):
    """A case, and the entry of the evidence list that an officer of its unit wrote."""

    session: Session
    services: UploadServices
    sealer: Sealer
    officer: Officer
    filed: Filed
    entry: str

    def add(self, body: bytes = PHOTO, by: Officer | None = None, entry: str = "", once: str = "once") -> Attachment:
        # An upload has transactions of its own.
        self.session.commit()
        return evidence.add_file(
            self.services, self.sealer, by or self.officer, self.filed.case.reference, entry or self.entry,
            SentFile(body, "room.jpg", idempotency_key=once), LATER,
        )  # fmt: skip

    def read(self, session: Session, added: Attachment, by: Officer) -> bytes:
        call, case = Call(session, by, LATER), self.filed.case.reference
        return evidence.read_file(call, self.sealer, self.services.store, case, self.entry, added.reference).body

    def remove(self, session: Session, added: Attachment, by: Officer, days: int = 0) -> None:
        call = Call(session, by, LATER + timedelta(days=days))
        names = evidence.remove_file(call, self.filed.case.reference, self.entry, added.reference)
        session.commit()
        discard(self.services.store, names)

    def stored(self) -> int:
        return len(list(self.services.store.listing()))


@pytest.fixture
def staff(session: Session, sealer: Sealer, keyring: Keyring) -> Staff:
    make_units(session, sealer)
    return make_staff(session, sealer, keyring)


@pytest.fixture
def evidence_list(session: Session, sealer: Sealer, settings: Settings, staff: Staff) -> Iterator[EvidenceList]:
    engine = engine_for(settings.database_url)
    services = UploadServices(settings, sessions_for(engine), store_of(settings))
    officer, filed = as_officer(staff.anna), file(session, sealer, ORDINARY)
    entry = add_event(Call(session, officer, LATER), sealer, filed.case.reference, TAKEN).reference
    session.commit()
    yield EvidenceList(session, services, sealer, officer, filed, entry)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    engine.dispose()


@pytest.fixture
def photo(evidence_list: EvidenceList, session: Session) -> Attachment:
    """A photograph of the workshop with its clean copy."""
    added = evidence_list.add()
    until(lambda: _state(evidence_list, added) is AttachmentState.CLEAN)
    return added


def _state(evidence_list: EvidenceList, added: Attachment) -> AttachmentState:
    with evidence_list.services.sessions() as session:
        return session.get_one(Attachment, added.id).state


def count(session: Session, table: type) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def test_colleagues_read_a_clean_copy_and_the_custodian_opens_what_was_taken(session, sealer, evidence_list, photo):
    case, store = session.get_one(Case, evidence_list.filed.case.id), evidence_list.services.store
    (shown,) = events_of(session, sealer, COLLEAGUE, case)
    (told,) = shown.files
    assert (told.name, told.sha256, told.size, told.stored_on) == ("room.jpg", SHA256, len(PHOTO), LATER.date())
    assert shown.digest != shown._replace(files=()).digest, "the hash of an entry binds its files"
    assert b"planted-camera" not in evidence_list.read(session, photo, COLLEAGUE), (
        "the copy says nothing of place and device"
    )
    assert [one.reference for one in files_of(session, sealer, COLLEAGUE, case)] == [photo.reference]
    assert original_in(session, sealer, ITALY, case, photo.reference, store)[1] == PHOTO
    assert not any(b"planted-camera" in b"".join(store.get(name)) for name, _ in store.listing())
    assert {"event.file_added", "event.file_read"} <= {line.act for line in lines_about(session, case.reference)}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_has_the_hash_that_the_entry_states(session, sealer, evidence_list):
    call = Call(session, evidence_list.officer, LATER)
    stated = add_event(call, sealer, evidence_list.filed.case.reference, TAKEN._replace(sha256=SHA256)).reference
    session.commit()
    with pytest.raises(InvalidInput) as refused:
        evidence_list.add(jpeg(comment=b"another"), entry=stated)
    assert [fault.parameter for fault in refused.value.faults] == ["file"]
    assert (evidence_list.stored(), count(session, Attachment)) == (0, 0)
    assert evidence_list.add(entry=stated).reference


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_the_author_adds_files_and_removes_them_on_the_same_day(session, sealer, evidence_list, photo):
    with pytest.raises(NotNow):
        evidence_list.add(by=COLLEAGUE, once="another")
    for by, days in ((COLLEAGUE, 0), (evidence_list.officer, 1)):
        with pytest.raises(NotNow):
            evidence_list.remove(session, photo, by, days)
        session.rollback()
    case = session.get_one(Case, evidence_list.filed.case.id)
    with pytest.raises(NotNow):
        take_back_event(Call(session, evidence_list.officer, LATER), sealer, case.reference, evidence_list.entry)
    session.rollback()
    case.has_legal_hold = True
    with pytest.raises(NotNow):
        evidence_list.remove(session, photo, evidence_list.officer)
    session.rollback()
    evidence_list.remove(session, photo, evidence_list.officer)
    assert (evidence_list.stored(), count(session, Attachment)) == (0, 0)
    take_back_event(Call(session, evidence_list.officer, LATER), sealer, case.reference, evidence_list.entry)
    assert count(session, CaseEvent) == 0
    assert session.scalars(select(EncryptedContainer).where(EncryptedContainer.is_copy)).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_visit_and_another_units_officer_have_no_evidence(session, sealer, evidence_list, staff):
    visit = EventDraft(EventKind.VISIT, LATER.date(), place=PLACE, record="The door was locked.")
    entry = add_event(
        Call(session, evidence_list.officer, LATER), sealer, evidence_list.filed.case.reference, visit
    ).reference
    session.commit()
    for by, of in ((evidence_list.officer, entry), (as_officer(staff.rosa), evidence_list.entry)):
        with pytest.raises(NotFound):
            evidence_list.add(by=by, entry=of)
    with pytest.raises(RefusedFile):
        evidence_list.add(b"<html>no evidence</html>")
    assert (evidence_list.stored(), count(session, Attachment)) == (0, 0)


def test_the_files_go_with_the_case_to_another_unit(session, sealer, evidence_list, staff, photo):
    filed = evidence_list.filed._replace(case=session.get_one(Case, evidence_list.filed.case.id))
    accepted(session, sealer, staff, filed)
    rosa = as_officer(staff.rosa)
    assert evidence_list.read(session, photo, rosa)
    assert (
        original_in(session, sealer, rosa.unit, filed.case, photo.reference, evidence_list.services.store)[1] == PHOTO
    )
    with pytest.raises(NotFound):
        evidence_list.read(session, photo, evidence_list.officer)
    assert ITALY not in session.scalars(select(WrappedKey.holder)).all()


def test_a_purge_destroys_them(session, sealer, evidence_list, photo):
    case = session.get_one(Case, evidence_list.filed.case.id)
    case.state, case.purge_on = CaseState.CLOSED, LATER.date()
    session.commit()
    assert (
        purge(evidence_list.services.sessions, sealer, LATER, files_remover(evidence_list.services.store)).emptied == 1
    )
    assert [count(session, table) for table in (Attachment, CaseEvent, EncryptedContainer, WrappedKey)] == [0] * 4
    assert evidence_list.stored() == 0


class Killed(BaseException):
    """The process ends here: nothing that follows is done, and no cleaning up."""


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_upload_that_breaks_off_leaves_nothing_half_and_comes_once_when_it_is_sent_again(
    session, evidence_list, monkeypatch
):
    """Ended after so many of its statements there is a whole file with its line in the audit trail, or none."""
    engine, case = evidence_list.services.sessions.kw["bind"], evidence_list.filed.case.reference

    def files() -> int:
        session.rollback()
        lines = [one.act for one in lines_about(session, case)].count("event.file_added")
        assert lines == count(session, Attachment)
        assert not compare(session, evidence_list.services.store, LATER.date()).without_original
        return lines

    for times, after in enumerate((2, 9, 16, 20, 24)):
        entry, left = (
            add_event(Call(session, evidence_list.officer, LATER), evidence_list.sealer, case, TAKEN).reference,
            iter(range(after)),
        )
        with monkeypatch.context() as patch:
            patch.setattr("registry.complaints.attachments.uploading.discard_if_possible", lambda *_: None)
            event.listen(engine, "before_cursor_execute", end := partial(_end, left, after))
            with pytest.raises(Killed):
                evidence_list.add(entry=entry)
            event.remove(engine, "before_cursor_execute", end)
        assert files() == times
        for _ in range(2):
            evidence_list.add(entry=entry)
        assert files() == times + 1


def _end(left: Iterator[int], after: int, *_: object) -> None:
    if next(left, None) == after - 1:
        raise Killed
