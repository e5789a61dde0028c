"""Security keys: good for this session, this place and once; copies, strangers' keys and what is no answer open nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.audit.models import AuditEntry
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import ActRefused, NotFound, TooManyRequests
from registry.core.keyring import Keyring
from registry.officers import accounts, factors, sessions, signing_in
from registry.officers.factors import ANSWER_WITHIN, RelyingParty, relying_party_at
from registry.officers.models import KeyChallenge, Officer, SignedIn
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.officers.signing_in import Browser, Step
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.officers.soft_key import ORIGIN, SoftKey, b64

CONSOLE = RelyingParty("desk.example", ORIGIN)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """An officer with a key before the second step."""

    session: Session
    keyring: Keyring
    officer: Officer
    key: SoftKey

    def half(self) -> str:
        return str(
            signing_in.sign_in(Call(self.session, Browser(), now()), self.keyring, self.officer.email, PASSWORD).token
        )

    def wanted(self, half: str) -> str:
        officer, stored = sessions.authenticate_first_step(self.session, half, now())
        return str(factors.authentication_options(Call(self.session, officer, now()), stored, CONSOLE))

    def give(self, half: str, answer: str, party: RelyingParty = CONSOLE, later: timedelta = timedelta()) -> Step:
        call = Call(self.session, Browser(half), now() + later)
        return signing_in.give_key(call, self.keyring, party, answer).step


def with_key(session: Session, officer: Officer, key: SoftKey, name: str = "blue key") -> None:
    at = now()
    OFFICER_SESSIONS.begin(session, officer, at, is_full=True)
    here = session.scalars(
        select(SignedIn).where(SignedIn.officer_id == officer.id).order_by(SignedIn.id.desc())
    ).first()
    assert here is not None
    wanted = factors.registration_options(Call(session, officer, at), here, CONSOLE)
    factors.add_key(Call(session, officer, at), here, CONSOLE, name, key.made(wanted))


@pytest.fixture
def door(session: Session, keyring: Keyring) -> KeyHolder:
    make_unit(session)
    officer = make_officer(session, keyring, Role.INVESTIGATOR).officer
    key = SoftKey()
    with_key(session, officer, key)
    return KeyHolder(session, keyring, officer, key)


def test_a_key_opens_the_door_once_per_question(door: KeyHolder) -> None:
    half = door.half()
    answer = door.key.signed(door.wanted(half), userHandle=b64(door.officer.reference.encode()))
    assert door.give(half, answer) is Step.IN
    (_, stored) = factors.factors_of(door.session, door.officer)
    assert (stored.name, stored.last_step, stored.last_used_on) == ("blue key", 1, now().date())
    # The same answer again, in a session of its own that asked something else, or nothing yet.
    assert door.give(door.half(), answer) is Step.REFUSED
    again = door.half()
    door.wanted(again)
    assert door.give(again, answer) is Step.REFUSED
    # An answer that was refused has used its question up: the right one comes too late.
    late = door.half()
    right = door.key.signed(door.wanted(late))
    assert door.give(late, "{}") is Step.REFUSED
    assert door.give(late, right) is Step.REFUSED
    assert door.session.scalars(select(KeyChallenge)).all() == []


Wrong = Callable[[KeyHolder, str], tuple[str, str]]


def _of(make: Callable[[KeyHolder, str], str]) -> Wrong:
    return lambda door, half: (half, make(door, door.wanted(half)))


def _with(answer: str, **response: object) -> str:
    given = json.loads(answer)
    return json.dumps(given | {"response": given["response"] | response})


WRONG: dict[str, Wrong] = {
    "signed for a page that looks like ours": _of(
        lambda d, w: replace(d.key, origin="https://desk.evil.example").signed(w)
    ),
    "signed for another host": _of(lambda d, w: replace(d.key, host="evil.example").signed(w)),
    "signed by another key under its name": _of(lambda d, w: replace(SoftKey(), id=d.key.id).signed(w)),
    "a key that nobody registered": _of(lambda d, w: SoftKey().signed(w)),
    "of another account": _of(lambda d, w: d.key.signed(w, userHandle=b64(b"SOMEBODYELSE"))),
    "without a touch": _of(
        lambda d, w: _with(d.key.signed(w), authenticatorData=b64(d.key._data(0x00))),
    ),
    "a question of another session": lambda d, half: (half, d.key.signed(d.wanted(d.half()))),
    "the answer of a registration": _of(lambda d, w: d.key.made(w)),
    "no JSON": _of(lambda d, w: "{"),
    "a list": _of(lambda d, w: "[]"),
    "deep": _of(lambda d, w: "[" * 19_000),
    "no base64": _of(lambda d, w: _with(d.key.signed(w), authenticatorData="é")),
    "a broken CBOR tail": _of(
        lambda d, w: _with(d.key.signed(w), authenticatorData=b64(d.key._data(0xC1) + b"\xff\xbf"))
    ),
}


def test_what_opens_nothing(door: KeyHolder, keyring: Keyring) -> None:
    stranger = make_officer(door.session, keyring, Role.TRIAGE, email="other@authority.example").officer
    theirs = SoftKey()
    with_key(door.session, stranger, theirs)
    cases = WRONG | {"another officer's key": _of(lambda d, w: theirs.signed(w))}
    for name, wrong in cases.items():
        half, answer = wrong(door, door.half())
        undone = door.session.begin_nested()
        assert door.give(half, answer) is Step.REFUSED, name
        # Failures count as wrong codes do; here each begins afresh.
        undone.rollback()
    for _ in range(passwords.FREE_FAILURES):
        half = door.half()
        door.give(half, "{}")
    with pytest.raises(TooManyRequests):
        door.give(half, door.key.signed(door.wanted(half)))


def test_a_late_answer_opens_nothing(door: KeyHolder) -> None:
    half = door.half()
    answer = door.key.signed(door.wanted(half))
    assert door.give(half, answer, later=ANSWER_WITHIN) is Step.REFUSED


def test_a_key_that_counts_back_is_there_twice_and_the_audit_says_so(door: KeyHolder) -> None:
    copy = replace(door.key)
    for _ in range(2):
        half = door.half()
        assert door.give(half, door.key.signed(door.wanted(half))) is Step.IN
    half = door.half()
    assert door.give(half, copy.signed(door.wanted(half))) is Step.REFUSED
    acts = [one.act for one in door.session.scalars(select(AuditEntry).order_by(AuditEntry.index))]
    assert acts.count("officer.key_copied") == 1
    # Nor does one that suddenly says nought; one that never counted is let in each time.
    half = door.half()
    assert door.give(half, replace(door.key, count=0, step=0).signed(door.wanted(half))) is Step.REFUSED
    still = SoftKey(step=0)
    with_key(door.session, door.officer, still, "passkey")
    for _ in range(2):
        half = door.half()
        assert door.give(half, still.signed(door.wanted(half))) is Step.IN


def test_a_key_is_one_officers_and_its_question_one_sessions(door: KeyHolder, keyring: Keyring) -> None:
    other = make_officer(door.session, keyring, Role.TRIAGE, email="other@authority.example").officer
    with pytest.raises(ActRefused, match="known already"):
        with_key(door.session, other, door.key)
    with pytest.raises(ActRefused, match="1 to 60"):
        with_key(door.session, other, SoftKey(), "\u202ered")
    for key in (SoftKey(origin="https://desk.evil.example"), SoftKey(host="evil.example")):
        with pytest.raises(ActRefused, match="begin again"):
            with_key(door.session, other, key)


def test_the_last_factor_stays_and_a_reset_takes_them_all(door: KeyHolder) -> None:
    session, officer, today = door.session, door.officer, now().date()
    app, key = factors.factors_of(session, officer)
    with pytest.raises(NotFound):
        factors.remove(session, officer, "NOTHING", now())
    factors.remove(session, officer, app.reference, now())
    with pytest.raises(ActRefused, match="only second factor"):
        factors.remove(session, officer, key.reference, now())
    # What is only begun is no factor yet.
    factors.APPS.begin(session, door.keyring, officer, "new app", today)
    with pytest.raises(ActRefused, match="only second factor"):
        factors.remove(session, officer, key.reference, now())
    change = accounts.propose_reset(session, officer, by="somebody", at=now())
    accounts.approve(session, change, by="another", at=now(), today=today)
    assert factors.factors_of(session, officer) == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://desk.example", "desk.example"),
        ("https://desk.example:8443", "desk.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]:8000", None),
        ("http://desk.example", None),
    ],
)
def test_keys_are_asked_where_browsers_offer_them(address: str, host: str | None) -> None:
    party = relying_party_at(address)
    assert (party and party.host) == host
    assert party is None or party.origin == address
