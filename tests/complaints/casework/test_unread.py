"""What a complainant writes is told to the officer who has the case at once, stays unread until that officer reads it, and raises
the case to the first priority where it is about danger."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.file_store import store_of
from registry.complaints.attachments.uploading import UploadServices
from registry.complaints.case import clocks
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queue.listing import Filters, list_cases
from registry.complaints.intake import mailbox, mailbox_files
from registry.complaints.retention import reminding
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import priorities
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.keyring import Keyring
from registry.officers import loans
from registry.officers.models import Notice, OfficerState, RoleHeld
from registry.officers.models import Officer as Account
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, ConsentKind, Priority, UnreadKind
from registry.vocabulary.codes import TriageReason
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, ORDINARY, Filed, come_back, file, make_units
from tests.complaints.officers import go
from tests.officers.making import make_officer
from tests.post import Post

UNIT = "it-labour"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = AT + 3 * DAY
DANGER, CALM = "他们打我，门锁了，救命", "我换了住的地方。"

Hire = Callable[..., Account]


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    made = make_units(session, sealer)
    made["IT"].supervisor_email = "head@it.example"
    return made


@pytest.fixture
def hire(session: Session, keyring: Keyring) -> Hire:
    def make(*roles: Role, name: str) -> Account:
        email = f"{name.lower()}@it.example"
        return make_officer(session, keyring, *roles, unit=UNIT, name=name, email=email).officer

    return make


@pytest.fixture
def assignee(hire: Hire) -> Account:
    return hire(Role.INVESTIGATOR, name="Assignee")


@pytest.fixture
def filed(session: Session, sealer: Sealer, assignee: Account) -> Filed:
    """A case of the second priority, investigated by its assignee, whose first look is long over."""
    filed = file(session, sealer, {**ORDINARY, "intimidation_and_threats": "yes"})
    go(session, sealer, acting(assignee), filed.case, CaseState.IN_TRIAGE, CaseState.INVESTIGATING)
    filed.case.assignee = assignee.reference
    session.flush()
    return filed


def acting(account: Account, role: CaseRole = CaseRole.INVESTIGATOR) -> Officer:
    return Officer(account.reference, role, UNIT)


def write(session: Session, sealer: Sealer, filed: Filed, text: str, **more) -> mailbox.Written:
    return mailbox.write(session, sealer, come_back(session, sealer, filed.code, LATER), text, LATER, **more)


def read(session: Session, sealer: Sealer, officer: Officer, case: Case) -> case_reading.CaseView:
    return case_reading.case_view(Call(session, officer, LATER), sealer, case.reference)


def notified(session: Session) -> list[str]:
    rows = select(Account.name).join(Notice, Notice.officer_id == Account.id).order_by(Account.name)
    return list(session.scalars(rows))


def first_look(session: Session, case: Case):
    return clocks.clocks_of(session, case)[ClockKind.TRIAGE]


def unread(session: Session) -> list[str]:
    return [one.reference for one in list_cases(session, UNIT, Filters(is_unread=True), LATER)]


def test_the_assignee_is_notified_in_the_transaction_of_the_message(session, sealer, hire, filed):
    hire(Role.TRIAGE, name="Triage")
    write(session, sealer, filed, CALM)
    assert notified(session) == ["Assignee"]
    session.rollback()
    assert notified(session) == []


def test_where_no_officer_has_the_case_those_who_assign_it_are_notified(session, sealer, hire, filed, assignee):
    hire(Role.TRIAGE, name="Triage")
    filed.case.assignee = None
    write(session, sealer, filed, CALM)
    assert notified(session) == ["Triage"]
    filed.case.assignee, assignee.state = assignee.reference, OfficerState.CLOSED
    write(session, sealer, filed, CALM)
    assert notified(session) == ["Triage", "Triage"]


@pytest.mark.parametrize(
    ("text", "is_said", "reason"),
    [(DANGER, False, TriageReason.DANGER_IN_MESSAGE), (CALM, True, TriageReason.IN_DANGER)],
)
def test_danger_raises_to_the_first_priority_and_starts_its_hour(session, sealer, hire, filed, text, is_said, reason):
    hire(Role.SUPERVISOR, name="Supervisor")
    assert filed.case.priority is Priority.P2
    assert write(session, sealer, filed, text, is_in_danger=is_said).is_danger
    look = first_look(session, filed.case)
    assert (filed.case.priority, filed.case.reasons[0]) == (Priority.P0, reason)
    assert (look.met_on, look.paused_on) == (None, None)
    assert LATER + HOUR <= look.due_at == filed.case.due_at <= LATER + HOUR + timedelta(minutes=5)
    assert notified(session) == ["Assignee", "Supervisor"]


def test_an_ordinary_message_leaves_the_priority_and_is_due_by_it(session, sealer, filed):
    assert not write(session, sealer, filed, CALM).is_danger
    assert filed.case.priority is Priority.P2
    assert first_look(session, filed.case).due_at > LATER + DAY


def test_the_same_message_sent_twice_is_one(session, sealer, filed):
    for _ in range(2):
        write(session, sealer, filed, DANGER, idempotency_key="key")
    assert notified(session) == ["Assignee"]
    assert filed.case.reasons.count(TriageReason.DANGER_IN_MESSAGE) == 1


def test_a_message_is_unread_until_the_assignee_reads_it(session, sealer, hire, filed, assignee):
    colleague = acting(hire(Role.SUPERVISOR, name="Colleague"), CaseRole.SUPERVISOR)
    write(session, sealer, filed, CALM)
    for _ in range(2):
        [message] = read(session, sealer, colleague, filed.case).boxes[0].messages
        assert message.is_new
        assert unread(session) == [filed.case.reference]
        assert first_look(session, filed.case).met_on is None
    assert read(session, sealer, acting(assignee), filed.case).boxes[0].messages[0].is_new
    assert unread(session) == []
    assert first_look(session, filed.case).met_on == LATER.date()
    assert not read(session, sealer, colleague, filed.case).boxes[0].messages[0].is_new


def test_without_an_assignee_it_is_read_by_who_may_answer_it(session, sealer, hire, filed):
    filed.case.assignee = None
    write(session, sealer, filed, CALM)
    read(session, sealer, acting(hire(Role.DECIDER, name="Decider"), CaseRole.DECIDER), filed.case)
    assert unread(session) == [filed.case.reference]
    read(session, sealer, acting(hire(Role.TRIAGE, name="Triage"), CaseRole.TRIAGE), filed.case)
    assert unread(session) == []


def test_unread_messages_go_to_the_supervisor(session, sealer, filed):
    post, sessions = Post(), sessions_for(session.get_bind())
    write(session, sealer, filed, DANGER)
    session.commit()
    reminding.remind(sessions, post, LATER)
    assert post.addresses == ["desk@it.example"]
    reminding.remind(sessions, post, LATER + 2 * HOUR)
    assert post.addresses == ["desk@it.example", "head@it.example"]


def test_a_colleagues_answer_meets_the_deadline_and_leaves_it_unread(session, sealer, hire, filed):
    colleague = acting(hire(Role.SUPERVISOR, name="Colleague"), CaseRole.SUPERVISOR)
    write(session, sealer, filed, DANGER)
    casework.reply(Call(session, colleague, LATER), sealer, filed.case.reference, "We are coming.")
    assert first_look(session, filed.case).met_on == LATER.date()
    assert unread(session) == [filed.case.reference]


def test_what_the_service_writes_by_itself_meets_no_deadline(session, sealer, filed):
    write(session, sealer, filed, DANGER)
    itself = Officer("", CaseRole.REGISTRY, UNIT)
    casework.reply(Call(session, itself, LATER), sealer, filed.case.reference, "The measure is in force.")
    assert first_look(session, filed.case).met_on is None


def test_asking_the_complainant_does_not_stop_the_hour_of_an_unread_message(session, sealer, hire, filed):
    colleague = acting(hire(Role.SUPERVISOR, name="Colleague"), CaseRole.SUPERVISOR)
    write(session, sealer, filed, DANGER)
    casework.move(Call(session, colleague, LATER), sealer, filed.case.reference, CaseState.WAITING_COMPLAINANT)
    assert first_look(session, filed.case).paused_on is None


def test_a_case_that_waited_goes_on_and_is_raised(session, sealer, filed, assignee):
    casework.move(
        Call(session, acting(assignee), AT + DAY), sealer, filed.case.reference, CaseState.WAITING_COMPLAINANT
    )
    write(session, sealer, filed, DANGER)
    assert (filed.case.state, filed.case.priority) == (CaseState.INVESTIGATING, Priority.P0)
    assert filed.case.due_at <= LATER + 2 * HOUR


def test_danger_refuses_a_lowering_that_waits(session, sealer, filed, assignee):
    officer = acting(assignee)
    priorities.set_priority(Call(session, officer, AT), sealer, filed.case.reference, Priority.P0, reason="Worse.")
    priorities.set_priority(Call(session, officer, AT), sealer, filed.case.reference, Priority.P3, reason="It is over.")
    write(session, sealer, filed, DANGER)
    assert priorities.waiting_change(session, filed.case) is None
    assert filed.case.priority is Priority.P0


def test_only_danger_releases_a_case_quarantined_as_mass_filing(session, sealer, hire):
    triage = acting(hire(Role.TRIAGE, name="Triage"), CaseRole.TRIAGE)
    filed = file(session, sealer)
    casework.move(Call(session, triage, AT), sealer, filed.case.reference, CaseState.QUARANTINED)
    write(session, sealer, filed, CALM)
    assert (filed.case.state, notified(session)) == (CaseState.QUARANTINED, [])
    assert unread(session) == [filed.case.reference]
    write(session, sealer, filed, DANGER)
    assert (filed.case.state, filed.case.priority) == (CaseState.SUBMITTED, Priority.P0)
    assert notified(session) == ["Triage"]
    assert filed.case.due_at <= LATER + 2 * HOUR


def test_a_message_in_a_merged_case_notifies_the_officer_of_the_main_case(session, sealer, filed, assignee):
    officer = acting(assignee)
    joined = file(session, sealer)
    go(session, sealer, officer, joined.case, CaseState.IN_TRIAGE)
    casework.merge(Call(session, officer, AT), sealer, joined.case.reference, filed.case.reference, reason="The same.")
    write(session, sealer, joined, DANGER)
    assert notified(session) == ["Assignee"]
    assert (filed.case.priority, joined.case.priority) == (Priority.P0, Priority.P0)
    assert unread(session) == [joined.case.reference]
    read(session, sealer, officer, filed.case)
    assert first_look(session, filed.case).met_on is None
    read(session, sealer, officer, joined.case)
    assert (unread(session), first_look(session, filed.case).met_on) == ([], None)
    casework.reply(Call(session, officer, LATER), sealer, filed.case.reference, "We are coming.")
    assert first_look(session, filed.case).met_on == LATER.date()


def test_words_are_kept_nowhere_but_sealed(session, sealer, filed):
    write(session, sealer, filed, DANGER)
    session.flush()
    lines = [f"{line.act} {line.detail} {line.actor}" for line in lines_about(session, filed.case.reference)]
    assert "case.danger p2 p0 complainant" in lines
    assert not [line for line in lines if any(c in line for c in "打门锁救")]


def came(session: Session, filed: Filed) -> tuple[bool, str | None]:
    session.flush()
    return filed.case.has_unread, filed.case.unread_kind


def test_a_file_into_an_open_case_waits_like_a_message(session, settings, held_services, sealer, filed):
    visit = come_back(session, sealer, filed.code, LATER)
    opened, case = mailbox_files.open_for_files(session, sealer, visit)
    session.commit()
    uploading = UploadServices(settings, held_services.sessions, store_of(settings))
    sent = SentFile(b"What was paid, and to whom.", "note.txt", idempotency_key="one file")
    for _ in range(2):
        mailbox_files.take_file(uploading, opened, case, sent, LATER)
    session.expire_all()
    assert came(session, filed) == (True, UnreadKind.FILE)
    assert notified(session) == ["Assignee"]
    assert first_look(session, filed.case).met_on is None
    assert [line.act for line in lines_about(session, filed.case.reference)].count("case.file_added") == 1


def test_a_consent_that_is_taken_back_and_a_withdrawal_ring_the_bell(session, sealer, filed):
    visit = come_back(session, sealer, filed.code, LATER)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, LATER, is_given=True)
    assert came(session, filed) == (False, None)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, LATER, is_given=False)
    assert came(session, filed) == (True, UnreadKind.CONSENT)
    assert notified(session) == ["Assignee"]


def test_the_gravest_of_what_came_names_the_row_until_it_is_read(session, sealer, filed, assignee):
    write(session, sealer, filed, CALM)
    visit = come_back(session, sealer, filed.code, LATER)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, LATER, is_given=True)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, LATER, is_given=False)
    write(session, sealer, filed, CALM)
    assert came(session, filed) == (True, UnreadKind.CONSENT)
    read(session, sealer, acting(assignee), filed.case)
    assert came(session, filed) == (False, None)


def test_danger_is_over_when_an_officer_writes_and_not_when_one_looks(session, sealer, filed, assignee):
    write(session, sealer, filed, DANGER)
    assert filed.case.in_danger_since == LATER
    read(session, sealer, acting(assignee), filed.case)
    assert (filed.case.in_danger_since, first_look(session, filed.case).met_on) == (LATER, None)
    casework.reply(Call(session, acting(assignee), LATER), sealer, filed.case.reference, "We are coming.")
    assert (filed.case.in_danger_since, first_look(session, filed.case).met_on) == (None, LATER.date())


def test_what_is_withdrawn_in_danger_is_told_to_all_and_stays_until_somebody_looks(
    session, sealer, hire, filed, assignee
):
    hire(Role.TRIAGE, name="Triage")
    write(session, sealer, filed, DANGER)
    session.execute(delete(Notice))
    mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code, LATER), LATER)
    assert came(session, filed) == (True, UnreadKind.WITHDRAWAL)
    assert notified(session) == ["Assignee", "Triage"]
    assert filed.case.in_danger_since == LATER
    read(session, sealer, acting(assignee), filed.case)
    assert (came(session, filed), filed.case.in_danger_since) == ((False, None), None)


def test_what_is_withdrawn_and_not_read_any_more_waits_for_nobody(session, sealer, assignee):
    filed = file(session, sealer, ORDINARY)
    assert filed.case.priority > Priority.P1
    write(session, sealer, filed, CALM)
    mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code, LATER), LATER)
    assert came(session, filed) == (False, None)


@pytest.mark.parametrize("is_lent", [True, False], ids=["on leave", "without a role"])
def test_of_an_officer_who_cannot_act_today_the_others_hear(session, sealer, hire, filed, assignee, is_lent):
    hire(Role.TRIAGE, name="Triage")
    deputy = hire(Role.ANALYST, name="Deputy")
    if is_lent:
        loans.lend(Call(session, assignee, LATER), deputy, Role.INVESTIGATOR, LATER.date(), LATER.date() + 5 * DAY)
    else:
        session.execute(update(RoleHeld).where(RoleHeld.officer_id == assignee.id).values(ended_on=LATER.date()))
    session.execute(delete(Notice))
    write(session, sealer, filed, CALM)
    assert "Triage" in notified(session)
    read(session, sealer, acting(assignee, CaseRole.TRIAGE), filed.case)
    assert came(session, filed) == (False, None)
