"""The members of an organisation: invited by mail, choose a password, sign in, and are removed by an owner.

A failed sign-in never says what was wrong, and costs the same work for an address that no member has.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.core import calls, clock, errors, ids
from registry.core.db.locking import lock
from registry.core.keyring import Keyring
from registry.organisations import actions, letters, second_steps, sessions
from registry.organisations.models import Letter, Member, Organisation
from registry.vocabulary.organisations import LetterKind, MemberRole, MemberState
from registry.vocabulary.register import Language

MAX_MEMBERS = 50


class Registration(NamedTuple):
    """An organisation that registers itself, with the name of its first owner."""

    organisation: str
    country: str
    name: str


def register(session: Session, registration: Registration, email: str, language: Language, at: datetime) -> None:
    """Ask for an organisation's first mail. Raises ActRefused for what can be no name or address."""
    details = {
        "organisation": actions.tidy_name(registration.organisation),
        "country": registration.country,
        "name": actions.tidy_name(registration.name, 120),
    }
    letters.ask_for(session, Letter(kind=LetterKind.REGISTER, email=email, language=language, details=details), at)


def confirm(session: Session, secret: str, password: str, at: datetime, home: Path | None) -> Member:
    """Begin the organisation of a mailed link, with its first owner. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.REGISTER, at)
    stated = letter.details
    today = clock.day_at(at, None)
    organisation = actions.begin(session, stated["organisation"], stated["country"], letter.language, today)
    member = Member(organisation_id=organisation.id, role=MemberRole.OWNER, name=stated["name"])
    return _add_member(session, letter, member, password, at, home)


def invite(call: calls.Call[sessions.MemberPresent], email: str, role: MemberRole, language: Language) -> None:
    """Mail an invitation by which its reader joins the owner's organisation. Raises Forbidden and ActRefused."""
    call.actor.require_owner()
    ours = call.actor.organisation.id
    waiting = len(letters.invitations_of(call.session, ours, call.at))
    if waiting + len(members_of(call.session, ours)) >= MAX_MEMBERS:
        raise errors.ActRefused(
            "too_many_members", f"there are {MAX_MEMBERS} people and invitations already: remove one"
        )
    details = {"role": role.value}
    invitation = Letter(kind=LetterKind.INVITE, email=email, language=language, organisation_id=ours, details=details)
    letters.ask_for(call.session, invitation, call.at)


def join(session: Session, secret: str, name: str, password: str, at: datetime, home: Path | None) -> Member:
    """Join the organisation that invited. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.INVITE, at)
    assert letter.organisation_id is not None
    if session.get_one(Organisation, letter.organisation_id).closed_on is not None:
        raise errors.ActRefused("organisation_closed", "the organisation that invited you is closed")
    member = Member(organisation_id=letter.organisation_id, role=MemberRole(letter.details["role"]), name=name)
    return _add_member(session, letter, member, password, at, home)


def choose_again(session: Session, secret: str, password: str, at: datetime, home: Path | None) -> Member:
    """Set another password by a mailed link; every session ends. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.RESET, at)
    member = session.scalars(select(Member).where(Member.email == letter.email)).one_or_none()
    if member is None or member.state is not MemberState.ACTIVE:
        raise errors.ActRefused("bad_link", "this link is not good: cut off, used, or too old; ask for another")
    passwords.set_password(member, password, clock.day_at(at, None), home)
    letters.use(session, letter, at)
    sessions.MEMBER_SESSIONS.end_all(session, member, at)
    member.version += 1
    return member


def sign_in(session: Session, keyring: Keyring, email: str, password: str, at: datetime) -> str | None:
    """Try an address and a password; gives a token, which opens the second step alone where one is asked.

    None where they are wrong: the caller commits that failure too. After some failures an address, known or not, must
    wait: raises TooManyRequests.
    """
    sessions.DELAYS.require_no_wait(session, keyring, email, at)
    member = session.scalars(select(Member).where(Member.email == email.strip().lower()[:200])).one_or_none()
    stored = member.password if member is not None and member.state is MemberState.ACTIVE else None
    if not passwords.is_password_right(password, stored) or member is None:
        sessions.DELAYS.failed(session, keyring, email, at)
        return None
    token, is_in = sessions.begin_by_one(session, member, at)
    if is_in:
        # Failures stay counted until the second step is given, too: or codes could be tried without end.
        sessions.DELAYS.forget(session, keyring, email)
    return token


