"""The tab of visits, calls and evidence: forms keep what was typed, the case file has what was written down, a purge nothing."""

import hashlib
import io
import json
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import func, select

from registry.audit.models import AuditEntry
from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.models import Attachment
from registry.complaints.casework.models import CaseEvent
from registry.complaints.retention import purging
from registry.core.clock import now
from registry.http.transaction import services
from registry.officers.rights import Role
from registry.vocabulary.cases import AttachmentState, CaseState, EventState
from tests.complaints.filing import file
from tests.complaints.samples import jpeg
from tests.pages.officers.signed_in import words_of
from tests.waiting import until

TOLD = {"country": "IT", "deception": "yes", "account": "Invented."}
PHOTO = jpeg(comment=b"taken by the inspectorate")
TODAY, SOON = now().date().isoformat(), (now() + timedelta(days=3)).date().isoformat()
VISIT = {"kind": "visit", "on_day": SOON, "place": "Workshop, Via Nuova 1", "attendees": ["police", "interpreter"]}
EVIDENCE = {
    "kind": "evidence", "on_day": TODAY, "place": "Workshop", "record": "Nine pay slips, <b>unsigned</b>.",
    "sha256": "ab" * 32,
}  # fmt: skip


@pytest.fixture
def filed(session, sealer):
    return file(session, sealer, TOLD, at=now())


@pytest.fixture
def at(filed):
    return f"/console/cases/{filed.case.reference}"


def test_a_visit_is_planned_held_and_told_in_the_history(session, filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    assert desk.post(f"{at}/events", **VISIT, version=filed.case.version).status_code == 303
    event = session.scalars(select(CaseEvent)).one()
    page = words_of(desk.get(f"{at}/events"))
    assert "Workshop, Via Nuova 1" in page
    assert "Police, An interpreter" in page or "An interpreter, Police" in page
    event.on_day = now().date() - timedelta(days=1)
    session.commit()
    assert "not written down yet" in words_of(desk.get(f"{at}/events"))
    record = f"{at}/events/{event.reference}/record"
    sent = {"about": event.reference, "was_held": "yes", "came": " ", "present": ["employer"]}
    refused = desk.post(record, **sent, version=filed.case.version)
    assert refused.status_code == 400
    assert 'value="employer" checked' in refused.get_data(as_text=True), "what was chosen stays"
    assert desk.post(record, **(sent | {"came": "Closed at ten."}), version=filed.case.version).status_code == 303
    assert event.state is EventState.HELD
    assert "Closed at ten." in words_of(desk.get(f"{at}/events"))
    history = words_of(desk.get(at))
    assert "wrote down what was seen, said or taken" in history
    assert "case.events_read" in session.scalars(select(AuditEntry.act)).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place": ""}, "must say something"),
        ({"on_day": "2026-02-30"}, "must be a day like"),
        ({"at_time": "9 o'clock"}, "must be an hour like"),
        ({"kind": "raid"}, "choose one"),
        ({"purpose": "x" * 10_000}, "at most 2000 characters"),
        (
            {"attendees": ["stranger"], "kind": "call", "on_day": TODAY, "at_time": "00:00", "record": "x"},
            "who was called",
        ),
    ],
)
def test_a_refused_form_says_what_is_wrong_and_keeps_what_was_typed(session, filed, at, desk_for, changes, words):
    desk = desk_for(Role.TRIAGE)
    sent = VISIT | {"record": "", "purpose": "Look at the dormitory."} | changes
    refused = desk.post(f"{at}/events", **sent, version=filed.case.version)
    assert refused.status_code == 400
    assert words in words_of(refused)
    assert sent["purpose"] in refused.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(CaseEvent)) == 0


def test_events_are_of_the_unit_alone(filed, at, desk_for):
    assert desk_for(Role.SUPERVISOR, unit="cz-labour").get(f"{at}/events").status_code == 404
    assert desk_for(Role.TRANSLATOR, name="Tina").get(f"{at}/events").status_code == 403


