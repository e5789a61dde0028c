"""Officers' accounts: invited and changed by two persons, joined with a code in two parts, closed by one person.

No officer grants rights to themselves: the one who proposes does not approve, and neither does the one concerned. Who
approves is shown one part of the join code, and the officer is mailed the other: neither of the two becomes the officer.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.db.locking import find, lock
from registry.core.errors import ActRefused, Fault, InvalidInput
from registry.core.ids import new_reference
from registry.officers import days, factors, join_codes, models, notices, security_mails, sessions, signing_in, tokens
from registry.officers.providers import linking
from registry.officers.rights import OUTSIDERS, Act, Resource, Role, unfit
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from registry.vocabulary import codes, register

CUSTODIANS_REST = timedelta(days=1)
"""Before a custodian's new join code is good: who keeps identities hears of a reset in time to have it stopped."""
COMMAND_LINE = "command line"
"""Who acts when an operator does so at the machine itself."""

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{3,130}")


class Invitation(NamedTuple):
    """A person who is to become an officer of a unit, in some roles; mails to them are in `language`."""

    unit: str
    name: str
    email: str
    roles: Collection[Role]
    language: str


def propose_invitation(session: Session, invitation: Invitation, *, by: str, at: datetime) -> models.OfficerChange:
    """Propose a new officer of a unit, for another officer of it to approve. Raises ActRefused, InvalidInput."""
    unit, name, email, roles, language = invitation
    require_fit(session, unit, roles)
    _require_staff_language(language)
    address, tidy_name = signing_in.tidy_email(email), " ".join(name.split())
    if not _EMAIL.fullmatch(address):
        raise ActRefused("bad_email", "the e-mail address cannot be one: write it like name@authority.example")
    if not tidy_name or len(tidy_name) > 120 or not tidy_name.isprintable():
        raise ActRefused("bad_name", "the name must be 1 to 120 visible characters")
    if session.scalars(select(models.Officer.id).where(models.Officer.email == address)).first() is not None:
        raise ActRefused("known_email", "an officer with this e-mail address is there already")
    details: dict[str, object] = {"name": tidy_name, "email": address, "roles": sorted(roles), "language": language}
    return _propose(session, models.OfficerChange(kind=models.ChangeKind.INVITE, unit=unit, details=details), by, at)


def _require_staff_language(language: str) -> None:
    if language not in register.STAFF_LANGUAGES:
        raise InvalidInput([Fault.of("language", codes.Problem.INVALID_VALUE, "choose_one")])


def choose_language(session: Session, officer: models.Officer, language: str) -> None:
    """In which language the officer's pages and mails are from now on. Raises InvalidInput."""
    _require_staff_language(language)
    officer.language = language
    session.flush()


def propose_roles(
    session: Session, officer: models.Officer, roles: Collection[Role], *, by: str, at: datetime
) -> models.OfficerChange:
    """Propose which roles an officer shall have from now on, all of them. Raises ActRefused."""
    _require_other(officer, by)
    require_fit(session, officer.unit, roles)
    details: dict[str, object] = {"roles": sorted(roles)}
    change = models.OfficerChange(
        kind=models.ChangeKind.ROLES, unit=officer.unit, officer_id=officer.id, details=details
    )
    return _propose(session, change, by, at, but=[officer.reference])


def propose_reset(session: Session, officer: models.Officer, *, by: str, at: datetime) -> models.OfficerChange:
    """Propose that an officer who lost password or second factor may set both anew."""
    _require_other(officer, by)
    security_mails.queue(session, officer, models.SecurityEvent.RESET_PROPOSED, at)
    change = models.OfficerChange(kind=models.ChangeKind.RESET, unit=officer.unit, officer_id=officer.id, details={})
    return _propose(session, change, by, at, but=[officer.reference])