def change_password(
    call: calls.Call[sessions.MemberPresent], keyring: Keyring, old: str, new: str, home: Path | None
) -> bool:
    """Change one's own password; every other session ends. False where the old one is wrong.

    Raises ActRefused where the new one is none.
    """
    if not is_password_right(call, keyring, old):
        return False
    me = call.actor
    passwords.set_password(me.member, new, clock.day_at(call.at, None), home)
    sessions.MEMBER_SESSIONS.end_all(call.session, me.member, call.at, but=me.session)
    return True


def is_password_right(call: calls.Call[sessions.MemberPresent], keyring: Keyring, password: str) -> bool:
    """Check a signed-in member's password again before a proof of identity is changed. Raises TooManyRequests.

    Wrong passwords are counted as at sign-in: a stranger at an open session cannot try them all.
    """
    member = call.actor.member
    sessions.DELAYS.require_no_wait(call.session, keyring, member.email, call.at)
    is_right = passwords.is_password_right(password, member.password)
    if not is_right:
        sessions.DELAYS.failed(call.session, keyring, member.email, call.at)
    return is_right


def remove(call: calls.Call[sessions.MemberPresent], reference: str) -> None:
    """Sign a member of the owner's organisation out for good. Raises Forbidden, NotFound and ActRefused."""
    member = _lock_for_owner(call, reference)
    _require_other_owner(call, member)
    member.state, member.password = MemberState.CLOSED, None
    # The address is free again: a member who left may register elsewhere, and gets nothing of the old account back.
    member.email = f"{member.reference}@removed.invalid"
    member.version += 1
    second_steps.forget(call.session, member)
    sessions.MEMBER_SESSIONS.end_all(call.session, member, call.at)


def set_role(call: calls.Call[sessions.MemberPresent], reference: str, role: MemberRole) -> None:
    """Make a member an owner, or an owner a member. Raises Forbidden, NotFound and ActRefused."""
    member = _lock_for_owner(call, reference)
    if role is not MemberRole.OWNER:
        _require_other_owner(call, member)
    member.role = role
    member.version += 1


def reset_second_step(call: calls.Call[sessions.MemberPresent], reference: str) -> None:
    """Remove everything that another member, who lost it, has for the second step, and sign that member out.

    Raises Forbidden, NotFound and ActRefused.
    """
    member = _lock_for_owner(call, reference)
    if member.id == call.actor.member.id:
        raise errors.ActRefused("own_second_step", "your own second step is taken away on your own page")
    second_steps.forget(call.session, member)
    sessions.MEMBER_SESSIONS.end_all(call.session, member, call.at)


def _lock_for_owner(call: calls.Call[sessions.MemberPresent], reference: str) -> Member:
    call.actor.require_owner()
    return member_named(call.session, call.actor.organisation.id, reference)


def _require_other_owner(call: calls.Call[sessions.MemberPresent], member: Member) -> None:
    """Raise ActRefused where the member is the only owner."""
    owners = [one for one in members_of(call.session, member.organisation_id) if one.role is MemberRole.OWNER]
    if owners == [member]:
        raise errors.ActRefused("last_owner", "an organisation keeps one owner: make somebody else an owner first")


def members_of(session: Session, organisation_id: int) -> Sequence[Member]:
    return session.scalars(
        select(Member)
        .where(Member.organisation_id == organisation_id, Member.state == MemberState.ACTIVE)
        .order_by(Member.name, Member.id)
    ).all()


def member_named(session: Session, organisation_id: int, reference: str) -> Member:
    """A member of the organisation, locked with its other members. Raises NotFound."""
    # Of two owners who remove one another at once the second waits here, and finds who is left.
    lock(session, Organisation, Organisation.id == organisation_id)
    found = session.scalars(
        select(Member)
        .where(
            Member.organisation_id == organisation_id, Member.reference == reference, Member.state == MemberState.ACTIVE
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise errors.NotFound("there is no such person in your organisation")
    return found


def _add_member(
    session: Session, letter: Letter, member: Member, password: str, at: datetime, home: Path | None
) -> Member:
    """Store a member who comes by a link, and use the link up. Raises ActRefused."""
    known = session.scalars(select(Member.id).where(Member.email == letter.email)).first()
    if known is not None:
        raise errors.ActRefused("bad_link", "this link is not good: cut off, used, or too old; ask for another")
    member.reference, member.state = ids.new_reference(), MemberState.ACTIVE
    member.name, member.email, member.language = (actions.tidy_name(member.name, 120), letter.email, letter.language)
    passwords.set_password(member, password, clock.day_at(at, None), home)
    session.add(member)
    letters.use(session, letter, at)
    session.flush()
    return member