def test_a_decider_reads_the_evidence_and_nothing_else(filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    desk.post(f"{at}/events", **VISIT, version=filed.case.version)
    desk.post(f"{at}/events", **EVIDENCE, version=filed.case.version)
    page = desk_for(Role.DECIDER, name="Decider").get(f"{at}/events")
    assert "Nine pay slips" in words_of(page)
    assert "Workshop, Via Nuova 1" not in words_of(page)
    assert 'name="on_day"' not in page.get_data(as_text=True), "and writes nothing"


def test_a_photograph_is_added_to_the_evidence_read_by_colleagues_and_put_into_the_case_file(
    session, settings, filed, at, desk_for
):
    desk, sent = desk_for(Role.INVESTIGATOR), EVIDENCE | {"sha256": ""}
    desk.post(f"{at}/events", **sent, version=filed.case.version)
    entry = f"{at}/events/{session.scalars(select(CaseEvent.reference)).one()}"
    session.commit()
    added = desk.post(f"{entry}/files", file=(io.BytesIO(PHOTO), "room.jpg"), once="once")
    assert (added.status_code, added.headers["Location"].partition("#")[0]) == (303, f"{at}/events")
    assert "added to the evidence" in words_of(desk.get(f"{at}/events"))
    stored = session.scalars(select(Attachment)).one()
    session.expunge(stored)
    until(lambda: _state_of(session, stored.id) is AttachmentState.CLEAN)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    session.commit()
    supervisor = desk_for(Role.SUPERVISOR, name="Invented Supervisor")
    page = supervisor.get(f"{at}/events")
    assert hashlib.sha256(PHOTO).hexdigest() in words_of(page)
    assert f"{entry}/files/{stored.reference}/remove" not in page.get_data(as_text=True)
    copy = supervisor.get(f"{entry}/files/{stored.reference}")
    assert copy.headers["Content-Disposition"].startswith("attachment; ")
    with pikepdf.open(io.BytesIO(supervisor.post(f"{at}/file").data)) as pdf:
        manifest = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
        assert pdf.attachments["01-room.jpg"].get_file().read_bytes() == copy.data
    (one,) = manifest["evidence"]
    assert one["files"] == [{"name": "room.jpg", "bytes": len(PHOTO), "sha256": hashlib.sha256(PHOTO).hexdigest()}]
    refused = desk.post(f"{entry}/files", file=(io.BytesIO(b"<html>"), "page.html"), once="other")
    assert refused.status_code == 400
    assert desk.post(f"{entry}/files/{stored.reference}/remove").status_code == 303
    assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def _state_of(session, attachment_id):
    """Read in a transaction that is over at once: the one who cleans waits for it otherwise."""
    session.rollback()
    state = session.scalar(select(Attachment.state).where(Attachment.id == attachment_id))
    session.rollback()
    return state


def test_the_case_file_has_what_was_held_and_the_manifest_lists_the_evidence(session, filed, at, desk_for):
    supervisor = desk_for(Role.SUPERVISOR, name="Invented Supervisor")
    assert supervisor.post(f"{at}/events", **VISIT, version=filed.case.version).status_code == 303
    assert supervisor.post(f"{at}/events", **EVIDENCE, version=filed.case.version).status_code == 303
    with pikepdf.open(io.BytesIO(supervisor.post(f"{at}/file").data)) as pdf:
        manifest = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
    (entry,) = manifest["evidence"]
    assert (entry["taken_by"], entry["taken_on"]) == ([supervisor.officer.reference], TODAY)
    assert entry["sha256"] == "ab" * 32
    assert len(entry["entry_sha256"]) == 64


def test_a_purge_leaves_no_event(app, session, sealer, filed, at, desk_for):
    desk_for(Role.INVESTIGATOR).post(f"{at}/events", **EVIDENCE, version=filed.case.version)
    filed.case.state, filed.case.purge_on = CaseState.CLOSED, now().date()
    session.commit()
    purging.purge(services(app).sessions, sealer, now())
    assert session.scalar(select(func.count()).select_from(CaseEvent)) == 0
