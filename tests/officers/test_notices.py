"""Mail to officers: that there is something and never what, once each, as each of them wants it."""

import email
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.sealing.sealer import Sealer
from registry.core import push
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.db.errors import SomeFailed
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.wording import notice_words
from registry.officers import accounts, loans, notices
from registry.officers.models import Mailing, Notice, NoticeChoice, NoticeKind, Officer, OfficerState
from registry.officers.rights import Role
from registry.supervision.licensing.drafting import LicensingOfficial
from registry.vocabulary.supervision import LicenceAct
from registry.worker import schedule
from tests.make import authority_of, make_licence
from tests.officers.making import make_officer, make_unit
from tests.post import Post
from tests.smtp import Recorder, smtp_server
from tests.supervision.licensing.making import proposed
from tests.supervision.sanctions import making as sanctions

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def officer(session: Session, keyring: Keyring) -> Officer:
    make_unit(session)
    return make_officer(session, keyring, Role.SUPERVISOR).officer


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    return sessions_for(session.get_bind())  # type: ignore[arg-type]


def something(session: Session, officer: Officer, at: datetime = AT) -> None:
    notices.notify(session, officer, NoticeKind.ASSIGNED, at)
    session.commit()


def tell(sessions: sessionmaker[Session], post: Post, at: datetime) -> int:
    return notices.send_due_notices(sessions, notice_words("https://registry.example"), post, at)


