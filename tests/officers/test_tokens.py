"""Tokens of programs: shown once, valid for days, with the rights their officer has today, revoked immediately."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.core.clock import now
from registry.core.errors import ActRefused, NotSignedIn
from registry.core.keyring import Keyring
from registry.officers import accounts, tokens
from registry.officers.models import ApiToken, Officer
from registry.officers.rights import Role
from tests.officers.making import make_officer, make_unit


@pytest.fixture
def officer(session: Session, keyring: Keyring) -> Officer:
    make_unit(session)
    return make_officer(session, keyring, Role.SUPERVISOR, Role.INVESTIGATOR).officer


def made(session: Session, officer: Officer, days: int = tokens.DAYS) -> str:
    at = now()
    return tokens.make(session, officer, "nightly export", days, at=at, today=at.date())[1]


def assert_opens_nothing(session: Session, text: str, after: int = 0) -> None:
    with pytest.raises(NotSignedIn, match="neither ended nor revoked"):
        tokens.authenticate(session, text, now() + timedelta(days=after))


def test_a_token_lets_do_what_its_officer_may_today(session: Session, officer: Officer) -> None:
    text, at = made(session, officer), now()
    assert tokens.authenticate(session, text, at).standing.roles == {Role.SUPERVISOR, Role.INVESTIGATOR}
    change = accounts.propose_roles(session, officer, [Role.TRIAGE], by="somebody", at=now())
    accounts.approve(session, change, by="another", at=at, today=at.date())
    assert tokens.authenticate(session, text, at).standing.roles == {Role.TRIAGE}


def test_a_token_is_not_in_the_table_and_its_beginning_is(session: Session, officer: Officer) -> None:
    text = made(session, officer)
    (stored,) = tokens.tokens_of(session, officer, now().date())
    assert text.startswith(stored.prefix)
    assert len(stored.prefix) == 8
    assert text not in [str(getattr(stored, column.name)) for column in ApiToken.__table__.columns]
    assert stored.last_used_on is None
    # A session that only reads is left as it was: SQLite would refuse at once what it writes beside a writer.
    tokens.authenticate(session, text, now(), is_noted=False)
    assert stored.last_used_on is None
    assert not session.dirty
    tokens.authenticate(session, text, now())
    assert stored.last_used_on == now().date()


def test_a_token_ends_after_its_last_day(session: Session, officer: Officer) -> None:
    text = made(session, officer, days=30)
    assert tokens.authenticate(session, text, now() + timedelta(days=30)).officer is officer
    assert_opens_nothing(session, text, after=31)


def test_a_revoked_token_opens_nothing_and_is_revoked_once(session: Session, officer: Officer) -> None:
    text = made(session, officer)
    (stored,) = tokens.tokens_of(session, officer, now().date())
    assert tokens.revoke(session, officer, stored.reference, by=officer.reference, at=now())
    assert_opens_nothing(session, text)
    assert not tokens.revoke(session, officer, stored.reference, by=officer.reference, at=now())
    acts = [entry.act for entry in session.query(AuditEntry).order_by(AuditEntry.index)]
    assert acts[-2:] == ["officer.token_made", "officer.token_revoked"]


def test_no_officer_revokes_anothers_token_as_their_own(session: Session, officer: Officer, keyring: Keyring) -> None:
    other = make_officer(session, keyring, email="other@authority.example").officer
    text = made(session, officer)
    (stored,) = tokens.tokens_of(session, officer, now().date())
    assert not tokens.revoke(session, other, stored.reference, by=other.reference, at=now())
    assert tokens.authenticate(session, text, now()).officer is officer


def test_closing_an_account_ends_its_tokens(session: Session, officer: Officer) -> None:
    text, at = made(session, officer), now()
    accounts.close(session, officer, by="somebody", at=at, today=at.date())
    assert tokens.tokens_of(session, officer, at.date()) == []
    assert_opens_nothing(session, text)


def test_a_reset_ends_tokens_for_good(session: Session, officer: Officer) -> None:
    text, at = made(session, officer), now()
    change = accounts.propose_reset(session, officer, by="somebody", at=at)
    accounts.approve(session, change, by="another", at=at, today=at.date())
    assert tokens.tokens_of(session, officer, at.date()) == []
    assert_opens_nothing(session, text)


@pytest.mark.parametrize(
    ("name", "days", "reason"),
    [
        ("", 90, "bad_token_name"),
        (" " * 9, 90, "bad_token_name"),
        ("x" * 61, 90, "bad_token_name"),
        ("a\u202eb", 90, "bad_token_name"),
        ("export", 0, "bad_token_days"),
        ("export", 366, "bad_token_days"),
    ],
)
def test_what_makes_no_token(session: Session, officer: Officer, name: str, days: int, reason: str) -> None:
    with pytest.raises(ActRefused) as refused:
        tokens.make(session, officer, name, days, at=now(), today=now().date())
    assert refused.value.reason == reason


def test_an_officer_has_ten_tokens_at_most(session: Session, officer: Officer) -> None:
    for _ in range(10):
        made(session, officer)
    with pytest.raises(ActRefused, match="revoke one"):
        made(session, officer)
