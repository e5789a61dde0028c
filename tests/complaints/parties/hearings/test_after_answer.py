"""After a hearing was served: longer to answer, what the agency is told of the decision, and its objection."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.complaints.case import clocks
from registry.complaints.case.models import NEVER
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.decisions.rules import USUAL_OBJECTION
from registry.complaints.casework.queue import listing
from registry.complaints.casework.sealed_copies import is_readable_by
from registry.complaints.intake.models import Message
from registry.complaints.parties.hearings import actions, moves, outcome, portal, queries
from registry.complaints.parties.hearings.rules import TOLD_FOR
from registry.complaints.parties.steps import PartyMember
from registry.complaints.sealing.models import EncryptedContainer
from registry.core import working_days
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, StaleVersion
from registry.officers.models import Notice
from registry.officers.models import Officer as Account
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, DecisionOutcome
from tests.audit.lines import lines_about
from tests.complaints.filing import AT
from tests.complaints.parties.hearings.making import (
    ANNA,
    ANSWER_BY,
    CARLA,
    FOREIGN,
    REP,
    SPOKEN,
    checked,
    consent,
    read,
    served,
)
from tests.officers.making import make_officer

TODAY = AT.date()
DECIDER = Officer("E. Elsa", CaseRole.DECIDER, "it-labour")
TOLD = "It was found that documents are kept. Return them, and keep none."
SECRET_REASONS = "The inspector saw twelve of them in a drawer."


def decided(session, sealer, case):
    draft = decisions.DecisionDraft(DecisionOutcome.UPHELD, SECRET_REASONS, "It was upheld.", USUAL_OBJECTION)
    written = decisions.write(Call(session, ANNA, AT), sealer, case.reference, draft)
    decisions.make(Call(session, DECIDER, AT), sealer, written.reference, words=lambda *_: "It was upheld.")


def tell(session, sealer, hearing, text=TOLD, days=USUAL_OBJECTION, **more):
    officer = more.pop("officer", ANNA)
    call = Call(session, officer, AT, more.pop("version", None))
    return outcome.notify_outcome(call, sealer, hearing.reference, outcome.Outcome(text, days, **more))


def test_a_later_day_is_asked_for_by_the_agency_and_set_by_an_officer_with_reasons_it_never_reads(
    session, sealer, case
):
    hearing = served(session, sealer, case)
    portal.request_extension(
        Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "Our office is closed."
    )
    assert read(session, sealer, case, hearing).listed.answer_by == ANSWER_BY
    later = ANSWER_BY + timedelta(days=7)

    def longer(day, why="Fair.", officer=ANNA, version=None):
        return actions.extend(Call(session, officer, AT, version), sealer, hearing.reference, day, why)

    for wrong in (ANSWER_BY, TODAY + timedelta(days=91)):
        with pytest.raises(InvalidInput, match="must be after"):
            longer(wrong)
    with pytest.raises(InvalidInput, match="reason"):
        longer(later, " ")
    with pytest.raises(StaleVersion):
        longer(later, version=1)
    with pytest.raises(NotFound):
        longer(later, officer=FOREIGN)
    longer(later, "Their office is closed, says the consul.")
    seen = read(session, sealer, case, hearing)
    assert (seen.listed.answer_by, seen.longer) == (later, "Our office is closed.")
    assert "consul" not in str(seen)
    assert queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).extended.endswith("consul.")
    portal.answer(
        Call(session, PartyMember(REP, case.desk), AT + timedelta(days=20)), sealer, hearing.reference, "None."
    )
    with pytest.raises(IllegalMove, match="may still be answered"):
        longer(later + timedelta(days=1))


def test_an_agency_that_was_heard_is_told_the_outcome_objects_once_and_reads_no_reasons(session, sealer, keyring, case):
    hearing = served(session, sealer, case)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "None.")
    with pytest.raises(IllegalMove, match="no decision yet"):
        tell(session, sealer, hearing)
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    with pytest.raises(NotFound):
        read(session, sealer, case, hearing)
    decided(session, sealer, case)
    with pytest.raises(InvalidInput, match="word for word"):
        tell(session, sealer, hearing, f"We found: {SPOKEN}")
    with pytest.raises(InvalidInput, match="object_days"):
        tell(session, sealer, hearing, days=5)
    with pytest.raises(NotFound):
        tell(session, sealer, hearing, officer=FOREIGN)
    tell(session, sealer, hearing)
    with pytest.raises(IllegalMove, match="told already"):
        tell(session, sealer, hearing)
    seen = read(session, sealer, case, hearing)
    assert (seen.outcome, seen.may_object, seen.may_answer) == (TOLD, True, False)
    for canary in (SECRET_REASONS, SPOKEN, case.reference, ANNA.name, DECIDER.name):
        assert canary not in str(seen)
    assert [one.reference for one in portal.fetch_served(session, case.desk, AT)] == [hearing.reference]
    last = hearing.object_until
    for late in (last + timedelta(days=1), last + timedelta(days=91)):
        at = AT + (late - TODAY)
        with pytest.raises((IllegalMove, NotFound)):
            portal.object_to(Call(session, PartyMember(REP, case.desk), at), sealer, hearing.reference, "Late.")
    supervisor = make_officer(session, keyring, Role.SUPERVISOR, unit="it-labour").officer
    portal.object_to(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "We keep none.")
    assert supervisor.id in session.scalars(select(Notice.officer_id)).all()
    clock = clocks.clocks_of(session, case.filed.case)[ClockKind.OBJECTION]
    assert (clock.due_at, clock.met_on) == (working_days.objection_due(TODAY), None)
    assert case.filed.case.due_at == clock.due_at
    assert objected(session) == [case.reference]
    with pytest.raises(IllegalMove, match="objected already"):
        portal.object_to(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "Again.")
    assert queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).objection == "We keep none."
    acts = [line.act for line in lines_about(session, case.reference)]
    assert acts.index("hearing.told") < acts.index("hearing.objected")
    # The complainant is written to of the decision, not of what the agency says.
    assert session.execute(select(Message)).scalars().all()[-1].author == "officer"
    with pytest.raises(NotFound):
        read(session, sealer, case, hearing, last + timedelta(days=91))
    # What an officer does next is what follows from it.
    casework.move(Call(session, CARLA, AT), sealer, case.reference, CaseState.CLOSED, reason="Nothing new.")
    assert (clock.met_on, case.filed.case.due_at) == (TODAY, NEVER)
    assert objected(session) == []


def test_an_objection_to_a_closed_case_stands_in_the_queue_until_it_is_opened_again(session, sealer, case):
    hearing = served(session, sealer, case)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "None.")
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    decided(session, sealer, case)
    tell(session, sealer, hearing)
    casework.move(Call(session, CARLA, AT), sealer, case.reference, CaseState.CLOSED, reason="Done.")
    assert objected(session) == []
    portal.object_to(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "We keep none.")
    assert objected(session) == [case.reference]
    assert objected(session, "cz-labour") == []
    assert objected(session, at=AT + timedelta(days=366)) == [], "it is opened again no more"
    assert listing.list_cases(session, "it-labour", listing.Filters(), AT) == [], (
        "the queue itself has open cases alone"
    )
    # Opened and closed again on the same day: what followed has followed.
    for state in (CaseState.REOPENED, CaseState.INVESTIGATING, CaseState.CLOSED):
        casework.move(Call(session, CARLA, AT), sealer, case.reference, state, reason="Looked at.")
        assert objected(session) == []


def objected(session, unit="it-labour", at=AT):
    """By the filter, and by the mark on whatever else is listed."""
    found = listing.list_cases(session, unit, listing.Filters(is_objected=True), at)
    assert listing.objected_among(session, found, at) == {one.reference for one in found}
    return [one.reference for one in found]


def holds_key(session, hearing):
    return is_readable_by(session, session.get_one(EncryptedContainer, hearing.box_id), hearing.party)


@pytest.mark.parametrize("is_closed", [True, False])
def test_once_consent_is_withdrawn_the_agency_is_told_nothing_more_and_has_no_key(session, sealer, case, is_closed):
    hearing = served(session, sealer, case)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "None.")
    if is_closed:
        actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    decided(session, sealer, case)
    tell(session, sealer, hearing)
    assert holds_key(session, hearing)
    # Later consent brings nothing back.
    for is_given in (False, True):
        consent(session, sealer, case, is_given=is_given)
        assert not holds_key(session, hearing)
        with pytest.raises(NotFound):
            read(session, sealer, case, hearing)
        assert portal.fetch_served(session, case.desk, AT) == []
    acts = [line.act for line in lines_about(session, case.reference)]
    assert acts.count("hearing.outcome_closed" if is_closed else "hearing.closed") == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_it_was_told_is_closed_by_the_worker_when_its_time_is_over(session, sealer, case):
    hearing = served(session, sealer, case)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "None.")
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    decided(session, sealer, case)
    tell(session, sealer, hearing)
    session.commit()
    sessions, last = sessions_for(session.get_bind()), AT + (hearing.object_until - TODAY) + TOLD_FOR
    assert moves.end_due(sessions, sealer, last) == 0
    assert [moves.end_due(sessions, sealer, last + timedelta(days=1)) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert not holds_key(session, hearing)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_name_that_is_written_in_another_way_is_no_second_person(session, sealer, case):
    hearing = checked(session, sealer, case)
    with pytest.raises(IllegalMove, match="second person"):
        actions.approve(Call(session, ANNA._replace(name="a.  ANNA"), AT), sealer, hearing.reference, reason="Many.")


def test_an_outcome_in_a_language_that_the_agency_does_not_read_is_sent_with_its_translation(session, sealer, case):
    hearing = served(session, sealer, case)
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    decided(session, sealer, case)
    for person in session.scalars(select(Account).where(Account.unit == case.desk)):
        person.language = "zh-Hans"
    session.flush()
    tell(session, sealer, hearing, language="en")
    assert hearing.told_on is None
    with pytest.raises(NotFound):
        read(session, sealer, case, hearing)
    tess = Officer("T. Tess", CaseRole.REGISTRY, "it-labour")
    (wanted,) = outcome.fetch_waiting_translations(session, sealer, tess, case.filed.case)
    assert (wanted.column, wanted.by, wanted.text) == ("outcome", ANNA.name, TOLD)
    later = AT + timedelta(days=5)
    outcome.translate(
        Call(session, tess, later), sealer, case.filed.case, hearing.reference, "经查，证件确被扣留。请归还。"
    )
    found = read(session, sealer, case, hearing, later.date())
    assert (found.outcome_translation, found.outcome) == ("经查，证件确被扣留。请归还。", TOLD)
    assert hearing.object_until == later.date() + timedelta(days=USUAL_OBJECTION), "the days count from when it is sent"
    with pytest.raises(NotFound):
        outcome.translate(Call(session, tess, later), sealer, case.filed.case, hearing.reference, "再次。")
