"""Decisions: drafted by one, made by another, told in the complainant's language; one transaction or none at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.complaints.case.moves import moves_of
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions, queries
from registry.complaints.casework.models import Decision
from registry.complaints.intake import mailbox
from registry.complaints.retention import purging
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.vocabulary.cases import CaseRole, CaseState, DecisionOutcome, DecisionState
from tests.audit.lines import lines_about
from tests.complaints.casework.decisions.making import (
    ANNA,
    BRUNO,
    CARLA,
    FOREIGN,
    REASONS,
    SUMMARY,
    decided,
    drafted,
    looked_into,
    words,
)
from tests.complaints.filing import AT, ORDINARY, Filed, come_back, file, make_units


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer) -> None:
    make_units(session, sealer)


@pytest.fixture
def case(session: Session, sealer: Sealer) -> Filed:
    return looked_into(session, sealer)


def read_by_worker(session: Session, sealer: Sealer, case: Filed) -> list[str]:
    visit = come_back(session, sealer, case.code)
    return [message.text for message in mailbox.mailbox(session, sealer, visit, AT).messages]


def test_a_decision_drafted_by_one_is_made_by_another_and_read_by_the_worker_in_their_language(
    session: Session, sealer: Sealer, case: Filed
) -> None:
    decision = drafted(session, sealer, case)
    assert case.case.state is CaseState.DECISION_DRAFT
    actions.make(Call(session, BRUNO, AT), sealer, decision.reference, words=words)
    assert case.case.state is CaseState.DECIDED_UPHELD
    until = AT.date() + timedelta(days=60)
    assert (decision.state, decision.decided_by, decision.object_until) == (DecisionState.MADE, "B. Bruno", until)
    assert read_by_worker(session, sealer, case) == [f"zh-Hans upheld {SUMMARY} {until}"]
    acts = [line.act for line in lines_about(session, case.case.reference)]
    assert acts.index("decision.drafted") < acts.index("decision.made")
    assert acts.count("case.moved") == len(moves_of(session, case.case))


def test_who_wrote_it_or_looked_into_the_case_does_not_make_it(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = drafted(session, sealer, case, CARLA)
    for name in ("C. Carla", "c.  CARLA", "A. Anna"):
        with pytest.raises(IllegalMove):
            actions.make(
                Call(session, Officer(name, CaseRole.DECIDER, "it-labour"), AT), sealer, decision.reference, words=words
            )
    assert case.case.state is CaseState.DECISION_DRAFT
    # An officer who writes it anew excludes the earlier writers as well.
    drafted(session, sealer, case, Officer("E. Eva", CaseRole.INVESTIGATOR, "it-labour"))
    assert decision.written_by == ["C. Carla", "E. Eva"]
    with pytest.raises(IllegalMove, match="who wrote a decision"):
        actions.make(
            Call(session, Officer("E. Eva", CaseRole.DECIDER, "it-labour"), AT), sealer, decision.reference, words=words
        )


def test_the_database_itself_refuses_one_person(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = drafted(session, sealer, case)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE decisions SET decided_by = drafted_by"))
    session.rollback()
    assert decision.decided_by is None


def test_it_is_made_once_and_from_what_was_looked_at(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = drafted(session, sealer, case)
    seen = case.case.version
    drafted(session, sealer, case, outcome=DecisionOutcome.NOT_UPHELD, reasons="Nothing was found.")
    with pytest.raises(StaleVersion):
        actions.make(Call(session, BRUNO, AT, seen), sealer, decision.reference, words=words)
    actions.make(Call(session, BRUNO, AT, case.case.version), sealer, decision.reference, words=words)
    assert case.case.state is CaseState.DECIDED_NOT_UPHELD
    with pytest.raises(IllegalMove, match="already"):
        actions.make(Call(session, BRUNO, AT), sealer, decision.reference, words=words)
    assert len(read_by_worker(session, sealer, case)) == 1


def test_nothing_of_it_is_there_when_it_is_not_committed(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = drafted(session, sealer, case)
    session.commit()
    actions.make(Call(session, BRUNO, AT), sealer, decision.reference, words=words)
    session.rollback()
    session.expire_all()
    assert (case.case.state, decision.state) == (CaseState.DECISION_DRAFT, DecisionState.DRAFTED)
    assert read_by_worker(session, sealer, case) == []
    assert "decision.made" not in [line.act for line in lines_about(session, case.case.reference)]


def test_what_is_sent_back_is_looked_into_again_and_decided_anew(session: Session, sealer: Sealer, case: Filed) -> None:
    first = drafted(session, sealer, case)
    with pytest.raises(InvalidInput):
        actions.send_back(Call(session, BRUNO, AT), sealer, first.reference, reason="  ")
    actions.send_back(Call(session, BRUNO, AT), sealer, first.reference, reason="Ask for the contracts.")
    assert (case.case.state, first.state) == (CaseState.INVESTIGATING, DecisionState.SENT_BACK)
    with pytest.raises(IllegalMove):
        actions.make(Call(session, BRUNO, AT), sealer, first.reference, words=words)
    second = drafted(session, sealer, case)
    assert second.reference != first.reference
    actions.make(Call(session, BRUNO, AT), sealer, second.reference, words=words)
    _, found = queries.decisions_of(session, sealer, BRUNO, case.case.reference, AT.date())
    assert [one.decision.state for one in found] == [DecisionState.MADE, DecisionState.SENT_BACK]


def test_a_draft_outlives_a_case_that_went_elsewhere_meanwhile(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = drafted(session, sealer, case)
    casework.move(
        Call(session, ANNA, AT), sealer, case.case.reference, CaseState.INVESTIGATING, reason="One more witness."
    )
    with pytest.raises(IllegalMove, match="not where it is decided"):
        actions.make(Call(session, BRUNO, AT), sealer, decision.reference, words=words)
    assert drafted(session, sealer, case).reference == decision.reference
    assert case.case.state is CaseState.DECISION_DRAFT


def test_what_was_not_looked_into_is_not_decided(session: Session, sealer: Sealer) -> None:
    with pytest.raises(NotNow, match="looked into first"):
        drafted(session, sealer, file(session, sealer))


def test_the_summary_identifies_no_one(session: Session, sealer: Sealer) -> None:
    case = looked_into(session, sealer, account="They take our passports and keep them in the office of the boss.")
    for summary in (
        f"Case {case.case.reference[:4]}-{case.case.reference[4:]} is so.",
        "On 3.2.2026 it was so.",
        "It is true that THEY take our passports and  keep them in the office.",
    ):
        with pytest.raises(InvalidInput) as refused:
            drafted(session, sealer, case, summary=summary)
        assert [fault.parameter for fault in refused.value.faults] == ["summary"]
    assert case.case.state is CaseState.INVESTIGATING
    drafted(session, sealer, case, summary="Passports were kept.")


def test_an_objection_has_a_month_to_a_year(session: Session, sealer: Sealer, case: Filed) -> None:
    for days in (29, 366):
        with pytest.raises(InvalidInput, match="must be 30 to 365 days"):
            drafted(session, sealer, case, object_days=days)


def test_unit_scoping_holds_and_reading_is_on_record(session: Session, sealer: Sealer, case: Filed) -> None:
    decision = decided(session, sealer, case)
    for ask in (
        lambda: actions.make(Call(session, FOREIGN, AT), sealer, decision.reference, words=words),
        lambda: queries.decision_view(session, sealer, FOREIGN, decision.reference, AT.date()),
        lambda: queries.decisions_of(session, sealer, FOREIGN, case.case.reference, AT.date()),
    ):
        with pytest.raises(NotFound):
            ask()
    _, displayed = queries.decision_view(session, sealer, BRUNO, decision.reference, AT.date())
    assert (displayed.reasons, displayed.summary, displayed.lack) == (REASONS, SUMMARY, "not_drafted")
    last = lines_about(session, case.case.reference)[-1]
    assert (last.act, last.actor) == ("decision.read", "B. Bruno")


def test_a_purge_leaves_nothing_of_it(session: Session, sealer: Sealer, case: Filed) -> None:
    decided(session, sealer, case)
    casework.move(Call(session, CARLA, AT), sealer, case.case.reference, CaseState.CLOSED)
    session.commit()
    assert REASONS not in str(session.execute(text("SELECT reasons_sealed, summary_sealed FROM decisions")).all())
    session.commit()
    purging.purge(sessions_for(session.get_bind()), sealer, AT + timedelta(days=4000))  # type: ignore[arg-type]
    session.expire_all()
    assert session.execute(select(Decision)).all() == []
    assert session.execute(select(EncryptedContainer)).all() == []


def test_a_case_that_was_joined_stands_behind_the_decision_too(session: Session, sealer: Sealer, case: Filed) -> None:
    other = looked_into(session, sealer, account=ORDINARY["account"])
    casework.merge(Call(session, ANNA, AT), sealer, other.case.reference, case.case.reference, reason="The same house.")
    decision = decided(session, sealer, case)
    found = queries.behind(session, decision.reference)
    assert found is not None
    assert [one.reference for one in found.cases] == [case.case.reference, other.case.reference]
    assert queries.may_rest_on(decision)
