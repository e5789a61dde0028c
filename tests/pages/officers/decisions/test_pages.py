"""The tab of a case's decision: drafts are saved, what was previewed is made, and only by officers who may."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import Decision
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState
from tests.complaints.filing import ORDINARY, Filed, come_back, file
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, words_of

EVIL = "<img src=x onerror=alert(1)>"
FOUND = {"outcome": "partly", "reasons": f"Found so {EVIL}", "summary": f"Papers were kept {EVIL}", "object_days": "40"}


@pytest.fixture
def case(session: Session, sealer: Sealer) -> Filed:
    filed = file(session, sealer, ORDINARY, at=now())
    anna = Officer("A. Anna", CaseRole.INVESTIGATOR, "it-labour")
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, anna, now()), sealer, filed.case.reference, state)
    return filed


def at_of(case: Filed) -> str:
    return f"/console/cases/{case.case.reference}/decision"


def version_on(desk: OfficerClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]


def test_one_officer_writes_another_decides_and_the_worker_reads_what_was_previewed(
    session: Session, sealer: Sealer, case: Filed, desk_for: OfficerClientFor
) -> None:
    writer, decider = desk_for(Role.INVESTIGATOR, name="W Writer"), desk_for(Role.DECIDER, name="D Decider")
    assert writer.post(at_of(case), **FOUND, version=version_on(writer, at_of(case))).status_code == 303
    page = decider.get(at_of(case)).get_data(as_text=True)
    assert EVIL not in page
    assert page.count("&lt;img src=x") >= 3
    preview = re.search(r'<blockquote class="words" lang="zh-Hans"><bdi>(.*?)</bdi>', page, re.DOTALL)
    assert preview is not None
    reference = session.execute(select(Decision.reference)).scalar_one()
    made = decider.post(f"{at_of(case)}/{reference}/make", version=version_on(decider, at_of(case)))
    assert made.status_code == 303
    assert case.case.state is CaseState.DECIDED_PARTLY
    visit = come_back(session, sealer, case.code, now())
    read = [one.text for one in mailbox.mailbox(session, sealer, visit, now()).messages]
    assert read == [preview[1].replace("&lt;", "<").replace("&gt;", ">")]
    assert "您所说的情况有一部分属实" in read[0]
    again = decider.post(f"{at_of(case)}/{reference}/make", version=case.case.version)
    assert again.status_code == 409
    assert "already" in words_of(again)


def test_a_summary_in_another_language_is_translated_before_it_is_sent(
    session: Session, sealer: Sealer, case: Filed, desk_for: OfficerClientFor
) -> None:
    writer, decider = desk_for(Role.INVESTIGATOR, name="W Writer"), desk_for(Role.DECIDER, name="D Decider")
    translator = desk_for(Role.TRANSLATOR, name="T Translator")
    found = FOUND | {"language": "en", "version": version_on(writer, at_of(case))}
    assert writer.post(at_of(case), **found).status_code == 303
    page = words_of(decider.get(at_of(case)))
    assert "The complainant reads Simplified Chinese" in page
    assert "T Translator" in page
    reference = session.execute(select(Decision.reference)).scalar_one()
    assert decider.post(f"{at_of(case)}/{reference}/make", version=case.case.version).status_code == 409
    # It stands on the translator's first page, which leads to the form.
    assert "in the complainant’s language" in words_of(translator.get("/console/"))
    at = f"/console/cases/{case.case.reference}/translation"
    written = translator.post(
        at, subject="decision.summary", text="部分证件被扣留。", version=version_on(translator, at)
    )
    assert written.status_code == 303, words_of(written)
    session.expire_all()
    assert decider.post(f"{at_of(case)}/{reference}/make", version=case.case.version).status_code == 303
    visit = come_back(session, sealer, case.code, now())
    letter = mailbox.mailbox(session, sealer, visit, now()).messages[-1].text
    assert "部分证件被扣留。" in letter
    assert FOUND["summary"] not in letter


def test_who_wrote_it_has_no_button_and_no_way_around_it(
    session: Session, case: Filed, desk_for: OfficerClientFor
) -> None:
    both = desk_for(Role.INVESTIGATOR, Role.DECIDER, name="Both Roles")
    assert both.post(at_of(case), **FOUND, version=version_on(both, at_of(case))).status_code == 303
    page = words_of(both.get(at_of(case)))
    assert "You wrote this draft: somebody else decides." in page
    reference = session.execute(select(Decision.reference)).scalar_one()
    assert both.post(f"{at_of(case)}/{reference}/make", version=case.case.version).status_code == 409
    assert case.case.state is CaseState.DECISION_DRAFT


def test_a_form_that_is_refused_keeps_what_was_typed(session: Session, case: Filed, desk_for: OfficerClientFor) -> None:
    desk = desk_for(Role.INVESTIGATOR)
    version = case.case.version
    for fields, status, words in (
        ({"version": version - 1}, 409, "somebody changed this"),
        ({"version": version, "object_days": "2"}, 400, "must be 30 to 365 days"),
        ({"version": version, "object_days": "many"}, 400, "must be a number of days"),
        ({"version": version, "outcome": "perhaps"}, 400, "choose what was found"),
        (
            {"version": version, "summary": f"{EVIL} {case.case.reference}"},
            400,
            "holds a number that looks like a case",
        ),
        ({"version": version, "reasons": " "}, 400, "must say something"),
        ({}, 400, "load the page again"),
    ):
        refused = desk.post(at_of(case), **(FOUND | fields))
        assert refused.status_code == status, fields
        assert words in words_of(refused)
        page = refused.get_data(as_text=True)
        assert EVIL not in page
        if "summary" not in fields:
            assert "Papers were kept &lt;img" in page
    assert session.execute(select(Decision)).all() == []


def test_a_decision_is_reached_through_its_own_case_alone(
    session: Session, sealer: Sealer, case: Filed, desk_for: OfficerClientFor
) -> None:
    desk, decider = desk_for(Role.INVESTIGATOR), desk_for(Role.DECIDER, name="D Decider")
    desk.post(at_of(case), **FOUND, version=case.case.version)
    other = file(session, sealer, ORDINARY, at=now())
    reference = session.execute(select(Decision.reference)).scalar_one()
    crossed = decider.post(f"{at_of(other)}/{reference}/make", version=case.case.version)
    assert crossed.status_code == 404
    foreign = desk_for(Role.DECIDER, name="F Foreign", unit="cz-labour")
    assert foreign.get(at_of(case)).status_code == 404
    assert foreign.post(f"{at_of(case)}/{reference}/make", version=case.case.version).status_code == 404


def test_what_is_sent_back_says_why(session: Session, case: Filed, desk_for: OfficerClientFor) -> None:
    desk, decider = desk_for(Role.INVESTIGATOR), desk_for(Role.DECIDER, name="D Decider")
    desk.post(at_of(case), **FOUND, version=case.case.version)
    reference = session.execute(select(Decision.reference)).scalar_one()
    path = f"{at_of(case)}/{reference}/send-back"
    assert decider.post(path, version=case.case.version, reason="").status_code == 400
    assert decider.post(path, version=case.case.version, reason="Ask again").status_code == 303
    assert case.case.state is CaseState.INVESTIGATING
    assert "Sent back" in words_of(desk.get(at_of(case)))