def approve(session: Session, change: models.OfficerChange, *, by: str, at: datetime, today: date) -> str | None:
    """Put a proposed change in force. Gives the part of the join code to hand over where there is one. Raises ActRefused."""
    _require_open(session, change)
    officer = session.get_one(models.Officer, change.officer_id) if change.officer_id is not None else None
    if change.proposed_by == by:
        raise ActRefused("own_proposal", "who proposed a change does not approve it: another officer has to")
    if officer is not None:
        _require_other(officer, by)
    code = None
    if change.kind is models.ChangeKind.INVITE:
        code = _invited(session, change, at, today, is_split=True)
    elif officer is not None:
        if officer.state is models.OfficerState.CLOSED:
            raise ActRefused("closed", "this account is closed: invite the person anew")
        if change.kind is models.ChangeKind.RESET:
            code = _reset(session, officer, at)
            security_mails.queue_named(session, change.proposed_by, models.SecurityEvent.RESET_APPROVED, at)
        else:
            _set_roles(session, officer, [Role(word) for word in change.details["roles"]], today)
    _decide(session, change, models.ChangeState.APPROVED, by, at)
    return code


def refuse(session: Session, change: models.OfficerChange, *, by: str, at: datetime) -> None:
    """Refuse a proposed change; its proposer may withdraw it this way."""
    _require_open(session, change)
    _decide(session, change, models.ChangeState.REFUSED, by, at)


def add_first(session: Session, invitation: Invitation, at: datetime, today: date) -> tuple[models.Officer, str]:
    """An officer added at the command line, for there may be no one yet who could approve. Gives the join code."""
    change = propose_invitation(session, invitation, by=COMMAND_LINE, at=at)
    code = _invited(session, change, at, today, is_split=False)
    _decide(session, change, models.ChangeState.APPROVED, COMMAND_LINE, at)
    return session.get_one(models.Officer, change.officer_id), code


def close(session: Session, officer: models.Officer, *, by: str, at: datetime, today: date) -> None:
    """Close an officer's account for good and sign them out everywhere. Their name stays with what they did."""
    if officer.state is models.OfficerState.CLOSED:
        raise ActRefused("closed", "this account is closed already")
    officer.state = models.OfficerState.CLOSED
    officer.password = None
    officer.version += 1
    _set_roles(session, officer, [], today)
    factors.remove_all(session, officer)
    linking.unlink_all(session, officer)
    OFFICER_SESSIONS.end_all(session, officer, at)
    tokens.end_programs(session, officer, at)
    record(session, "officer.closed", officer.reference, on=today, actor=by)


def declare_conflict(session: Session, officer: models.Officer, agency: str, today: date) -> models.Conflict:
    """Declare an officer's conflict of interest with an agency, on which they may not act from now on. Idempotent."""
    stored = session.scalars(
        select(models.Conflict).where(models.Conflict.officer_id == officer.id, models.Conflict.agency == agency)
    ).one_or_none()
    if stored is None:
        stored = models.Conflict(officer_id=officer.id, agency=agency, since_on=today)
        session.add(stored)
    stored.ended_on = None
    session.flush()
    record(session, "officer.conflict_declared", agency, on=today, actor=officer.reference)
    return stored


def sign_out(session: Session, officer: models.Officer, *, by: str, at: datetime) -> None:
    """End every session and token and the calendar's address of an officer at once, such as when a device was lost.

    A join code that waits opens nothing any more either, so that one person stops a reset that its officer did not want.
    """
    OFFICER_SESSIONS.end_all(session, officer, at)
    tokens.end_programs(session, officer, at)
    join_codes.forget(session, officer, at)
    record(session, "officer.signed_out", officer.reference, on=at.date(), actor=by)


def sign_out_elsewhere(session: Session, me: AuthenticatedOfficer, at: datetime, *, keeps_programs: bool) -> int:
    """End the officer's own sessions but this one, and what programs open in their name unless it is kept.

    Gives how many tokens ended.
    """
    officer = me.officer
    OFFICER_SESSIONS.end_all(session, officer, at, but=me.session)
    ended = 0 if keeps_programs else tokens.end_programs(session, officer, at)
    record(session, "officer.signed_out", officer.reference, on=at.date(), actor=officer.reference)
    return ended


