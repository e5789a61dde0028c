"""Signing in: two proofs, no hint of what was wrong, codes that are good once, waits that hold, sessions that end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.accounts import passwords, second_factors
from registry.accounts.sessions import FORGOTTEN_AFTER, MAX_LIFETIME, form_token, is_form_token
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotSignedIn, TooManyRequests
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts, factors, sessions, signing_in
from registry.officers.models import ChallengePurpose, KeyChallenge, OfficerState, SignedIn
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.officers.signing_in import Browser, Step
from registry.organisations.models import MemberSession
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.worker.schedule import forget_sign_ins
from tests.officers.making import PASSWORD, Joined, make_officer, make_unit
from tests.pages.organisations.conftest import make_member

EMAIL = "officer@authority.example"


@pytest.fixture
def joined(session: Session, keyring: Keyring) -> Joined:
    make_unit(session)
    return make_officer(session, keyring, Role.INVESTIGATOR)


def at_door(session: Session, at: datetime, token: str = "") -> Call[Browser]:
    """What a browser without a mark does at sign-in, `token` being that of the first step."""
    return Call(session, Browser(token), at)


def seconds_to_wait(session: Session, keyring: Keyring, at: datetime) -> int:
    try:
        signing_in.sign_in(at_door(session, at), keyring, EMAIL, "wrong")
    except TooManyRequests as refused:
        return refused.retry_after
    return 0


def entered(session: Session, keyring: Keyring, joined: Joined) -> str:
    at = now()
    half = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token
    assert half is not None
    token = signing_in.give_code(at_door(session, at, half), keyring, joined.code(at)).token
    assert token is not None
    return token


def test_password_and_code_together_open_the_door(session: Session, keyring: Keyring, joined: Joined) -> None:
    at = now()
    first = signing_in.sign_in(at_door(session, at), keyring, " Officer@Authority.example ", PASSWORD)
    assert first.step is Step.SECOND_FACTOR
    assert first.token is not None
    with pytest.raises(NotSignedIn):
        sessions.authenticate(session, first.token, at)
    second = signing_in.give_code(at_door(session, at, first.token), keyring, joined.code(at))
    assert second.step is Step.IN
    assert second.token not in (None, first.token)
    here = sessions.authenticate(session, str(second.token), at)
    assert here.officer.id == joined.officer.id
    assert here.standing.roles == {Role.INVESTIGATOR}
    assert here.standing.country == "IT"
    # The half session is over: what somebody planted before sign-in opens nothing.
    with pytest.raises(NotSignedIn):
        sessions.authenticate_first_step(session, first.token, at)
    with pytest.raises(NotSignedIn):
        sessions.authenticate(session, first.token, at)


def test_the_answer_does_not_say_what_was_wrong(session: Session, keyring: Keyring, joined: Joined) -> None:
    at = now()
    unknown = signing_in.sign_in(at_door(session, at), keyring, "nobody@authority.example", PASSWORD)
    wrong = signing_in.sign_in(at_door(session, at), keyring, EMAIL, "another walnut cobalt")
    accounts.close(session, joined.officer, by="X", at=at, today=at.date())
    closed = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD)
    assert {(one.step, one.token, one.mark) for one in (unknown, wrong, closed)} == {(Step.REFUSED, None, "")}


def test_a_code_is_good_once(session: Session, keyring: Keyring, joined: Joined) -> None:
    at = now()
    code = joined.code(at)
    for expected in (Step.IN, Step.REFUSED):
        half = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token
        assert signing_in.give_code(at_door(session, at, str(half)), keyring, code).step is expected
    # Nor is the one before it, which an onlooker may have noted down.
    half = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token
    before = joined.code(at - timedelta(seconds=second_factors.STEP))
    assert signing_in.give_code(at_door(session, at, str(half)), keyring, before).step is Step.REFUSED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000 OR 1=1", "\x00" * 6])
def test_what_is_no_code_is_refused(session: Session, keyring: Keyring, joined: Joined, code: str) -> None:
    at = now()
    half = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token
    assert signing_in.give_code(at_door(session, at, str(half)), keyring, code).step is Step.REFUSED


def test_a_recovery_code_opens_once(session: Session, keyring: Keyring, joined: Joined) -> None:
    at = now()
    typed = f" {joined.recovery_codes[3].lower()} "
    for expected in (Step.IN, Step.REFUSED):
        half = signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token
        assert signing_in.give_code(at_door(session, at, str(half)), keyring, typed).step is expected
    assert factors.RECOVERY_CODES.count_left(session, joined.officer) == 9


@pytest.mark.parametrize("email", [EMAIL, "nobody@authority.example"])
def test_after_some_failures_an_address_must_wait_known_or_not(
    session: Session, keyring: Keyring, joined: Joined, email: str
) -> None:
    at = now()
    steps = [
        signing_in.sign_in(at_door(session, at), keyring, email, "wrong").step for _ in range(passwords.FREE_FAILURES)
    ]
    assert steps == [Step.REFUSED] * passwords.FREE_FAILURES
    # Even the right password is not tried before its time.
    with pytest.raises(TooManyRequests) as waiting:
        signing_in.sign_in(at_door(session, at), keyring, email, PASSWORD)
    assert 0 < waiting.value.retry_after <= 31
    later = at + passwords.FIRST_WAIT + timedelta(seconds=1)
    after = signing_in.sign_in(at_door(session, later), keyring, email, PASSWORD).step
    assert after is (Step.SECOND_FACTOR if email == EMAIL else Step.REFUSED)


def test_wrong_codes_make_wait_too(session: Session, keyring: Keyring, joined: Joined) -> None:
    at = now()
    half = str(signing_in.sign_in(at_door(session, at), keyring, EMAIL, PASSWORD).token)
    for _ in range(passwords.FREE_FAILURES):
        signing_in.give_code(at_door(session, at, half), keyring, "000000")
    with pytest.raises(TooManyRequests):
        signing_in.give_code(at_door(session, at, half), keyring, joined.code(at))


def test_waits_grow_and_end_at_a_quarter_of_an_hour(session: Session, keyring: Keyring, joined: Joined) -> None:
    at, waits = now(), []
    for _ in range(15):
        signing_in.sign_in(at_door(session, at), keyring, EMAIL, "wrong")
        wait = seconds_to_wait(session, keyring, at)
        waits.append(wait)
        at += timedelta(seconds=wait)
    assert waits == sorted(waits)
    assert max(waits) <= 15 * 60 + 1


@pytest.mark.parametrize("way", ["idle", "clock", "signed_out", "closed", "ended_elsewhere"])
def test_a_session_ends(session: Session, keyring: Keyring, joined: Joined, way: str) -> None:
    token = entered(session, keyring, joined)
    at = now()
    if way == "idle":
        at += OFFICER_SESSIONS.idle + timedelta(seconds=1)
    elif way == "clock":
        end = at + MAX_LIFETIME
        while at + timedelta(minutes=20) < end - timedelta(minutes=1):
            at += timedelta(minutes=20)
            sessions.authenticate(session, token, at)
        at = end
    elif way == "signed_out":
        OFFICER_SESSIONS.end(session, token, at)
    elif way == "closed":
        accounts.close(session, joined.officer, by="X", at=at, today=at.date())
    else:
        here = sessions.authenticate(session, token, at)
        assert OFFICER_SESSIONS.end_one(session, joined.officer, here.session.reference, at)
    with pytest.raises(NotSignedIn):
        sessions.authenticate(session, token, at)


def test_a_session_is_found_by_no_row_of_the_table(session: Session, keyring: Keyring, joined: Joined) -> None:
    token = entered(session, keyring, joined)
    at = now()
    for row in session.scalars(select(SignedIn)):
        assert token not in (row.digest, row.reference)
        with pytest.raises(NotSignedIn):
            sessions.authenticate(session, row.digest, at)


def test_an_officer_ends_only_their_own_sessions(session: Session, keyring: Keyring, joined: Joined) -> None:
    token = entered(session, keyring, joined)
    other = make_officer(session, keyring, Role.TRIAGE, email="other@authority.example")
    at = now()
    mine = sessions.authenticate(session, token, at).session.reference
    assert not OFFICER_SESSIONS.end_one(session, other.officer, mine, at)
    assert sessions.authenticate(session, token, at).officer.id == joined.officer.id


def test_a_role_taken_away_is_gone_with_the_next_request(session: Session, keyring: Keyring, joined: Joined) -> None:
    token = entered(session, keyring, joined)
    at = now()
    change = accounts.propose_roles(session, joined.officer, [Role.ANALYST], by="A", at=at)
    accounts.approve(session, change, by="B", at=at, today=at.date())
    assert sessions.authenticate(session, token, at).standing.roles == {Role.ANALYST}


def test_the_secret_of_an_app_is_not_in_the_table(session: Session, keyring: Keyring, joined: Joined) -> None:
    (factor,) = factors.factors_of(session, joined.officer)
    assert factor.sealed is not None
    assert joined.secret.hex() not in factor.sealed
    assert factors.APPS.secret_of(keyring, factor) == joined.secret
    assert joined.officer.state is OfficerState.ACTIVE


def test_a_form_is_good_for_its_session_alone(session: Session, keyring: Keyring, joined: Joined) -> None:
    one, other = entered(session, keyring, joined), "x" * 43
    assert is_form_token(one, form_token(one))
    assert not is_form_token(other, form_token(one))
    assert not is_form_token(one, "")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sessions_that_are_over_leave_no_row_and_those_that_are_not_stay(
    session: Session, keyring: Keyring, settings: Settings, joined: Joined
) -> None:
    at, member = now(), make_member(session)
    old = at - MAX_LIFETIME - FORGOTTEN_AFTER - timedelta(minutes=1)
    for began in (at, old):
        OFFICER_SESSIONS.begin(session, joined.officer, began, is_full=True)
        MEMBER_SESSIONS.begin(session, member, began, is_full=True)
    gone = session.execute(select(SignedIn).where(SignedIn.began_at == old)).scalar_one()
    challenge = KeyChallenge(session_id=gone.id, purpose=ChallengePurpose.SIGN_IN, challenge=b"x", ends_at=at)
    session.add(challenge)
    session.commit()
    forget_sign_ins(settings, sessionmaker(session.get_bind()))
    session.expire_all()
    assert session.execute(select(SignedIn.began_at)).scalars().all() == [at]
    assert session.execute(select(MemberSession.began_at)).scalars().all() == [at]
