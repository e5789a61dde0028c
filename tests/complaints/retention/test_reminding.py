"""Officers are told that something waits, never what; and no one waits for an answer for ever."""

from datetime import timedelta

import pytest
import structlog
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.casework import actions as casework
from registry.complaints.retention import reminding
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.db.errors import SomeFailed
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import AT, INFORMATION, ORDINARY, URGENT, file, make_units
from tests.complaints.officers import ANNA, go
from tests.post import Post

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    made = make_units(session, sealer)
    made["IT"].supervisor_email = "head@it.example"
    return made


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    return sessions_for(session.get_bind())


def remind(session, sessions, post, at):
    session.commit()
    count = reminding.remind(sessions, post, at)
    session.expire_all()
    return count


def test_what_is_urgent_is_told_at_once_and_once(session, sessions, sealer, post):
    file(session, sealer, URGENT)
    assert remind(session, sessions, post, AT) == 1
    assert remind(session, sessions, post, AT + MINUTE) == 0
    assert post.addresses == ["desk@it.example"]


def test_who_is_in_danger_comes_first_and_a_unit_for_which_it_fails_keeps_no_other_waiting(
    session, sessions, sealer, post
):
    file(session, sealer, INFORMATION)
    file(session, sealer, URGENT | {"country": "CZ"})
    session.commit()
    tried = []

    def raise_for_the_first(address, *_):
        tried.append(address)
        if len(tried) == 1:
            raise IndexError
        return True

    with structlog.testing.capture_logs(), pytest.raises(SomeFailed):
        reminding.remind(sessions, raise_for_the_first, AT + 6 * DAY)
    # What is overdue goes to the same desk, which has no supervisor.
    assert tried == ["desk@cz.example", "desk@cz.example", "desk@it.example"]


def test_a_mail_says_nothing_of_the_case(session, sessions, sealer, post):
    case = file(session, sealer, {**URGENT, "agency": "Sunrise"}).case
    file(session, sealer, ORDINARY)
    remind(session, sessions, post, AT)
    remind(session, sessions, post, AT + 100 * DAY)
    assert len(post.sent) == 2 + 1
    telling = (case.reference, "p0", "P0", "IT", "Sunrise", "complaint", "danger", "case", "1", "2")
    for _, subject, words in post.sent:
        assert not [word for word in telling if word in subject + words]


def test_a_flood_is_one_mail(session, sessions, sealer, post):
    for _ in range(5):
        file(session, sealer, URGENT)
    assert remind(session, sessions, post, AT) == 1


def test_what_is_not_urgent_is_told_before_it_is_due(session, sessions, sealer, post):
    file(session, sealer, INFORMATION)
    assert remind(session, sessions, post, AT + DAY) == 0
    assert remind(session, sessions, post, AT + 6 * DAY) == 1


def test_what_is_overdue_goes_to_the_supervisor(session, sessions, sealer, post):
    file(session, sealer, URGENT)
    remind(session, sessions, post, AT)
    remind(session, sessions, post, AT + 64 * MINUTE)
    assert remind(session, sessions, post, AT + 2 * 60 * MINUTE) == 0
    assert post.addresses == ["desk@it.example", "head@it.example"]


def test_a_mail_that_was_not_sent_is_sent_later(session, sessions, sealer, post):
    file(session, sealer, URGENT)
    post.is_dead = True
    assert remind(session, sessions, post, AT) == 0
    post.is_dead = False
    assert remind(session, sessions, post, AT + MINUTE) == 1


def test_cases_that_were_only_looked_at_cause_a_reminder_and_those_that_were_answered_or_wait_none(
    session, sessions, sealer, post
):
    case = file(session, sealer, URGENT).case
    go(session, sealer, ANNA, case, CaseState.IN_TRIAGE)
    assert remind(session, sessions, post, AT + 9 * DAY) == 2
    casework.reply(Call(session, ANNA, AT + 9 * DAY), sealer, case.reference, "We read it.")
    assert remind(session, sessions, post, AT + 40 * DAY) == 0
    go(session, sealer, ANNA, case, CaseState.WAITING_COMPLAINANT, at=AT + 40 * DAY)
    assert remind(session, sessions, post, AT + 95 * DAY) == 0


def test_another_units_case_is_no_business_of_theirs(session, sessions, sealer, post, offices):
    offices["CZ"].email = None
    file(session, sealer, {**URGENT, "country": "CZ"})
    assert remind(session, sessions, post, AT + DAY) == 0


def test_after_sixty_days_a_case_goes_on_without_the_answer(session, sessions, sealer):
    one, other = file(session, sealer).case, file(session, sealer).case
    go(session, sealer, ANNA, one, CaseState.IN_TRIAGE, CaseState.WAITING_COMPLAINANT)
    go(session, sealer, ANNA, other, CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.WAITING_COMPLAINANT)
    session.commit()
    assert reminding.go_on_without_answer(sessions, AT + 60 * DAY) == 0
    assert reminding.go_on_without_answer(sessions, AT + 61 * DAY) == 2
    session.expire_all()
    assert (one.state, other.state) == (CaseState.IN_TRIAGE, CaseState.INVESTIGATING)