def test_an_officer_is_told_once_and_not_what(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    post = Post()
    for _ in range(3):
        something(session, officer)
    assert tell(sessions, post, AT) == 1
    ((address, subject, text),) = post.sent
    assert (address, subject) == (officer.email, "There is something for you")
    assert "https://registry.example/console/" in text
    assert officer.reference not in text
    assert officer.name not in text
    assert tell(sessions, post, AT + timedelta(days=1)) == 0


def test_a_rolled_back_notice_is_not_sent(session: Session, sessions: sessionmaker[Session], officer: Officer) -> None:
    session.commit()
    notices.notify(session, officer, NoticeKind.ASSIGNED, AT)
    session.rollback()
    assert tell(sessions, Post(), AT) == 0


def test_while_the_server_is_away_nothing_is_lost(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    post = Post()
    post.is_dead = True
    something(session, officer)
    assert tell(sessions, post, AT) == 0
    post.is_dead = False
    # It is this worker's for five minutes, so that another does not send it too.
    assert tell(sessions, post, AT + 4 * MINUTE) == 0
    assert tell(sessions, post, AT + 5 * MINUTE) == 1
    assert tell(sessions, post, AT + timedelta(days=1)) == 0


def test_of_two_workers_one_sends(session: Session, sessions: sessionmaker[Session], officer: Officer) -> None:
    other = Post()

    def while_another_works(address: str, subject: str, text: str) -> bool:
        assert tell(sessions, other, AT) == 0
        return True

    something(session, officer)
    assert notices.send_due_notices(sessions, notice_words("https://registry.example"), while_another_works, AT) == 1
    assert other.sent == []


def test_a_notified_officer_is_not_notified_again_for_ten_minutes(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    post = Post()
    something(session, officer)
    assert tell(sessions, post, AT) == 1
    something(session, officer, AT + MINUTE)
    assert tell(sessions, post, AT + 9 * MINUTE) == 0
    assert tell(sessions, post, AT + 10 * MINUTE) == 1


def test_a_digest_comes_in_the_morning_alone(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    post, morning = Post(), datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    notices.choose(session, officer, NoticeChoice.DAILY)
    officer.language = "zh-Hans"
    for hour in range(3):
        something(session, officer, AT + timedelta(hours=hour))
    assert tell(sessions, post, AT + timedelta(hours=9)) == 0
    assert tell(sessions, post, morning - MINUTE) == 0
    assert tell(sessions, post, morning) == 1
    assert post.sent[0][1] == "有事项等待您处理"
    something(session, officer, morning + MINUTE)
    assert tell(sessions, post, morning + timedelta(hours=23)) == 0
    assert tell(sessions, post, morning + timedelta(days=1)) == 1


def test_who_wants_no_mail_gets_none_even_of_what_waited(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    something(session, officer)
    notices.choose(session, officer, NoticeChoice.NONE)
    something(session, officer)
    assert session.scalars(select(Notice)).all() == []
    notices.choose(session, officer, NoticeChoice.AT_ONCE)
    session.commit()
    assert tell(sessions, Post(), AT) == 0


def test_who_has_left_is_told_nothing(session: Session, sessions: sessionmaker[Session], officer: Officer) -> None:
    something(session, officer)
    officer.state = OfficerState.CLOSED
    session.commit()
    assert tell(sessions, Post(), AT) == 0
    assert session.scalars(select(Notice)).all() == []


def test_a_proposal_is_notified_to_its_approvers_and_its_decision_to_the_proposer(
    session: Session, officer: Officer, keyring: Keyring
) -> None:
    other = make_officer(session, keyring, Role.SUPERVISOR, email="b@authority.example").officer
    subject = make_officer(session, keyring, Role.SUPERVISOR, email="c@authority.example").officer
    make_officer(session, keyring, Role.TRIAGE, email="d@authority.example")
    session.query(Notice).delete()
    change = accounts.propose_roles(session, subject, [Role.TRIAGE], by=officer.reference, at=now())
    given = session.execute(select(Notice.officer_id, Notice.kind)).all()
    assert [tuple(row) for row in given] == [(other.id, NoticeKind.SECOND_PERSON)]
    accounts.approve(session, change, by=other.reference, at=now(), today=now().date())
    given = session.execute(select(Notice.officer_id, Notice.kind).order_by(Notice.id)).all()
    assert tuple(given[-1]) == (officer.id, NoticeKind.DECIDED)


@pytest.fixture
def server() -> Iterator[tuple[Recorder, str]]:
    with smtp_server() as server:
        yield server


def test_the_worker_sends_by_a_real_server(
    session: Session,
    sessions: sessionmaker[Session],
    officer: Officer,
    settings: Settings,
    server: tuple[Recorder, str],
) -> None:
    handler, url = server
    something(session, officer)
    for _ in range(2):
        schedule.notify_officers(replace(settings, smtp_url=url), sessions)
    (message,) = handler.messages
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert parsed["To"] == officer.email
    assert "There is something for you in the registry." in parsed.get_content()
    assert session.scalars(select(Mailing.officer_id)).all() == [officer.id]


def test_a_second_person_for_a_licence_is_sought_in_every_unit_of_the_authority(
    session: Session, keyring: Keyring
) -> None:
    for unit, country in (("cz-one", "CZ"), ("cz-two", "CZ"), ("it-one", "IT")):
        make_unit(session, unit, country)
        for role in (Role.LICENSING, Role.TRIAGE):
            make_officer(session, keyring, role, unit=unit, email=f"{role}@{unit}.example")
    proposer = session.scalars(select(Officer).where(Officer.email == "licensing@cz-one.example")).one()
    official = LicensingOfficial(proposer.reference, authority_of("CZ"))
    proposed(session, LicenceAct.SUSPEND, make_licence(session), by=official)
    given = session.scalars(select(Officer.email).join(Notice, Notice.officer_id == Officer.id)).all()
    assert given == ["licensing@cz-two.example"]


def test_a_decision_and_a_sanction_seek_their_second_person(session: Session, keyring: Keyring) -> None:
    sealer = Sealer(keyring)
    sanctions.make_desk(session, sealer)
    decider = make_officer(session, keyring, Role.DECIDER, unit=sanctions.UNIT).officer
    make_officer(session, keyring, Role.INVESTIGATOR, unit=sanctions.UNIT, email="other@authority.example")

    def given() -> list[int]:
        found = list(session.scalars(select(Notice.officer_id)))
        session.execute(delete(Notice))
        return found

    existing = sanctions.make_held(session)
    sanctions.drafted(session, sealer, sanctions.looked_into(session, sealer, existing))
    assert given() == [decider.id]
    sanctions.reviewed(session, sealer, existing)
    assert given() == [decider.id]


def danger(session: Session, officer: Officer, at: datetime) -> None:
    notices.notify(session, officer, NoticeKind.ASSIGNED, at, is_danger=True)
    session.commit()


@pytest.mark.parametrize("choice", [NoticeChoice.AT_ONCE, NoticeChoice.DAILY])
def test_no_pause_and_no_morning_holds_back_what_is_about_danger(
    session: Session, sessions: sessionmaker[Session], officer: Officer, choice: NoticeChoice
) -> None:
    post = Post()
    something(session, officer)
    tell(sessions, post, AT)
    notices.choose(session, officer, choice)
    something(session, officer, AT + MINUTE)
    danger(session, officer, AT + 2 * MINUTE)
    assert tell(sessions, post, AT + 2 * MINUTE) == 1
    # It says no more than any other, and all that waited with it.
    assert len({(subject, text) for _, subject, text in post.sent}) == 1
    assert session.scalars(select(Notice)).all() == []
    danger(session, officer, AT + 3 * MINUTE)
    assert tell(sessions, post, AT + 3 * MINUTE) == 1


def test_who_wants_no_mail_is_told_of_danger_all_the_same(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    notices.choose(session, officer, NoticeChoice.NONE)
    something(session, officer)
    assert tell(sessions, Post(), AT) == 0
    danger(session, officer, AT)
    notices.choose(session, officer, NoticeChoice.NONE)
    session.commit()
    assert tell(sessions, Post(), AT) == 1


def test_a_deputy_is_told_while_an_officer_is_away(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, officer: Officer
) -> None:
    deputy = make_officer(session, keyring, email="deputy@authority.example").officer
    loans.lend(Call(session, officer, AT), deputy, Role.SUPERVISOR, AT.date(), AT.date() + timedelta(days=3))
    session.execute(delete(Notice))
    something(session, officer)
    post = Post()
    assert tell(sessions, post, AT) == 2
    assert {address for address, _, _ in post.sent} == {officer.email, deputy.email}
    back = AT + timedelta(days=4)
    something(session, officer, back)
    assert tell(sessions, post, back) == 1


def test_what_is_about_danger_goes_as_soon_as_the_server_is_back(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    post = Post()
    post.is_dead = True
    danger(session, officer, AT)
    assert tell(sessions, post, AT) == 0
    post.is_dead = False
    assert tell(sessions, post, AT + timedelta(seconds=10)) == 1


def test_danger_is_told_first_and_an_officer_for_whom_it_fails_keeps_no_other_from_it(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, officer: Officer
) -> None:
    others = [make_officer(session, keyring, Role.TRIAGE, email=f"{name}@authority.example").officer for name in "ab"]
    something(session, officer)
    something(session, others[0])
    danger(session, others[1], AT)
    tried = []

    def raise_for_the_first(address: str, subject: str, text: str) -> bool:
        tried.append(address)
        if len(tried) == 1:
            raise IndexError
        return True

    with structlog.testing.capture_logs(), pytest.raises(SomeFailed):
        notices.send_due_notices(sessions, notice_words("https://registry.example"), raise_for_the_first, AT)
    assert tried == ["b@authority.example", "officer@authority.example", "a@authority.example"]


def test_a_push_server_that_is_away_is_tried_once_in_a_round(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def send(_settings: Settings, way: str, to: str, *_: str) -> None:
        tried.append(to)
        raise (push.PushServerAway if to == "away" else push.PushNotSent)("no")

    monkeypatch.setattr(push, "send", send)
    teller = schedule._teller(settings)
    with structlog.testing.capture_logs():
        assert [teller(f"ntfy:{to}", "", "") for to in ("refused", "away", "third")] == [False] * 3
    assert tried == ["refused", "away"]
