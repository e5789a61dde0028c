"""Accounts: two persons to give a right, one to take it away, and a join code that is good once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import ActRefused, NotFound, NotSignedIn, StaleVersion
from registry.core.keyring import Keyring
from registry.http.transaction import services
from registry.officers import accounts, factors, join_codes, loans, sessions, tokens
from registry.officers.models import ChangeState, Officer, OfficerState, SecurityEvent, SecurityMail
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from tests.officers.making import PASSWORD, make_officer, make_unit, whole_code

UNIT = "it-invented-unit"


@pytest.fixture(autouse=True)
def _units(session: Session) -> None:
    make_unit(session)
    make_unit(session, "cn-invented-unit", "CN")


def invited(session: Session, *roles: Role, unit: str = UNIT, email: str = "new@authority.example"):  # type: ignore[no-untyped-def]
    return accounts.propose_invitation(
        session, accounts.Invitation(unit, "New Officer", email, roles or (Role.TRIAGE,), "en"), by="PROPOSER", at=now()
    )


def only_new(session: Session) -> Officer:
    return session.scalars(select(Officer).where(Officer.email == "new@authority.example")).one()


def test_an_officer_joins_by_two_persons_a_code_and_two_proofs(session: Session, keyring: Keyring) -> None:
    at = now()
    change = invited(session)
    assert accounts.officers_of(session) == []
    handed_over = accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    code = whole_code(session, only_new(session), handed_over)
    officer = join_codes.join(session, code.lower().replace("-", " "), PASSWORD, at, at.date())
    with pytest.raises(ActRefused, match="second factor"):
        join_codes.finish_joining(session, code, at)
    factor, _ = factors.APPS.begin(session, keyring, officer, "app", at.date())
    with pytest.raises(ActRefused, match="second factor"):
        join_codes.finish_joining(session, code, at)
    factor.is_confirmed = True
    officer, recovery = join_codes.finish_joining(session, code, at)
    assert officer.state is OfficerState.ACTIVE
    assert len(set(recovery)) == 10
    with pytest.raises(ActRefused) as refused:
        join_codes.join(session, code, PASSWORD, at, at.date())
    assert refused.value.reason == "bad_join_code"


def test_no_officer_approves_an_own_proposal(session: Session) -> None:
    with pytest.raises(ActRefused) as refused:
        accounts.approve(session, invited(session), by="PROPOSER", at=now(), today=now().date())
    assert refused.value.reason == "own_proposal"


def test_no_officer_decides_about_themselves(session: Session, keyring: Keyring) -> None:
    officer = make_officer(session, keyring, Role.SUPERVISOR).officer
    at = now()
    for propose in (
        lambda: accounts.propose_roles(session, officer, [Role.DECIDER], by=officer.reference, at=at),
        lambda: accounts.propose_reset(session, officer, by=officer.reference, at=at),
    ):
        with pytest.raises(ActRefused) as refused:
            propose()
        assert refused.value.reason == "about_yourself"
    change = accounts.propose_roles(session, officer, [Role.DECIDER], by="OTHER", at=at)
    with pytest.raises(ActRefused) as refused:
        accounts.approve(session, change, by=officer.reference, at=at, today=at.date())
    assert refused.value.reason == "about_yourself"


def test_a_change_is_decided_once(session: Session) -> None:
    at = now()
    change = invited(session)
    accounts.refuse(session, change, by="PROPOSER", at=at)
    assert change.state is ChangeState.REFUSED
    with pytest.raises(ActRefused) as refused:
        accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    assert refused.value.reason == "decided"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"email": "no address"}, "bad_email"),
        ({"email": "a@b@c.example"}, "bad_email"),
        ({"email": "two@a.example, three@a.example"}, "bad_email"),
        ({"name": " \u200b\t"}, "bad_name"),
        ({"name": "Good\u202eName"}, "bad_name"),
        ({"name": "x" * 121}, "bad_name"),
        ({"roles": [Role.SYSADMIN, Role.TRIAGE]}, "incompatible_roles"),
        ({"roles": []}, "no_role"),
        ({"unit": "cn-invented-unit"}, "no_complaints_in_sending_country"),
        ({"unit": "nowhere"}, "no_unit"),
    ],
)
def test_a_bad_invitation_is_refused_with_its_reason(session: Session, facts: dict[str, object], reason: str) -> None:
    stated = {"unit": UNIT, "name": "New Officer", "email": "new@authority.example", "roles": [Role.TRIAGE]} | facts
    with pytest.raises(ActRefused) as refused:
        accounts.propose_invitation(session, accounts.Invitation(**stated, language="en"), by="PROPOSER", at=now())  # type: ignore[arg-type]
    assert refused.value.reason == reason
    assert refused.value.text


def test_one_address_is_one_officers(session: Session, keyring: Keyring) -> None:
    at = now()
    waiting = invited(session, email="Officer@authority.example")
    make_officer(session, keyring, email="officer@authority.example")
    with pytest.raises(ActRefused, match="there already"):
        invited(session, email="OFFICER@authority.example")
    with pytest.raises(ActRefused, match="there already"):
        accounts.approve(session, waiting, by="APPROVER", at=at, today=at.date())


def test_a_join_code_lasts_three_days_and_a_newer_one_replaces_it(session: Session) -> None:
    at = now()
    handed_over = accounts.approve(session, invited(session), by="APPROVER", at=at, today=at.date())
    code = whole_code(session, only_new(session), handed_over)
    officer = join_codes.officer_of_code(session, code, at + timedelta(hours=71))
    with pytest.raises(ActRefused):
        join_codes.officer_of_code(session, code, at + timedelta(hours=72))
    reset = accounts.propose_reset(session, officer, by="PROPOSER", at=at)
    newer = whole_code(session, officer, accounts.approve(session, reset, by="APPROVER", at=at, today=at.date()))
    with pytest.raises(ActRefused):
        join_codes.officer_of_code(session, code, at)
    assert join_codes.officer_of_code(session, newer, at).id == officer.id


def test_a_reset_takes_password_factors_and_sessions(session: Session, keyring: Keyring) -> None:
    at = now()
    joined = make_officer(session, keyring, Role.TRIAGE)
    token = OFFICER_SESSIONS.begin(session, joined.officer, at, is_full=True)
    change = accounts.propose_reset(session, joined.officer, by="PROPOSER", at=at)
    accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    assert joined.officer.password is None
    assert factors.factors_of(session, joined.officer) == []
    assert factors.RECOVERY_CODES.count_left(session, joined.officer) == 0
    with pytest.raises(NotSignedIn):
        sessions.authenticate(session, token, at)
    # The officer's roles stay.
    assert accounts.own_roles(session, joined.officer) == {Role.TRIAGE}


def mails(session: Session) -> list[tuple[str, SecurityEvent]]:
    """What waits to be mailed, in order: to whom, and about what."""
    query = select(Officer.email, SecurityMail.event).join(Officer, Officer.id == SecurityMail.officer_id)
    return [(email, event) for email, event in session.execute(query.order_by(SecurityMail.id))]


@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_who_approves_does_not_become_the_officer(session: Session, keyring: Keyring, kind: str) -> None:
    at = now()
    if kind == "invitation":
        handed_over = accounts.approve(session, invited(session), by="APPROVER", at=at, today=at.date())
        officer = only_new(session)
    else:
        officer = make_officer(session, keyring, Role.SUPERVISOR).officer
        change = accounts.propose_reset(session, officer, by="PROPOSER", at=at)
        handed_over = accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    other = make_officer(session, keyring, email="other@authority.example").officer
    again = accounts.propose_reset(session, other, by="PROPOSER", at=at)
    theirs = accounts.approve(session, again, by="APPROVER", at=at, today=at.date())

    def assert_opens_nothing(*codes: str) -> None:
        for code in codes:
            with pytest.raises(ActRefused) as refused:
                join_codes.join(session, code, PASSWORD, at, at.date())
            assert refused.value.reason == "bad_join_code"

    assert handed_over is not None
    # Neither before the mail is sent nor after it, nor with the mail of another, nor with the mail alone.
    assert_opens_nothing(handed_over, f"{handed_over}/", f"{handed_over}/{handed_over}")
    code = whole_code(session, officer, handed_over)
    mailed = code.partition("/")[2]
    of_other = whole_code(session, other, theirs).partition("/")[2]
    assert_opens_nothing(handed_over, f"{handed_over}/{of_other}", mailed, f"/{mailed}", f"{handed_over}{mailed}")
    assert join_codes.officer_of_code(session, code, at).id == officer.id


def test_the_officer_and_the_proposer_are_mailed_about_a_reset(session: Session, keyring: Keyring) -> None:
    at = now()
    officer = make_officer(session, keyring, Role.TRIAGE).officer
    proposer = make_officer(session, keyring, Role.SUPERVISOR, email="proposer@authority.example").officer
    change = accounts.propose_reset(session, officer, by=proposer.reference, at=at)
    assert mails(session) == [(officer.email, SecurityEvent.RESET_PROPOSED)]
    accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    assert mails(session)[1:] == [
        (officer.email, SecurityEvent.RESET),
        (proposer.email, SecurityEvent.RESET_APPROVED),
    ]


@pytest.mark.parametrize("is_lent", [False, True])
def test_a_custodians_reset_rests_for_a_day_and_is_stopped_by_one_person(
    session: Session, keyring: Keyring, is_lent: bool
) -> None:
    at = now()
    custodian = make_officer(session, keyring, Role.CUSTODIAN).officer
    if is_lent:
        lender, custodian = custodian, make_officer(session, keyring, email="deputy@authority.example").officer
        loans.lend(Call(session, lender, at), custodian, Role.CUSTODIAN, at.date(), at.date())
    change = accounts.propose_reset(session, custodian, by="PROPOSER", at=at)
    code = whole_code(session, custodian, accounts.approve(session, change, by="APPROVER", at=at, today=at.date()))
    with pytest.raises(ActRefused) as refused:
        join_codes.join(session, code, PASSWORD, at + timedelta(hours=23), at.date())
    assert refused.value.reason == "join_code_rests"
    later = at + timedelta(hours=24)
    assert join_codes.officer_of_code(session, code, later + timedelta(hours=71)).id == custodian.id
    # The custodian knows nothing of it, and tells a supervisor.
    accounts.sign_out(session, custodian, by="SUPERVISOR", at=later)
    with pytest.raises(ActRefused) as refused:
        join_codes.join(session, code, PASSWORD, later, at.date())
    assert refused.value.reason == "bad_join_code"


@pytest.mark.parametrize("end", ["reset", "close", "sign_out"])
def test_tokens_and_the_calendar_end_with_the_sign_in(session: Session, keyring: Keyring, end: str) -> None:
    at = now()
    today = at.date()
    officer = make_officer(session, keyring, Role.TRIAGE).officer
    _, token = tokens.make(session, officer, "export", 9, at=at, today=today)
    secret = tokens.make_calendar(session, officer, at, today)
    if end == "reset":
        change = accounts.propose_reset(session, officer, by="PROPOSER", at=at)
        accounts.approve(session, change, by="APPROVER", at=at, today=today)
    elif end == "close":
        accounts.close(session, officer, by="X", at=at, today=today)
    else:
        accounts.sign_out(session, officer, by="X", at=at)
    # Also once the officer has joined anew.
    officer.state = OfficerState.ACTIVE
    session.flush()
    with pytest.raises(NotSignedIn):
        tokens.authenticate(session, token, at)
    with pytest.raises(NotFound):
        tokens.officer_of_calendar(session, secret, at)


@pytest.mark.parametrize("password", ["short", "password123456", "new@authority"])
def test_no_account_is_joined_with_a_weak_password(session: Session, password: str) -> None:
    at = now()
    handed_over = accounts.approve(session, invited(session), by="APPROVER", at=at, today=at.date())
    code = whole_code(session, only_new(session), handed_over)
    with pytest.raises(ActRefused) as refused:
        join_codes.join(session, code, password, at, at.date())
    assert refused.value.reason.startswith("password_")
    assert password not in refused.value.text


def test_a_role_is_lent_for_days_and_ends_with_its_lender(session: Session, keyring: Keyring) -> None:
    at = now()
    today = at.date()
    lender = make_officer(session, keyring, Role.SUPERVISOR, email="one@authority.example").officer
    deputy = make_officer(session, keyring, Role.TRIAGE, email="two@authority.example").officer
    loans.lend(Call(session, lender, at), deputy, Role.SUPERVISOR, today, today + timedelta(days=6))
    assert sessions.roles_on(session, deputy, today) == {Role.TRIAGE, Role.SUPERVISOR}
    assert sessions.roles_on(session, deputy, today + timedelta(days=6)) == {Role.TRIAGE, Role.SUPERVISOR}
    assert sessions.roles_on(session, deputy, today + timedelta(days=7)) == {Role.TRIAGE}
    # What was lent is not lent on, and who loses a role has none to lend.
    with pytest.raises(ActRefused) as refused:
        loans.lend(Call(session, deputy, at), lender, Role.SUPERVISOR, today, today)
    assert refused.value.reason == "not_yours"
    accounts.close(session, lender, by="X", at=at, today=today)
    assert sessions.roles_on(session, deputy, today) == {Role.TRIAGE}


@pytest.mark.parametrize("fault", ["self", "other_unit", "too_long", "past", "incompatible"])
def test_a_role_cannot_be_lent_like_this(session: Session, keyring: Keyring, fault: str) -> None:
    today = now().date()
    make_unit(session, "cz-invented-unit", "CZ")
    lender = make_officer(session, keyring, Role.SUPERVISOR, email="one@authority.example").officer
    there = "cz-invented-unit" if fault == "other_unit" else UNIT
    role = Role.AUDITOR if fault == "incompatible" else Role.TRIAGE
    deputy = make_officer(session, keyring, role, unit=there, email="two@authority.example").officer
    to = today + timedelta(days=93 if fault == "too_long" else -1 if fault == "past" else 1)
    with pytest.raises(ActRefused):
        loans.lend(Call(session, lender, now()), lender if fault == "self" else deputy, Role.SUPERVISOR, today, to)


def test_another_units_officer_is_not_there(session: Session, keyring: Keyring) -> None:
    officer = make_officer(session, keyring).officer
    assert accounts.officer_named(session, officer.reference, UNIT).id == officer.id
    with pytest.raises(NotFound):
        accounts.officer_named(session, officer.reference, "cn-invented-unit")


def test_a_conflict_of_interest_is_known_in_every_session(session: Session, keyring: Keyring) -> None:
    at = now()
    officer = make_officer(session, keyring).officer
    token = OFFICER_SESSIONS.begin(session, officer, at, is_full=True)
    for _ in range(2):
        accounts.declare_conflict(session, officer, "7KQ2ABCD3EFG", at.date())
    here = sessions.authenticate(session, token, at)
    assert here.has_conflict("7KQ2ABCD3EFG")
    assert not here.has_conflict("9MZ4HJKL5NPQ")
    assert not here.has_conflict(None)


def test_whatever_gives_or_takes_a_right_stands_in_the_audit(session: Session, keyring: Keyring) -> None:
    at = now()
    joined = make_officer(session, keyring, Role.TRIAGE)
    change = accounts.propose_roles(session, joined.officer, [Role.DECIDER], by="PROPOSER", at=at)
    accounts.approve(session, change, by="APPROVER", at=at, today=at.date())
    accounts.close(session, joined.officer, by="CLOSER", at=at, today=at.date())
    stated = [(one.act, one.actor) for one in session.scalars(select(AuditEntry).order_by(AuditEntry.index))]
    assert stated == [
        ("officer.invite_proposed", accounts.COMMAND_LINE),
        ("officer.invite_approved", accounts.COMMAND_LINE),
        ("officer.joined", joined.officer.reference),
        ("officer.roles_proposed", "PROPOSER"),
        ("officer.roles_approved", "APPROVER"),
        ("officer.closed", "CLOSER"),
    ]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_two_decide_at_once_is_decided_once(app: Flask, session: Session, keyring: Keyring) -> None:
    officer = make_officer(session, keyring, Role.TRIAGE).officer
    change = accounts.propose_reset(session, officer, by="A", at=now())
    session.commit()
    with services(app).sessions() as other:
        theirs = accounts.change_named(other, change.reference, officer.unit)
        assert theirs.state is ChangeState.OPEN
        accounts.approve(session, change, by="B", at=now(), today=now().date())
        session.commit()
        with pytest.raises(ActRefused, match="decided already"):
            accounts.approve(other, theirs, by="C", at=now(), today=now().date())


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_of_two_readers_of_the_same_version_the_second_gets_an_error(
    app: Flask, session: Session, keyring: Keyring
) -> None:
    officer = make_officer(session, keyring, Role.TRIAGE).officer
    session.commit()
    read = officer.version
    with services(app).sessions() as other:
        assert accounts.officer_named(other, officer.reference).version == read
        accounts.close(session, officer, by="A", at=now(), today=now().date())
        session.commit()
        with pytest.raises(StaleVersion):
            accounts.officer_named(other, officer.reference, version=read)
