"""Mails about an officer's sign-in: they say what happened, whatever the officer chose, and bring a part of a join code."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import sessions_for
from registry.core.errors import ActRefused
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.wording import security_words
from registry.officers import accounts, join_codes, notices, security_mails
from registry.officers.models import NoticeChoice, Officer, OfficerState, SecurityEvent, SecurityMail
from registry.officers.rights import Role
from registry.vocabulary.register import STAFF_LANGUAGES, Language
from registry.worker import schedule
from tests.officers.making import make_officer, make_unit
from tests.post import Post

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORDS = security_words("https://registry.example")


@pytest.fixture
def officer(session: Session, keyring: Keyring) -> Officer:
    make_unit(session)
    return make_officer(session, keyring, Role.SUPERVISOR, at=AT).officer


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    return sessions_for(session.get_bind())  # type: ignore[arg-type]


def reset(session: Session, officer: Officer) -> str:
    """Gives the part of the code that who approved has."""
    change = accounts.propose_reset(session, officer, by="PROPOSER", at=AT)
    session.execute(delete(SecurityMail))
    handed_over = accounts.approve(session, change, by="APPROVER", at=AT, today=AT.date())
    session.commit()
    assert handed_over is not None
    return handed_over


def mailed_part(text: str) -> str:
    (line,) = [one for one in text.splitlines() if one.count("-") == 3 and one.isascii()]
    return line


def test_an_officer_who_wants_no_notices_is_mailed_once(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    notices.choose(session, officer, NoticeChoice.NONE)
    security_mails.queue(session, officer, SecurityEvent.TOKEN_MADE, AT)
    session.commit()
    post = Post()
    assert security_mails.send_due(sessions, WORDS, post, AT) == 1
    ((address, subject, text),) = post.sent
    assert (address, subject) == (officer.email, "Your sign-in at the registry")
    assert "A token for programs was made" in text
    assert "tell a supervisor" in text
    assert officer.name not in text
    assert security_mails.send_due(sessions, WORDS, post, AT + timedelta(days=1)) == 0


def test_both_parts_together_are_the_code(session: Session, sessions: sessionmaker[Session], officer: Officer) -> None:
    handed_over, post = reset(session, officer), Post()
    officer.language = "zh-Hans"
    session.commit()
    security_mails.send_due(sessions, WORDS, post, AT)
    ((address, _, text),) = post.sent
    assert address == officer.email
    assert "https://registry.example/console/join" in text
    session.expire_all()
    code = join_codes.joined(handed_over, mailed_part(text))
    assert join_codes.officer_of_code(session, code, AT).id == officer.id


def test_what_was_not_sent_is_sent_again_with_another_part(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    handed_over, post = reset(session, officer), Post()
    lost: list[str] = []

    def breaks(address: str, subject: str, text: str) -> bool:
        lost.append(text)
        # Meanwhile the mail is this worker's.
        assert security_mails.send_due(sessions, WORDS, post, AT) == 0
        return False

    assert security_mails.send_due(sessions, WORDS, breaks, AT) == 0
    assert security_mails.send_due(sessions, WORDS, post, AT + MINUTE) == 0
    assert security_mails.send_due(sessions, WORDS, post, AT + 2 * MINUTE) == 1
    session.expire_all()
    new = join_codes.joined(handed_over, mailed_part(post.sent[0][2]))
    assert join_codes.officer_of_code(session, new, AT).id == officer.id
    with pytest.raises(ActRefused):
        join_codes.officer_of_code(session, join_codes.joined(handed_over, mailed_part(lost[0])), AT)


@pytest.mark.parametrize("what", ["closed", "stopped"])
def test_no_code_is_mailed_that_opens_nothing(
    session: Session, sessions: sessionmaker[Session], officer: Officer, what: str
) -> None:
    reset(session, officer)
    if what == "closed":
        officer.state = OfficerState.CLOSED
    else:
        accounts.sign_out(session, officer, by="SUPERVISOR", at=AT)
    session.commit()
    post = Post()
    assert security_mails.send_due(sessions, WORDS, post, AT) == 0
    assert post.sent == []
    assert session.query(SecurityMail).count() == 0


def test_a_rolled_back_change_is_not_mailed(
    session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    session.commit()
    security_mails.queue(session, officer, SecurityEvent.FACTOR_ADDED, AT)
    session.rollback()
    assert security_mails.send_due(sessions, WORDS, Post(), AT) == 0


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_event_has_words_in_every_language_of_officers(language: Language) -> None:
    texts = [
        WORDS(Language(language), event, "AB-CD" if event in security_mails.WITH_CODE else "")
        for event in SecurityEvent
    ]
    assert len({body for _, body in texts}) == len(SecurityEvent)
    for event, (subject, body) in zip(SecurityEvent, texts, strict=True):
        assert "security." not in subject + body
        assert "{" not in body
        assert ("AB-CD" in body) is (event in security_mails.WITH_CODE)


def test_the_worker_mails_them(
    settings: Settings, session: Session, sessions: sessionmaker[Session], officer: Officer
) -> None:
    security_mails.queue(session, officer, SecurityEvent.PASSWORD_CHANGED, AT)
    session.commit()
    schedule.notify_officers(settings, sessions)
    (mail,) = (settings.home / "mail").glob("*.eml")
    assert "password of your account was changed" in mail.read_text(encoding="utf-8")
