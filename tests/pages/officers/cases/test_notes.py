"""Notes and tasks of the unit, and translations by who may read words and nothing else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from registry.audit.models import AuditEntry
from registry.complaints.casework.models import CaseNote, CaseTask, Translation
from registry.complaints.intake import mailbox
from registry.complaints.retention import purging
from registry.core.clock import now
from registry.http.transaction import services
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import come_back, file
from tests.make import make_agency
from tests.pages.officers.signed_in import version_on, words_of

HOSTILE = "<script>alert(1)</script>"
TOLD = {
    "country": "IT", "deception": "yes", "account": "他们收走了我的护照。", "introducer": "老王",
    "contact": {"how": "wechat", "address": "wx-her"},
}  # fmt: skip


@pytest.fixture
def filed(session, sealer):
    return file(session, sealer, TOLD, at=now())


@pytest.fixture
def at(filed):
    return f"/console/cases/{filed.case.reference}"


def test_notes_are_sealed_and_of_the_unit_alone(session, sealer, filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    assert (
        desk.post(f"{at}/notes", text=f"She calls on Mondays. {HOSTILE}", version=filed.case.version).status_code == 303
    )
    page = desk.get(f"{at}/notes").get_data(as_text=True)
    assert "She calls on Mondays." in page
    assert "<script>" not in page
    assert "Mondays" not in session.scalars(select(CaseNote.sealed)).one()
    view = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, now()), now())
    assert view.messages == [], "the complainant does not see it"
    acts = session.scalars(select(AuditEntry.act)).all()
    assert {"case.noted", "case.notes_read"} <= set(acts)
    assert desk_for(Role.SUPERVISOR, unit="cz-labour").get(f"{at}/notes").status_code == 404
    assert desk_for(Role.DECIDER, name="Decider").get(f"{at}/notes").status_code == 403


def test_a_note_that_was_overtaken_or_is_empty_is_not_lost(session, filed, at, desk_for):
    desk = desk_for(Role.TRIAGE)
    refused = desk.post(f"{at}/notes", text="Long and thought through.", version=filed.case.version + 1)
    assert refused.status_code == 409
    assert "Long and thought through." in words_of(refused)
    assert desk.post(f"{at}/notes", text=" ", version=filed.case.version).status_code == 400
    assert session.scalar(select(func.count()).select_from(CaseNote)) == 0


def test_a_task_has_a_day_and_is_done_and_not_done_after_all(session, sealer, filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    tomorrow = (now() + timedelta(days=1)).date().isoformat()
    assert desk.post(f"{at}/tasks", task="Call her.", due_on="yesterday", version=filed.case.version).status_code == 400
    past = desk.post(f"{at}/tasks", task="Call her.", due_on="2020-01-01", version=filed.case.version)
    assert past.status_code == 400
    assert 'value="Call her."' in past.get_data(as_text=True)
    assert desk.post(f"{at}/tasks", task="Call her.", due_on=tomorrow, version=filed.case.version).status_code == 303
    task = session.scalars(select(CaseTask)).one()
    done = {"is_done": "yes"}
    assert desk.post(f"{at}/tasks/{task.reference}", **done, version=filed.case.version).status_code == 303
    assert task.done_by == desk.officer.reference
    desk.post(f"{at}/tasks/{task.reference}", is_done="no", version=filed.case.version)
    assert task.done_on is None
    elsewhere = file(session, sealer, TOLD, at=now()).case
    foreign = f"/console/cases/{elsewhere.reference}/tasks/{task.reference}"
    assert desk.post(foreign, **done, version=elsewhere.version).status_code == 404


def test_a_translation_stands_beside_what_was_told_in_the_officers_language(session, sealer, filed, at, desk_for):
    mailbox.write(session, sealer, come_back(session, sealer, filed.code, now()), "还在吗？", now())
    translator, officer = desk_for(Role.TRANSLATOR, name="Tina"), desk_for(Role.INVESTIGATOR)
    assert filed.case.reference in words_of(translator.get("/console/translations"))
    page = translator.get(f"{at}/translation").get_data(as_text=True)
    subjects = re.findall(r'name="subject" value="([^"]+)"', page)
    assert [one.split(".")[0] for one in subjects] == ["answer", "answer", "message"]
    box = filed.box.reference
    for subject, text in zip(
        subjects, ("Old Wang", f"They took my passport. {HOSTILE}", "Anybody there?"), strict=True
    ):
        done = translator.post(
            f"{at}/translation", box=box, subject=subject, into="en", text=text, version=filed.case.version
        )
        assert done.status_code == 303, subject
    output = officer.get(at).get_data(as_text=True)
    for words in ("他们收走了我的护照。", "They took my passport.", "Anybody there?", "Tina"):
        assert words in output
    assert "<script>" not in output
    officer.officer.language = "it"
    assert "They took my passport." not in words_of(officer.get(at)), "there is none in his language"
    assert all("passport" not in one for one in session.scalars(select(Translation.sealed)))


def test_a_translator_reads_words_and_nothing_else(session, sealer, filed, at, desk_for):
    translator = desk_for(Role.TRANSLATOR)
    displayed = words_of(translator.get(f"{at}/translation"))
    assert "他们收走了我的护照。" in displayed
    assert "wx-her" not in displayed, "how she is reached is the custodian's"
    for path in ("", "/notes", "/referrals"):
        assert translator.get(f"{at}{path}").status_code == 403, path
    assert translator.post(f"{at}/move", to="in_triage", version=filed.case.version).status_code == 403
    last = session.scalars(select(AuditEntry).where(AuditEntry.act == "case.read")).one()
    assert (last.actor, last.detail) == (translator.officer.reference, "translator")
    assert desk_for(Role.INVESTIGATOR, name="Anna").get(f"{at}/translation").status_code == 403


def test_a_translator_is_held_by_wall_interest_version_and_what_is_there(session, sealer, desk_for):
    agency = make_agency(session)
    case = file(session, sealer, TOLD | {"agency": {"agency_id": agency.agency_id}}, at=now())
    at, stated = (
        f"/console/cases/{case.case.reference}/translation",
        {"box": case.box.reference, "into": "en", "text": "x"},
    )
    desk = desk_for(Role.TRANSLATOR)
    version = case.case.version
    assert desk_for(Role.TRANSLATOR, unit="cz-labour").get(at).status_code == 404
    assert desk.post(at, **stated, subject="answer.contact", version=version).status_code == 404
    assert desk.post(at, **stated, subject="answer.account", version=version + 1).status_code == 409
    assert desk.post(at, **(stated | {"text": " "}), subject="answer.account", version=version).status_code == 400
    accounts.declare_conflict(session, desk.officer, agency.agency_id, now().date())
    assert desk.get(at).status_code == 403
    assert desk.post(at, **stated, subject="answer.account", version=version).status_code == 403
    assert session.scalar(select(func.count()).select_from(Translation)) == 0


def test_a_legal_hold_that_outlives_its_case_is_looked_at_twice_a_year(session, filed, at, desk_for):
    desk, other = desk_for(Role.SUPERVISOR), desk_for(Role.INVESTIGATOR, name="Investigator")
    row = "A legal hold keeps a case beyond its last day"
    desk.post(f"{at}/hold", is_held="yes", reason="A court asked for it.", version=filed.case.version)
    session.refresh(filed.case)
    assert filed.case.has_legal_hold
    filed.case.state, filed.case.is_open, filed.case.purge_on = CaseState.CLOSED, False, now().date()
    session.commit()
    assert row not in words_of(desk.get("/console/")), "the reason was written today"
    session.execute(update(CaseNote).values(written_on=now().date() - timedelta(days=181)))
    session.commit()
    assert (row in words_of(desk.get("/console/")), row in words_of(other.get("/console/"))) == (True, False)
    desk.post(f"{at}/notes", text="The court asks for it still.", version=version_on(desk, f"{at}/notes"))
    assert row not in words_of(desk.get("/console/"))


def test_a_purge_leaves_neither_notes_nor_tasks_nor_translations(app, session, sealer, filed, at, desk_for):
    desk, translator = desk_for(Role.INVESTIGATOR), desk_for(Role.TRANSLATOR, name="Tina")
    desk.post(f"{at}/notes", text="A note.", version=filed.case.version)
    desk.post(f"{at}/tasks", task="A task.", version=filed.case.version)
    stated = {"box": filed.box.reference, "subject": "answer.account", "into": "en", "text": "x"}
    translator.post(f"{at}/translation", **stated, version=filed.case.version)
    filed.case.state, filed.case.purge_on = CaseState.CLOSED, now().date()
    session.commit()
    purging.purge(services(app).sessions, sealer, now())
    for table in (CaseNote, CaseTask, Translation):
        assert session.scalar(select(func.count()).select_from(table)) == 0, table
