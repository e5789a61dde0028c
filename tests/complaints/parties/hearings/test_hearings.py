"""An agency is heard about an officer's words, by two persons, with consent; nothing tells who complained."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.intake import mailbox
from registry.complaints.parties import steps
from registry.complaints.parties.hearings import actions, moves, portal, queries
from registry.complaints.parties.hearings.content import Allegation
from registry.complaints.parties.hearings.rules import By
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember
from registry.complaints.retention import purging
from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import read_sealed
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion, Unopenable
from registry.http.transaction import services
from registry.vocabulary.cases import CaseState, HearingEnd, HearingState, MailboxRole
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, come_back, file
from tests.complaints.parties.hearings.making import (
    ALLEGATION,
    ANNA,
    ANSWER_BY,
    CARLA,
    FOREIGN,
    REP,
    SPOKEN,
    WRITTEN,
    approved,
    checked,
    consent,
    draft,
    heard_case,
    read,
    served,
)
from tests.make import make_agency

TODAY = AT.date()
LATE = AT + timedelta(days=15)


def holders(session, hearing):
    return {
        wrap.holder for wrap in session.execute(select(WrappedKey).where(WrappedKey.box_id == hearing.box_id)).scalars()
    }


def acts(session, case):
    return [line.act for line in lines_about(session, case.reference)]


def test_an_agency_is_heard_from_the_first_word_to_its_answer(session, sealer, case):
    hearing = served(session, sealer, case)
    assert (hearing.state, hearing.answer_by) == ("served", ANSWER_BY)
    assert case.filed.case.state == "agency_hearing"
    got = read(session, sealer, case, hearing)
    assert (got.allegation, got.may_answer) == (ALLEGATION, True)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "We keep none.")
    assert queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).answer == "We keep none."
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    assert hearing.ended_because == HearingEnd.HEARD
    assert case.filed.case.state == "agency_hearing"
    steps = ["hearing.drafted", "hearing.reprisal_check", "hearing.approved", "hearing.served", "case.moved"]
    known = [act for act in acts(session, case) if act.startswith("hearing.") or act == "case.moved"]
    assert known[known.index("hearing.drafted") :] == [
        *steps, "hearing.read", "hearing.answered", "hearing.previewed", "hearing.closed",
    ]  # fmt: skip


def test_what_the_agency_reads_holds_no_id_day_word_or_person(session, sealer, case):
    hearing = served(session, sealer, case)
    got = str(read(session, sealer, case, hearing)) + str(portal.fetch_served(session, case.desk, AT))
    filed = case.filed
    for canary in (
        case.reference,
        filed.box.reference,
        SPOKEN,
        WRITTEN,
        "Mei",
        ANNA.name,
        CARLA.name,
        filed.code,
        "40",
    ):
        assert canary not in got.replace(hearing.reference, "")
    assert filed.case.filed_on.isoformat() not in str(got) or filed.case.filed_on == hearing.served_on


@pytest.mark.parametrize(
    "statement",
    ["They took my passport on the first evening", "My cousin Mei saw where the passports are kept", "on 2 March 2026"],
)
def test_the_workers_words_and_days_are_refused_and_nothing_is_written(session, sealer, case, statement):
    with pytest.raises(InvalidInput, match="line 2") as refused:
        draft(session, sealer, case, f"Workers say:\n{statement}")
    assert statement not in refused.value.text
    assert session.execute(select(Hearing)).first() is None


def test_the_words_of_a_joined_case_count_as_the_workers_too(session, sealer, case):
    other = file(
        session, sealer, {"country": "IT", "account": "The boss counts our passports every Sunday in the yard."}
    )
    casework.move(Call(session, ANNA, AT), sealer, other.case.reference, CaseState.IN_TRIAGE)
    casework.merge(Call(session, ANNA, AT), sealer, other.case.reference, case.reference, reason="One dormitory.")
    for text_ in ("The boss counts our passports every Sunday", f"See {other.case.reference}"):
        with pytest.raises(InvalidInput):
            draft(session, sealer, case, text_)


def test_what_the_worker_writes_later_counts_before_it_is_served(session, sealer, case):
    hearing = approved(session, sealer, case)
    mailbox.write(session, sealer, come_back(session, sealer, case.filed.code), f"I wrote them: {ALLEGATION}", AT)
    with pytest.raises(InvalidInput):
        actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY)


def test_without_the_workers_consent_no_agency_is_heard(session, sealer, keyring):
    case = heard_case(session, sealer, keyring, consent_agency="no")
    with pytest.raises(IllegalMove, match="not agreed"):
        draft(session, sealer, case)
    consent(session, sealer, case, is_given=True)
    assert draft(session, sealer, case).state == "drafted"


def test_a_helpers_consent_is_not_the_workers(session, sealer):
    agency = make_agency(session).agency_id
    answers = {"country": "IT", "account": SPOKEN, "agency": {"agency_id": agency}, "consent_agency": "yes"}
    filed = file(session, sealer, answers, MailboxRole.HELPER)
    for step in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, AT), sealer, filed.case.reference, step)
    with pytest.raises(IllegalMove, match="not agreed"):
        actions.draft(Call(session, ANNA, AT), sealer, filed.case.reference, Allegation(ALLEGATION))


@pytest.mark.parametrize("stage", [draft, checked, approved, served])
def test_a_consent_taken_back_ends_it_at_every_stage(session, sealer, case, stage):
    hearing = stage(session, sealer, case)
    consent(session, sealer, case, is_given=False)
    session.refresh(hearing)
    assert (hearing.state, hearing.ended_because) == ("closed", HearingEnd.CONSENT_REVOKED)
    assert case.desk not in holders(session, hearing)
    assert case.filed.case.state == "investigating"
    with pytest.raises(NotFound):
        read(session, sealer, case, hearing)


def test_the_door_asks_for_consent_itself_whatever_keys_are_left(session, sealer, case):
    hearing = served(session, sealer, case)
    session.execute(text("UPDATE consents SET revoked_on = given_on"))
    assert case.desk in holders(session, hearing)
    assert portal.fetch_served(session, case.desk, AT) == []
    for act in (
        lambda: read(session, sealer, case, hearing),
        lambda: portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "x"),
        lambda: portal.save_draft_answer(
            Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "x"
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_withdrawn_complaint_is_closed_to_the_agency(session, sealer, case):
    hearing = served(session, sealer, case)
    mailbox.withdraw(session, sealer, come_back(session, sealer, case.filed.code), AT)
    session.refresh(hearing)
    assert hearing.ended_because == HearingEnd.WITHDRAWN
    assert case.filed.case.state == "withdrawn"


def test_who_wrote_it_does_not_approve_it_and_another_does(session, sealer, case):
    both = Officer("B. Both", CARLA.role, "it-labour")
    hearing = draft(session, sealer, case, officer=both)
    actions.hand_in(Call(session, both, AT), sealer, hearing.reference)
    with pytest.raises(IllegalMove, match="second person"):
        actions.approve(Call(session, both, AT), sealer, hearing.reference)
    assert actions.approve(Call(session, CARLA, AT), sealer, hearing.reference).checked_by == CARLA.name
    with pytest.raises(IllegalMove):
        actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)


def test_only_the_writer_changes_a_draft_so_that_the_second_person_is_another(session, sealer, case):
    hearing = draft(session, sealer, case)
    with pytest.raises(IllegalMove, match="only its author"):
        actions.edit(Call(session, CARLA, AT), sealer, hearing.reference, Allegation("Another text."))
    actions.edit(Call(session, ANNA, AT), sealer, hearing.reference, Allegation("Another text.", could_complain=7))
    assert queries.hearing_view(Call(session, CARLA, AT), sealer, hearing.reference).allegation == "Another text."
    actions.hand_in(Call(session, ANNA, AT), sealer, hearing.reference)
    with pytest.raises(IllegalMove, match="sent back"):
        actions.edit(Call(session, ANNA, AT), sealer, hearing.reference, Allegation("A third text."))


def test_the_database_itself_refuses_one_person_for_both_and_two_open_hearings(session, sealer, case):
    hearing = draft(session, sealer, case)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE hearings SET checked_by = drafted_by"))
    columns = "agency, desk, state, drafted_by, drafted_on, allegation_sealed, version"
    copy = f"SELECT '23456789ABCD', case_id, (SELECT MIN(id) FROM boxes), {columns} FROM hearings"
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"INSERT INTO hearings (reference, case_id, box_id, {columns}) {copy}"))
    assert hearing.state == "drafted"


def test_a_case_has_one_open_hearing(session, sealer, case):
    first = draft(session, sealer, case)
    with pytest.raises(NotNow, match="one at a time"):
        draft(session, sealer, case)
    actions.close(Call(session, ANNA, AT), sealer, first.reference)
    assert draft(session, sealer, case).state == "drafted"


@pytest.mark.parametrize(("estimate", "coworkers"), [(3, 40), (90, 2), (None, None)])
def test_where_few_could_complain_the_second_person_says_why_it_may_go(session, sealer, keyring, estimate, coworkers):
    case = heard_case(session, sealer, keyring, coworkers=coworkers)
    hearing = checked(session, sealer, case, could_complain=estimate)
    with pytest.raises(IllegalMove, match="fewer than five"):
        actions.approve(Call(session, CARLA, AT), sealer, hearing.reference, reason="  ")
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference, reason="An inspection saw it too.")
    assert queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).few == "An inspection saw it too."


def test_what_is_sent_back_says_why_and_comes_again(session, sealer, case):
    hearing = checked(session, sealer, case)
    with pytest.raises(IllegalMove, match="say why"):
        actions.send_back(Call(session, CARLA, AT), sealer, hearing.reference, " ")
    actions.send_back(Call(session, CARLA, AT), sealer, hearing.reference, "The office is green: one room.")
    assert (
        queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).returned
        == "The office is green: one room."
    )
    assert actions.hand_in(Call(session, ANNA, AT), sealer, hearing.reference).state == "reprisal_check"


def test_the_agency_cannot_open_why_officers_let_it_go(session, sealer, case):
    hearing = checked(session, sealer, case, could_complain=2)
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference, reason="An inspection saw it too.")
    actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY)
    box = steps.open_box(session, sealer, case.desk, hearing)
    with pytest.raises(Unopenable):
        read_sealed(box, case.filed.case, hearing, "few_sealed")
    assert "inspection" not in str(read(session, sealer, case, hearing))


def test_nothing_is_served_to_an_agency_without_a_reader(session, sealer):
    case = heard_case(session, sealer)
    hearing = approved(session, sealer, case)
    with pytest.raises(IllegalMove, match="account"):
        actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY)
    assert case.filed.case.state == "investigating"


@pytest.mark.parametrize("days", [0, 2, 91])
def test_an_agency_gets_a_fair_time(session, sealer, case, days):
    hearing = approved(session, sealer, case)
    with pytest.raises(InvalidInput, match="answer_by"):
        actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, TODAY + timedelta(days=days))


def test_an_agency_is_named_by_the_case_or_by_the_officer_and_never_differently(session, sealer, keyring, case):
    other = make_agency(session).agency_id
    with pytest.raises(InvalidInput, match="another"):
        draft(session, sealer, case, agency=other)
    unnamed = heard_case(session, sealer, keyring, agency=None)
    with pytest.raises(InvalidInput, match="which agency"):
        draft(session, sealer, unnamed)
    with pytest.raises(NotFound):
        draft(session, sealer, unnamed, agency="23456789ABCD")
    assert draft(session, sealer, unnamed, agency=other).agency == other


def test_an_answer_is_kept_while_it_is_written_and_sent_once(session, sealer, case):
    hearing = served(session, sealer, case)
    portal.save_draft_answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "Half of it")
    assert read(session, sealer, case, hearing).draft == "Half of it"
    assert queries.hearing_view(Call(session, ANNA, AT), sealer, hearing.reference).answer is None
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "All of it")
    got = read(session, sealer, case, hearing)
    assert (got.answer, got.draft, got.may_answer) == ("All of it", "", False)
    with pytest.raises(IllegalMove):
        portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "More")
    with pytest.raises(IllegalMove):
        portal.save_draft_answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "More")


def test_time_that_passes_lapses_it_and_no_answer_is_taken_meanwhile(session, sealer, app, case):
    hearing = served(session, sealer, case)
    session.commit()
    for write in (portal.answer, portal.save_draft_answer):
        with pytest.raises(IllegalMove, match="time to answer is over"):
            write(Call(session, PartyMember(REP, case.desk), LATE), sealer, hearing.reference, "Late")
    assert not read(session, sealer, case, hearing, LATE.date()).may_answer
    session.commit()
    sessions = sessions_for(services(app).engine)
    assert moves.end_due(sessions, sealer, AT + timedelta(days=14)) == 0
    assert [moves.end_due(sessions, sealer, LATE) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert hearing.state == "lapsed"
    assert case.filed.case.state == "agency_hearing"
    assert acts(session, case)[-1] == "hearing.lapsed"


def test_the_worker_ends_what_has_no_case_any_more(session, sealer, app, case):
    hearing = served(session, sealer, case)
    casework.move(Call(session, ANNA, AT), sealer, case.reference, CaseState.INVESTIGATING)
    casework.move(Call(session, CARLA, AT), sealer, case.reference, CaseState.CLOSED, reason="Settled.")
    session.commit()
    assert moves.end_due(sessions_for(services(app).engine), sealer, AT) == 1
    session.expire_all()
    assert (hearing.state, hearing.ended_because) == ("closed", HearingEnd.CASE_OVER)
    assert case.desk not in holders(session, hearing)


def test_a_served_hearing_that_is_given_up_lets_the_investigation_go_on(session, sealer, case):
    hearing = served(session, sealer, case)
    actions.close(Call(session, ANNA, AT), sealer, hearing.reference)
    assert (hearing.ended_because, case.filed.case.state) == (HearingEnd.OFFICER, "investigating")


def test_an_agency_and_another_unit_find_nothing_of_others(session, sealer, keyring, case):
    hearing = served(session, sealer, case)
    other = heard_case(session, sealer, keyring)
    with pytest.raises(NotFound):
        portal.read(Call(session, PartyMember(REP, other.desk), AT), sealer, hearing.reference)
    assert portal.fetch_served(session, other.desk, AT) == []
    ref = hearing.reference
    for act in (
        lambda: queries.hearing_view(Call(session, FOREIGN, AT), sealer, ref),
        lambda: actions.edit(Call(session, FOREIGN, AT), sealer, ref, Allegation("x")),
        lambda: actions.hand_in(Call(session, FOREIGN, AT), sealer, ref),
        lambda: actions.send_back(Call(session, FOREIGN, AT), sealer, ref, "x"),
        lambda: actions.approve(Call(session, FOREIGN, AT), sealer, ref),
        lambda: actions.serve(Call(session, FOREIGN, AT), sealer, ref, ANSWER_BY),
        lambda: actions.close(Call(session, FOREIGN, AT), sealer, ref),
        lambda: actions.draft(Call(session, FOREIGN, AT), sealer, case.reference, Allegation("x")),
        lambda: steps.fetch_of_case(session, Hearing, FOREIGN, case.reference),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_agencys_unit_opens_nothing_before_it_is_served(session, sealer, case):
    hearing = approved(session, sealer, case)
    with pytest.raises(Unopenable):
        steps.open_box(session, sealer, case.desk, hearing)
    with pytest.raises(NotFound):
        read(session, sealer, case, hearing)


def test_what_somebody_else_changed_is_not_changed_unseen(session, sealer, case):
    hearing = draft(session, sealer, case)
    old = hearing.version
    actions.edit(Call(session, ANNA, AT), sealer, hearing.reference, Allegation("Another text."))
    for act in (
        lambda: actions.edit(Call(session, ANNA, AT, old), sealer, hearing.reference, Allegation("A third.")),
        lambda: actions.hand_in(Call(session, ANNA, AT, old), sealer, hearing.reference),
        lambda: actions.close(Call(session, ANNA, AT, old), sealer, hearing.reference),
    ):
        with pytest.raises(StaleVersion):
            act()


def test_what_an_officer_may_do_now_is_told_with_what_is_lacking(session, sealer, case):
    hearing = checked(session, sealer, case)

    def ways(officer, *by):
        return queries.hearing_view(Call(session, officer, AT), sealer, hearing.reference, by).ways

    assert ways(ANNA, By.OFFICER) == {HearingState.CLOSED: None}
    assert ways(ANNA, By.CHECKER)[HearingState.APPROVED] == "own_draft"
    assert ways(CARLA, By.CHECKER) == {HearingState.DRAFTED: None, HearingState.APPROVED: None}


def test_a_purge_leaves_nothing_of_a_hearing(session, sealer, app, case):
    hearing = served(session, sealer, case)
    box = hearing.box_id
    mailbox.withdraw(session, sealer, come_back(session, sealer, case.filed.code), AT)
    session.commit()
    assert purging.purge(sessions_for(services(app).engine), sealer, AT + timedelta(days=31)).emptied == 1
    session.expire_all()
    assert session.execute(select(WrappedKey).where(WrappedKey.box_id == box)).first() is None
    assert session.execute(select(Hearing)).first() is None


def test_a_dump_shows_neither_the_allegation_nor_the_answer(session, sealer, case):
    hearing = served(session, sealer, case)
    portal.save_draft_answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "Half of it")
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "We keep none.")
    row = str(session.execute(text("SELECT * FROM hearings")).one())
    for word in ("identity documents", "We keep none", "Half of it"):
        assert word not in row


def test_no_officer_says_by_hand_that_an_agency_is_heard_or_decides_while_it_may_answer(session, sealer, case):
    with pytest.raises(IllegalMove, match="by serving it a hearing"):
        casework.move(Call(session, ANNA, AT), sealer, case.reference, CaseState.AGENCY_HEARING)
    hearing = served(session, sealer, case)
    with pytest.raises(IllegalMove, match="the agency may still answer"):
        casework.move(Call(session, ANNA, AT), sealer, case.reference, CaseState.DECISION_DRAFT)
    portal.answer(Call(session, PartyMember(REP, case.desk), AT), sealer, hearing.reference, "We keep none.")
    moved = casework.move(Call(session, ANNA, AT), sealer, case.reference, CaseState.DECISION_DRAFT)
    assert moved.state == "decision_draft"