def officer_named(
    session: Session, reference: str, unit: str | None = None, version: int | None = None
) -> models.Officer:
    """The officer with this reference, in that unit if one is given. Raises NotFound.

    With `version` the row is locked. Raises StaleVersion if it was changed since that version was read.
    """
    its = [models.Officer.reference == reference]
    if unit is not None:
        its.append(models.Officer.unit == unit)
    missing = "there is no such officer"
    if version is not None:
        # Two that read the same version come one after the other, and the second is told.
        # Not the key: a notice to the officer, which refers to this row, waits for no one.
        return lock(session, models.Officer, *its, version=version, missing=missing, key_share=True)
    return find(session, models.Officer, *its, missing=missing)


def change_named(session: Session, reference: str, unit: str) -> models.OfficerChange:
    """A proposed change of that unit. Raises NotFound."""
    its = models.OfficerChange.reference == reference, models.OfficerChange.unit == unit
    return find(session, models.OfficerChange, *its, missing="there is no such change")


def officers_of(session: Session, unit: str | None = None) -> Sequence[models.Officer]:
    query = select(models.Officer).order_by(models.Officer.unit, models.Officer.name, models.Officer.id)
    return session.scalars(query if unit is None else query.where(models.Officer.unit == unit)).all()


def translators_of(session: Session, unit: str) -> Sequence[models.Officer]:
    """The active officers of a unit who translate."""
    query = (
        select(models.Officer)
        .join(models.RoleHeld, models.RoleHeld.officer_id == models.Officer.id)
        .order_by(models.Officer.name)
    )
    is_translator = models.RoleHeld.role == Role.TRANSLATOR, models.RoleHeld.ended_on.is_(None)
    return session.scalars(
        query.where(models.Officer.unit == unit, models.Officer.state == models.OfficerState.ACTIVE, *is_translator)
    ).all()


def open_changes(session: Session, unit: str) -> Sequence[models.OfficerChange]:
    return session.scalars(
        select(models.OfficerChange)
        .where(models.OfficerChange.unit == unit, models.OfficerChange.state == models.ChangeState.OPEN)
        .order_by(models.OfficerChange.id)
    ).all()


def own_roles(session: Session, officer: models.Officer) -> frozenset[Role]:
    existing = session.scalars(
        select(models.RoleHeld.role).where(models.RoleHeld.officer_id == officer.id, models.RoleHeld.ended_on.is_(None))
    )
    return frozenset(existing)


def _propose(
    session: Session, change: models.OfficerChange, by: str, at: datetime, *, but: Collection[str] = ()
) -> models.OfficerChange:
    """Store a change as proposed, and notify those of the unit who may approve it, `but` for those whom it is about."""
    change.reference, change.state, change.proposed_by, change.proposed_at = (
        new_reference(),
        models.ChangeState.OPEN,
        by,
        at,
    )
    session.add(change)
    session.flush()
    unit, kind = change.unit, change.kind
    notices.notify_unit(
        session, unit, Resource.OFFICER, Act.APPROVE, models.NoticeKind.SECOND_PERSON, at, but=[by, *but]
    )
    record(session, f"officer.{kind}_proposed", change.reference, on=at.date(), actor=by)
    return change


def _decide(session: Session, change: models.OfficerChange, state: models.ChangeState, by: str, at: datetime) -> None:
    change.state, change.decided_by, change.decided_at = state, by, at
    session.flush()
    if by != change.proposed_by:
        notices.notify_named(session, change.proposed_by, models.NoticeKind.DECIDED, at)
    record(session, f"officer.{change.kind}_{state}", change.reference, on=at.date(), actor=by)


