"""What comes in twice at the same moment is stored once, and there are no deadlocks."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.queries import verify
from registry.complaints.case import access, visits
from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.casework import actions as casework
from registry.complaints.casework.models import CaseMove
from registry.complaints.intake import filing, mailbox
from registry.complaints.intake.models import AnswerSheet, Message
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import IllegalMove, NotNow, NoVisit, RegistryError, StaleVersion, UnknownReceipt
from registry.core.settings import Settings
from registry.vocabulary.cases import CaseState, MailboxRole, Priority
from tests.complaints.filing import AT, FRIEND, ORDINARY, begin, come_back, file, make_units, minted, visit_of
from tests.complaints.officers import ANNA, CARLA
from tests.racing import at_once

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(settings.database_url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer) -> None:
    make_units(session, sealer)
    session.commit()


def test_answers_of_eight_tabs_are_all_there(session, sessions, sealer):
    token, code = begin(session, sealer)
    session.commit()
    given = {
        "account": "words", "region": "Prato", "debt": "yes", "deception": "no", "isolation": "yes", "employer": "One",
        "introducer": "Two", "coworkers": "7",
    }  # fmt: skip

    def tab(question: str, value: str) -> Callable[[Session], Any]:
        return lambda own: filing.answer(own, sealer, visit_of(own, sealer, token), {question: value})

    at_once(sessions, *(tab(*one) for one in given.items()))
    assert filing.answers(session, sealer, come_back(session, sealer, code)).answers.keys() == given.keys()
    assert session.execute(select(func.count(AnswerSheet.id))).scalar_one() == 1


def test_what_is_sent_four_times_at_once_is_sent_once(session, sessions, sealer):
    token, _ = begin(session, sealer)
    filing.answer(session, sealer, visit_of(session, sealer, token), ORDINARY)
    session.commit()
    results = at_once(sessions, *[lambda own: filing.submit(own, sealer, visit_of(own, sealer, token), AT)] * 4)
    assert len(set(results)) == 1
    assert session.execute(select(func.count(CaseMove.id))).scalar_one() == 1
    assert verify(session).troubles == []


def test_a_message_sent_four_times_at_once_is_there_once(session, sessions, sealer):
    filed = file(session, sealer)
    session.commit()
    at_once(
        sessions,
        *[lambda own: mailbox.write(own, sealer, visit_of(own, sealer, filed.token), "words", AT, idempotency_key="k")]
        * 4,
    )
    assert session.execute(select(func.count(Message.id))).scalar_one() == 1


def test_messages_of_both_sides_at_once_are_all_there_in_one_order(session, sessions, sealer):
    filed = file(session, sealer)
    session.commit()

    def own(number: int) -> Callable[[Session], Any]:
        return lambda own: mailbox.write(own, sealer, visit_of(own, sealer, filed.token), f"hers {number}", AT)

    def theirs(number: int) -> Callable[[Session], Any]:
        return lambda own: casework.reply(Call(own, ANNA, AT), sealer, filed.case.reference, f"theirs {number}")

    at_once(sessions, *(act(number) for number in range(3) for act in (own, theirs)))
    assert sorted(session.execute(select(Message.place)).scalars()) == [1, 2, 3, 4, 5, 6]


def test_of_officers_with_one_version_one_moves_it(session, sessions, sealer):
    case = file(session, sealer).case
    session.commit()
    version = case.version

    def officer(one: Any) -> Callable[[Session], Any]:
        return lambda own: casework.move(Call(own, one, AT, version), sealer, case.reference, CaseState.IN_TRIAGE)

    results = at_once(sessions, officer(ANNA), officer(CARLA), officer(ANNA))
    assert sum(isinstance(result, StaleVersion) for result in results) == 2


def test_withdrawing_and_deciding_at_once_leaves_one_of_both(session, sessions, sealer):
    filed = file(session, sealer)
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, AT), sealer, filed.case.reference, state)
    session.commit()
    at_once(
        sessions,
        lambda own: mailbox.withdraw(own, sealer, visit_of(own, sealer, filed.token), AT),
        lambda own: casework.move(Call(own, CARLA, AT), sealer, filed.case.reference, CaseState.CLOSED, reason="done"),
    )
    moves = (
        session.execute(select(CaseMove).where(CaseMove.case_id == filed.case.id).order_by(CaseMove.id)).scalars().all()
    )
    assert moves[-1].from_state is CaseState.INVESTIGATING
    assert moves[-1].to_state in (CaseState.WITHDRAWN, CaseState.CLOSED)


def test_complaints_about_one_agency_that_come_at_once_are_all_there(session, sessions, sealer):
    given = {**ORDINARY, "agency": "Sunrise Labour"}
    known = [file(session, sealer, given).case for _ in range(2)]
    drafts = [begin(session, sealer)[0] for _ in range(4)]
    for token in drafts:
        filing.answer(session, sealer, visit_of(session, sealer, token), given)
    session.commit()

    def send(token: str) -> Callable[[Session], Any]:
        return lambda own: filing.submit(own, sealer, visit_of(own, sealer, token), AT)

    def work(case: Case) -> Callable[[Session], Any]:
        return lambda own: casework.move(Call(own, ANNA, AT), sealer, case.reference, CaseState.IN_TRIAGE)

    results = at_once(sessions, *map(send, drafts), *map(work, known))
    assert not [result for result in results if isinstance(result, RegistryError)]
    session.expire_all()
    priorities = session.execute(select(Case.priority).where(Case.unit_id.is_not(None))).scalars().all()
    assert priorities == [Priority.P2] * 6
    assert verify(session).troubles == []


def test_crosswise_merges_end(session, sessions, sealer):
    one, other = file(session, sealer).case, file(session, sealer).case
    for case in (one, other):
        casework.move(Call(session, ANNA, AT), sealer, case.reference, CaseState.IN_TRIAGE)
    session.commit()
    at_once(
        sessions,
        lambda own: casework.merge(Call(own, ANNA, AT), sealer, one.reference, other.reference, reason="same"),
        lambda own: casework.merge(Call(own, ANNA, AT), sealer, other.reference, one.reference, reason="same"),
    )
    session.expire_all()
    assert sorted([one.state, other.state]) == [CaseState.IN_TRIAGE, CaseState.MERGED]


def test_a_changed_receipt_confirmed_twice_at_once_opens_the_mailbox(session, sessions, sealer):
    filed = file(session, sealer)
    code, root = minted()
    token = access.change_receipt(session, sealer, come_back(session, sealer, filed.code), code, root, AT)
    session.commit()
    results = at_once(
        sessions,
        lambda own: filing.confirm(own, sealer, visit_of(own, sealer, token), code[-6:], AT),
        lambda own: filing.confirm(own, sealer, visit_of(own, sealer, token), code[-6:], AT),
        lambda own: mailbox.open_mailbox(own, sealer, root, AT),
    )
    assert [result for result in results if isinstance(result, str)]
    assert all(isinstance(result, str | NoVisit) for result in results)
    session.expire_all()
    assert session.execute(select(func.count(EncryptedContainer.id))).scalar_one() == 1
    assert filing.answers(session, sealer, come_back(session, sealer, code)).answers == ORDINARY


def test_a_helper_who_writes_while_being_cut_off_is_in_or_out(session, sessions, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    code, root = minted()
    access.invite_worker(session, sealer, come_back(session, sealer, filed.code), root, AT)
    worker = mailbox.open_mailbox(session, sealer, root, AT)
    session.commit()
    written, _cut = at_once(
        sessions,
        lambda own: mailbox.write(own, sealer, visit_of(own, sealer, filed.token), "words", AT),
        lambda own: access.cut_off(own, sealer, visit_of(own, sealer, worker), filed.box.reference, AT.date()),
    )
    assert isinstance(written, mailbox.Written | NoVisit | NotNow | UnknownReceipt | IllegalMove)
    displayed = mailbox.mailbox(session, sealer, come_back(session, sealer, code), AT)
    assert [message.text for message in displayed.messages] == (
        ["words"] if isinstance(written, mailbox.Written) else []
    )


def test_a_helper_let_in_before_being_cut_off_is_out_when_writing(session, sessions, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    code, root = minted()
    access.invite_worker(session, sealer, come_back(session, sealer, filed.code), root, AT)
    session.commit()
    with sessions() as own:
        visit = visit_of(own, sealer, filed.token)
        own.commit()
        access.cut_off(session, sealer, come_back(session, sealer, code), filed.box.reference, AT.date())
        session.commit()
        for act in (
            lambda: mailbox.write(own, sealer, visit, "words", AT),
            lambda: mailbox.withdraw(own, sealer, visit, AT),
            lambda: access.invite_worker(own, sealer, visit, minted()[1], AT),
        ):
            with pytest.raises((NoVisit, NotNow)):
                act()
            own.rollback()


@pytest.mark.filterwarnings("error")
def test_a_change_that_somebody_else_confirmed_a_moment_ago_is_confirmed(session, sessions, sealer):
    filed = file(session, sealer)
    code, root = minted()
    token = access.change_receipt(session, sealer, come_back(session, sealer, filed.code), code, root, AT)
    session.commit()
    with sessions() as other:
        visit = visit_of(other, sealer, token)
        other.commit()
        filing.confirm(session, sealer, visit_of(session, sealer, token), code[-6:], AT)
        session.commit()
        again = filing.confirm(other, sealer, visit, code[-6:], AT)
        other.commit()
    assert again is not None
    assert filing.answers(session, sealer, visit_of(session, sealer, again)).answers == ORDINARY


def test_a_visit_that_goes_on_does_not_hold_up_who_ends_it(session, sessions, sealer, database_kind):
    """The worker ends the helper's visit with the case locked, while the helper's request waits for the lock."""
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    session.commit()
    later = AT + timedelta(minutes=10)
    with sessions() as own:
        lock_case_by_id(own, filed.case.id)
        given: list[Any] = []

        def write(own: Session) -> None:
            mailbox.write(own, sealer, visit_of(own, sealer, filed.token, later), "words", later)

        officers_own = threading.Thread(target=lambda: given.extend(at_once(sessions, write)))
        officers_own.start()
        while database_kind == "postgresql" and not is_somebody_waiting(session):
            assert officers_own.is_alive()
        visits.end_all(own, filed.box)
        own.commit()
    officers_own.join(60)
    assert [type(one) for one in given] == [NoVisit]


def is_somebody_waiting(session: Session) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    count = session.execute(text(waiting)).scalar_one()
    session.rollback()
    return count > 0
