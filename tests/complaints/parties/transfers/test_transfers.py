"""A case goes to another unit when an officer there accepts it: with all that was written, and with no way back to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case import clocks, units
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import events, firms, letters, notes
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.access_grants import actions as grants
from registry.complaints.casework.models import AccessGrant, CaseTask, Employer, PriorityChange
from registry.complaints.intake import mailbox
from registry.complaints.parties.referrals import actions as referrals
from registry.complaints.parties.referrals import portal
from registry.complaints.parties.steps import PartyMember
from registry.complaints.parties.transfers import actions, queries
from registry.complaints.retention import purging, reminding
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import priorities
from registry.core.calls import Call
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.core.keyring import Keyring
from registry.officers.models import Notice, Officer, RoleHeld
from registry.vocabulary.cases import (
    AccessKind,
    AccessState,
    CaseRole,
    CaseState,
    ClockKind,
    ConsentKind,
    EventKind,
    KeyHolder,
    Priority,
    TransferState,
    UnreadKind,
)
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, ORDINARY, URGENT, come_back, file
from tests.complaints.parties.hearings.making import Heard, draft
from tests.complaints.parties.referrals.making import PERSON, UNION, file_with_name, propose
from tests.complaints.parties.transfers.making import (
    CZECHIA,
    ITALY,
    REASON,
    REGION,
    Staff,
    accepted,
    as_officer,
    asked,
    make_staff,
)

LATER = AT + timedelta(days=3)


@pytest.fixture
def staff(session: Session, sealer: Sealer, keyring: Keyring) -> Staff:
    return make_staff(session, sealer, keyring)


def notified(session: Session) -> list[tuple[str, bool]]:
    rows = select(Officer.name, Notice.is_danger).join(Notice, Notice.officer_id == Officer.id).order_by(Officer.name)
    return [(name, is_danger) for name, is_danger in session.execute(rows)]


def holders(session: Session, case: Case) -> set[tuple[KeyHolder, str]]:
    """The units that can open something of a case."""
    of_case = select(EncryptedContainer.id).where(EncryptedContainer.case_id == case.id)
    wraps = select(WrappedKey.holder_kind, WrappedKey.holder).where(
        WrappedKey.box_id.in_(of_case), WrappedKey.holder_kind.in_([KeyHolder.UNIT, KeyHolder.CUSTODIAN])
    )
    return {(kind, holder) for kind, holder in session.execute(wraps)}


def both(unit: str) -> set[tuple[KeyHolder, str]]:
    return {(KeyHolder.UNIT, unit), (KeyHolder.CUSTODIAN, unit)}


@pytest.mark.parametrize("unit", [REGION, CZECHIA], ids=["within a federation", "the wrong country"])
def test_the_unit_that_accepts_reads_everything_and_the_former_one_nothing(
    session: Session, sealer: Sealer, staff: Staff, unit: str
) -> None:
    filed = file(session, sealer, ORDINARY)
    anna = Call(session, as_officer(staff.anna), AT)
    casework.reply(anna, sealer, filed.case.reference, "We read it.")
    notes.write_note(anna, sealer, filed.case.reference, "The workshop is elsewhere.")
    transfer = asked(session, sealer, staff, filed, unit)
    assert holders(session, filed.case) == both(ITALY), "nothing is opened before it is accepted"
    taker = as_officer(staff.rosa if unit == REGION else staff.dana, CaseRole.SUPERVISOR)
    with pytest.raises(NotFound):
        case_reading.case_view(Call(session, taker, AT), sealer, filed.case.reference)

    actions.accept(Call(session, taker, AT), sealer, transfer.reference)

    assert holders(session, filed.case) == both(unit)
    view = case_reading.case_view(Call(session, taker, AT), sealer, filed.case.reference)
    (box,) = view.boxes
    assert box.answers["account"] == ORDINARY["account"]
    assert [(one.text, one.unit) for one in box.messages] == [("We read it.", ITALY)]
    written, _ = notes.notes_and_tasks(session, sealer, taker, filed.case)
    assert [one.text for one in written] == ["The workshop is elsewhere."]
    with pytest.raises(NotFound):
        case_reading.case_view(anna, sealer, filed.case.reference)
    (line,) = queries.fetch_transfers(session, ITALY)
    assert (line.case.reference, line.transfer.party, line.transfer.state) == (
        filed.case.reference, unit, TransferState.ACCEPTED,
    )  # fmt: skip


def test_the_identity_goes_to_the_other_units_custodian(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file_with_name(session, sealer).filed
    accepted(session, sealer, staff, filed)
    opened = sealer.open_as_custodian(session, filed.box, REGION)
    assert len(opened.tiers) == 2


def test_the_complaint_code_opens_the_mailbox_as_before_and_says_who_reads_now(
    session: Session, sealer: Sealer, staff: Staff
) -> None:
    filed = file(session, sealer, ORDINARY)
    casework.reply(Call(session, as_officer(staff.anna), AT), sealer, filed.case.reference, "We read it.")
    accepted(session, sealer, staff, filed)
    visit = come_back(session, sealer, filed.code, LATER)
    view = mailbox.mailbox(session, sealer, visit, LATER)
    assert view.unit_names == {"en": "Labour office of a region"}
    assert [(one.from_names["en"], one.to_names["en"], one.on_day) for one in view.handovers] == [
        ("Labour office of IT", "Labour office of a region", AT.date())
    ]
    assert [view.names_of(one) for one in view.messages] == [{"en": "Labour office of IT"}]
    mailbox.write(session, sealer, visit, "Thank you.", LATER)
    rosa = Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), LATER)
    casework.reply(rosa, sealer, filed.case.reference, "We have it now.")
    view = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, LATER), LATER)
    assert view.names_of(view.messages[-1]) == {"en": "Labour office of a region"}


def test_what_the_other_unit_reads_before_it_accepts_is_no_word_of_the_complaint(
    session: Session, sealer: Sealer, staff: Staff
) -> None:
    filed = file(session, sealer, URGENT)
    transfer = asked(session, sealer, staff, filed)
    view = queries.read(Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), AT), sealer, transfer.reference)
    assert (view.reason, view.case.country, view.case.priority) == (REASON, "IT", Priority.P0)
    assert [line.act for line in lines_about(session, filed.case.reference)][-1] == "transfer.read"
    with pytest.raises(NotFound):
        queries.read(Call(session, as_officer(staff.dana, CaseRole.SUPERVISOR), AT), sealer, transfer.reference)


def test_deadlines_run_on_and_the_new_unit_has_the_case_as_unread(
    session: Session, sealer: Sealer, staff: Staff
) -> None:
    filed = file(session, sealer, URGENT)
    filed.case.assignee = staff.anna.reference
    before = {kind: (row.due_at, row.met_on) for kind, row in clocks.clocks_of(session, filed.case).items()}
    danger_since = filed.case.in_danger_since
    accepted(session, sealer, staff, filed)
    after = {kind: (row.due_at, row.met_on) for kind, row in clocks.clocks_of(session, filed.case).items()}
    assert after == before
    assert after[ClockKind.ACKNOWLEDGE][1] is None
    case = filed.case
    assert (case.in_danger_since, case.assignee) == (danger_since, None)
    assert (case.has_unread, case.unread_kind) == (True, UnreadKind.TRANSFER)
    assert ("rosa", True) in notified(session), "whoever takes cases there is told of danger without pause"


def test_a_case_that_was_looked_at_is_to_be_looked_at_anew(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    casework.move(Call(session, as_officer(staff.anna), AT), sealer, filed.case.reference, CaseState.IN_TRIAGE)
    assert clocks.clocks_of(session, filed.case)[ClockKind.TRIAGE].met_on is not None
    accepted(session, sealer, staff, filed)
    assert clocks.clocks_of(session, filed.case)[ClockKind.TRIAGE].met_on is None


def test_danger_is_told_at_once_to_those_who_can_answer_and_to_the_supervisor_here(
    session: Session, sealer: Sealer, staff: Staff
) -> None:
    transfer = asked(session, sealer, staff, file(session, sealer, URGENT))
    assert notified(session) == [("carla", True), ("rosa", True)]
    assert transfer.due_at == AT


def test_without_danger_the_other_unit_has_two_working_days(session: Session, sealer: Sealer, staff: Staff) -> None:
    transfer = asked(session, sealer, staff, file(session, sealer, ORDINARY))
    assert notified(session) == [("rosa", False)]
    assert transfer.due_at.date() == AT.date() + timedelta(days=3), "the midnight with which Wednesday ends"


def test_both_units_are_told_once_that_a_request_is_late(
    session: Session, sealer: Sealer, staff: Staff, sessions: sessionmaker[Session]
) -> None:
    transfer, other = (asked(session, sealer, staff, file(session, sealer, ORDINARY)) for _ in range(2))
    actions.take_back(Call(session, as_officer(staff.anna), AT), other.reference)
    session.execute(delete(Notice))
    session.commit()
    due = transfer.due_at
    session.commit()
    told = [reminding.tell_late_transfers(sessions, due + timedelta(minutes=minutes)) for minutes in (0, 59, 60, 999)]
    assert told == [0, 0, 1, 0]
    assert notified(session) == [("carla", False), ("rosa", False)]


def test_a_unit_may_decline_with_a_reason_and_the_case_stays(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    transfer = asked(session, sealer, staff, filed)
    rosa = Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), AT)
    with pytest.raises(InvalidInput):
        actions.decline(rosa, sealer, transfer.reference, "  ")
    actions.decline(rosa, sealer, transfer.reference, "It is not in our region.")
    assert holders(session, filed.case) == both(ITALY)
    (view,) = queries.fetch_of_case(Call(session, as_officer(staff.anna), AT), sealer, filed.case.reference)
    assert (view.transfer.state, view.answer) == (TransferState.DECLINED, "It is not in our region.")
    assert ("anna", False) in notified(session)
    with pytest.raises(NotFound):
        queries.read(rosa, sealer, transfer.reference)
    asked(session, sealer, staff, filed, CZECHIA)


def test_a_request_may_be_taken_back_and_is_then_not_accepted(session: Session, sealer: Sealer, staff: Staff) -> None:
    transfer = asked(session, sealer, staff, file(session, sealer, ORDINARY))
    actions.take_back(Call(session, as_officer(staff.carla, CaseRole.SUPERVISOR), AT), transfer.reference)
    with pytest.raises(NotFound):
        actions.accept(Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), AT), sealer, transfer.reference)


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("it-nowhere", "unit_takes_cases"),
        (ITALY, "another_unit"),
        ("cn-licensing", "unit_takes_cases"),
        (UNION, "unit_takes_cases"),
        ("it-empty", "unit_without_officers"),
    ],
)  # fmt: skip
def test_a_unit_that_can_take_nothing_is_not_asked(
    session: Session, sealer: Sealer, staff: Staff, unit: str, code: str
) -> None:
    details = units.UnitDetails("it-empty", "IT", "it-authority", {"en": "Empty"}, None)
    units.add(session, sealer, details, AT.date())
    filed = file(session, sealer, ORDINARY)
    with pytest.raises(InvalidInput) as refused:
        asked(session, sealer, staff, filed, unit)
    (fault,) = refused.value.faults
    assert (fault.parameter, fault.message.code) == ("unit", code)


def test_a_unit_whose_last_officer_left_is_not_asked(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    session.scalars(select(RoleHeld).where(RoleHeld.officer_id == staff.rosa.id)).one().ended_on = AT.date()
    with pytest.raises(InvalidInput):
        asked(session, sealer, staff, filed)


def test_one_unit_is_asked_at_a_time(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    asked(session, sealer, staff, filed)
    with pytest.raises(NotNow):
        asked(session, sealer, staff, filed, CZECHIA)


def test_a_request_made_from_an_older_version_is_refused(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    transfer = asked(session, sealer, staff, filed)
    rosa = as_officer(staff.rosa, CaseRole.TRIAGE)
    with pytest.raises(StaleVersion):
        actions.accept(Call(session, rosa, AT, transfer.version - 1), sealer, transfer.reference)


def test_only_the_unit_that_was_asked_accepts(session: Session, sealer: Sealer, staff: Staff) -> None:
    transfer = asked(session, sealer, staff, file(session, sealer, ORDINARY))
    for account in (staff.anna, staff.carla, staff.dana):
        with pytest.raises(NotFound):
            actions.accept(Call(session, as_officer(account, CaseRole.SUPERVISOR), AT), sealer, transfer.reference)


def test_who_asked_does_not_accept_even_from_the_other_unit(session: Session, sealer: Sealer, staff: Staff) -> None:
    transfer = asked(session, sealer, staff, file(session, sealer, ORDINARY))
    moved = as_officer(staff.anna, CaseRole.TRIAGE)._replace(unit=REGION)
    with pytest.raises(IllegalMove) as refused:
        actions.accept(Call(session, moved, AT), sealer, transfer.reference)
    assert refused.value.lack == "transfer.own_request"


def joined(session: Session, sealer: Sealer, staff: Staff, case: Case) -> None:
    other = file(session, sealer, ORDINARY).case
    anna = Call(session, as_officer(staff.anna), AT)
    casework.move(anna, sealer, other.reference, CaseState.IN_TRIAGE)
    casework.merge(anna, sealer, other.reference, case.reference, reason="The same workshop.")


def untranslated(session: Session, sealer: Sealer, staff: Staff, case: Case) -> None:
    letter = letters.Letter("Abbiamo letto.", language="it")
    assert letters.write_letter(Call(session, as_officer(staff.anna), AT), sealer, case.reference, letter) is not None


def quarantined(session: Session, sealer: Sealer, staff: Staff, case: Case) -> None:
    casework.move(Call(session, as_officer(staff.anna), AT), sealer, case.reference, CaseState.QUARANTINED)


Meanwhile = Callable[[Session, Sealer, Staff, Case], object]


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [(joined, "joined"), (untranslated, "letter_waits"), (quarantined, "case_state")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_keeps_a_case_with_its_unit_is_named(
    session: Session, sealer: Sealer, staff: Staff, meanwhile: Meanwhile, code: str
) -> None:
    filed = file(session, sealer, ORDINARY)
    meanwhile(session, sealer, staff, filed.case)
    with pytest.raises(IllegalMove) as refused:
        asked(session, sealer, staff, filed)
    assert refused.value.lack == f"transfer.{code}"


def test_a_hearing_that_began_after_the_request_keeps_the_case(
    session: Session, sealer: Sealer, staff: Staff, case: Heard
) -> None:
    transfer = asked(session, sealer, staff, case.filed)
    draft(session, sealer, case)
    with pytest.raises(IllegalMove) as refused:
        actions.accept(Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), AT), sealer, transfer.reference)
    assert refused.value.lack == "transfer.hearing_open"
    assert holders(session, case.filed.case) == both(ITALY)


def test_an_unsent_referral_keeps_the_case_and_a_sent_one_goes_along(
    session: Session, sealer: Sealer, keyring: Keyring, staff: Staff
) -> None:
    given = file_with_name(session, sealer, consents=(ConsentKind.UNION,))
    referral = propose(session, sealer, given)
    with pytest.raises(IllegalMove) as refused:
        asked(session, sealer, staff, given.filed)
    assert refused.value.lack == "transfer.referral_unsent"
    referrals.send(Call(session, as_officer(staff.anna), AT), sealer, referral.reference)
    accepted(session, sealer, staff, given.filed)
    union = Call(session, PartyMember(PERSON, UNION), AT)
    assert portal.read(union, sealer, referral.reference).listed.unit == {"en": "Labour office of a region"}
    session.query(Notice).delete()
    portal.accept(union, referral.reference)
    assert notified(session) == [("rosa", False)], "not the officer who sent it and has the case no more"
    portal.report(union, sealer, referral.reference, "We met her.", is_done=False)
    rosa = Call(session, as_officer(staff.rosa, CaseRole.SUPERVISOR), AT)
    referrals.take_back(rosa, sealer, referral.reference)
    with pytest.raises(NotFound):
        portal.read(union, sealer, referral.reference)


def test_what_the_former_unit_had_opened_for_itself_ends(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, URGENT)
    anna = Call(session, as_officer(staff.anna), AT)
    request = grants.AccessRequest(AccessKind.BREAK_GLASS, "Somebody is in danger.", hours=4)
    grants.ask(anna, sealer, filed.case.reference, request)
    priorities.set_priority(anna, sealer, filed.case.reference, Priority.P2, "Calmer now.")
    notes.add_task(anna, sealer, filed.case.reference, "Call her.", None, staff.anna.reference)
    accepted(session, sealer, staff, filed)
    assert session.scalars(select(AccessGrant.state)).all() == [AccessState.LAPSED]
    assert session.scalars(select(PriorityChange.is_approved)).all() == [False]
    assert session.scalars(select(CaseTask.owner)).all() == [None]


def test_a_legal_hold_goes_along(session: Session, sealer: Sealer, staff: Staff) -> None:
    filed = file(session, sealer, ORDINARY)
    carla = Call(session, as_officer(staff.carla, CaseRole.SUPERVISOR), AT)
    notes.set_legal_hold(carla, sealer, filed.case.reference, "A court asks for it.", is_held=True)
    accepted(session, sealer, staff, filed)
    assert filed.case.has_legal_hold
    with pytest.raises(NotFound):
        notes.set_legal_hold(carla, sealer, filed.case.reference, "No more.", is_held=False)


def test_both_units_auditors_find_that_the_case_was_handed_over(session: Session, sealer: Sealer, staff: Staff) -> None:
    from registry.oversight.trail import Wanted, lines_of

    filed = file(session, sealer, ORDINARY)
    transfer = accepted(session, sealer, staff, filed)

    def found(unit: str) -> list[tuple[str, str | None]]:
        return [(line.act, line.subject) for line in lines_of(session, unit, Wanted(act="transfer"))]

    assert found(ITALY) == [("transfer.handed_over", transfer.reference), ("transfer.asked", filed.case.reference)]
    assert ("transfer.accepted", filed.case.reference) in found(REGION)


def test_what_fails_in_the_middle_leaves_everything_as_it_was(
    session: Session, sealer: Sealer, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = file(session, sealer, ORDINARY)
    transfer = asked(session, sealer, staff, filed)
    session.commit()
    monkeypatch.setattr(actions, "record_change", lambda *_: (_ for _ in ()).throw(RuntimeError("the line was lost")))
    with pytest.raises(RuntimeError):
        actions.accept(Call(session, as_officer(staff.rosa, CaseRole.TRIAGE), AT), sealer, transfer.reference)
    session.rollback()
    assert holders(session, filed.case) == both(ITALY)
    assert (filed.case.assignee, transfer.state) == (None, TransferState.ASKED)


def test_a_purge_leaves_nothing_of_it(session: Session, sealer: Sealer, staff: Staff, sessions) -> None:
    filed = file(session, sealer, ORDINARY)
    transfer = accepted(session, sealer, staff, filed)
    rosa = Call(session, as_officer(staff.rosa, CaseRole.SUPERVISOR), AT)
    casework.move(rosa, sealer, filed.case.reference, CaseState.IN_TRIAGE)
    casework.move(rosa, sealer, filed.case.reference, CaseState.OUT_OF_SCOPE, reason="Not ours.")
    filed.case.purge_on = AT.date()
    reference = transfer.reference
    session.commit()
    purging.purge(sessions, sealer, AT)
    assert queries.fetch_transfers(session, ITALY) == []
    assert lines_about(session, reference) == []


def test_employers_and_planned_visits_go_along(session, sealer, staff):
    filed = file(session, sealer, ORDINARY)
    case, anna = filed.case, as_officer(staff.anna)
    firms.link_employer(
        Call(session, anna, AT), sealer, case.reference, firms.EmployerLink(name="Invented Sewing", place="Prato")
    )
    day = LATER.date() + timedelta(days=5)
    visit = events.EventDraft(EventKind.VISIT, day, place="Workshop", officers=[staff.carla.reference])
    planned = events.add_event(Call(session, anna, AT), sealer, case.reference, visit)
    accepted(session, sealer, staff, filed)
    employer = session.scalars(select(Employer)).one()
    assert employer.unit == REGION
    (known,) = firms.firms_of(session, sealer, REGION, case).employers
    assert known.details.place == "Prato"
    session.refresh(planned)
    assert (planned.owner, planned.officers) == (staff.rosa.reference, [staff.rosa.reference])
    assert [one.details.place for one in events.events_of(session, sealer, as_officer(staff.rosa), case)] == [
        "Workshop"
    ]