def _invited(session: Session, change: models.OfficerChange, at: datetime, today: date, *, is_split: bool) -> str:
    stated = change.details
    if session.scalars(select(models.Officer.id).where(models.Officer.email == stated["email"])).first() is not None:
        raise ActRefused("known_email", "an officer with this e-mail address is there already")
    officer = models.Officer(
        reference=new_reference(),
        unit=change.unit,
        name=stated["name"],
        email=stated["email"],
        language=stated["language"],
        state=models.OfficerState.INVITED,
    )
    session.add(officer)
    session.flush()
    change.officer_id = officer.id
    _set_roles(session, officer, [Role(word) for word in stated["roles"]], today)
    if is_split:
        security_mails.queue(session, officer, models.SecurityEvent.INVITED, at)
    return join_codes.new_code(session, officer, at, is_split=is_split)


def _reset(session: Session, officer: models.Officer, at: datetime) -> str:
    officer.state, officer.password = models.OfficerState.INVITED, None
    officer.version += 1
    factors.remove_all(session, officer)
    linking.unlink_all(session, officer)
    OFFICER_SESSIONS.end_all(session, officer, at)
    # A lost password or factor may have been used by another person to make tokens.
    tokens.end_programs(session, officer, at)
    security_mails.queue(session, officer, models.SecurityEvent.RESET, at)
    is_custodian = Role.CUSTODIAN in sessions.roles_on(session, officer, days.day_in(session, officer.unit, at))
    rest = CUSTODIANS_REST if is_custodian else timedelta()
    return join_codes.new_code(session, officer, at, is_split=True, rest=rest)


def _set_roles(session: Session, officer: models.Officer, roles: Collection[Role], today: date) -> None:
    existing = session.scalars(
        select(models.RoleHeld).where(models.RoleHeld.officer_id == officer.id, models.RoleHeld.ended_on.is_(None))
    ).all()
    for one in existing:
        if one.role not in roles:
            one.ended_on = today
    stored = {one.role for one in existing}
    session.add_all(
        [models.RoleHeld(officer_id=officer.id, role=role, since_on=today) for role in roles if role not in stored]
    )
    officer.version += 1
    session.flush()


def require_fit(session: Session, unit: str, roles: Collection[Role]) -> None:
    """Raise ActRefused where no officer of the unit may have these roles together."""
    found = session.scalars(select(models.Unit).where(models.Unit.reference == unit)).one_or_none()
    if found is None or found.closed_on is not None:
        raise ActRefused("no_unit", "there is no such unit, or it is closed: see `registry units list`")
    if found.is_outside and set(roles) - {Role.PARTNER if found.partner_kind else Role.AGENCY_REP}:
        raise ActRefused("outside_unit", _UNFIT["outside_unit"])
    if not found.is_outside and set(roles) & OUTSIDERS:
        raise ActRefused("inside_unit", _UNFIT["inside_unit"])
    why = unfit(roles, is_sending_country=found.country in register.SENDING_COUNTRIES)
    if why is not None:
        raise ActRefused(why, _UNFIT[why])


_UNFIT = {
    "outside_unit": "this unit stands for a partner or an agency: its people have the role for that and no other",
    "inside_unit": "this unit is an authority's: partners and agencies have units of their own",
    "no_role": "an officer needs at least one role",
    "no_complaints_in_sending_country": "a unit of a sending country sees no complaints: only roles of the licensing desk",
    "incompatible_roles": "these roles may not be one person's: who keeps the machines or audits does not act on cases",
}


def _require_open(session: Session, change: models.OfficerChange) -> None:
    # Of two who decide at once the second waits here, and finds it decided.
    session.refresh(change, with_for_update=True)
    if change.state is not models.ChangeState.OPEN:
        raise ActRefused("decided", "this change was decided already")


def _require_other(officer: models.Officer, by: str) -> None:
    if officer.reference == by:
        raise ActRefused("about_yourself", "no officer decides about their own account: another officer has to")
