"""The members of an organisation: invited by mail, choose a password, sign in, and are removed by an owner.

A failed sign-in never says what was wrong, and costs the same work for an address that no member has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.accounts.delays import Delays
from registry.core.db.locking import lock
from registry.core.errors import ActRefused, NotFound
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.organisations import actions as organisations
from registry.organisations import authenticators, letters, sessions
from registry.organisations.models import Letter, Member, Organisation
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.vocabulary.organisations import LetterKind, MemberRole, MemberState
from registry.vocabulary.register import Language

DELAYS = Delays("member-delays")
MAX_MEMBERS = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """Result of an attempt to sign in: a `token`, refused, or a wait of some `seconds`.

    A token of the first step opens the second alone where one is asked.
    """

    token: str | None = None
    seconds: int = 0


def register(
    session: Session, organisation: str, country: str, name: str, email: str, language: Language, at: datetime
) -> None:
    """Ask for an organisation's first mail. Raises ActRefused for what can be no name or address."""
    details = {
        "organisation": organisations.tidy_name(organisation),
        "country": country,
        "name": organisations.tidy_name(name, 120),
    }
    letters.ask_for(session, LetterKind.REGISTER, email, language, at, details=details)


def confirm(session: Session, secret: str, password: str, at: datetime, today: date, home: Path | None) -> Member:
    """Begin the organisation of a mailed link, with its first owner. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.REGISTER, at)
    stated = letter.details
    organisation = organisations.begin(session, stated["organisation"], stated["country"], letter.language, today)
    return _comes(session, letter, organisation.id, MemberRole.OWNER, stated["name"], password, at, today, home)


def invite(
    session: Session, me: sessions.MemberPresent, email: str, role: MemberRole, language: Language, at: datetime
) -> None:
    """Mail an invitation by which its reader joins the owner's organisation. Raises Forbidden and ActRefused."""
    me.require_owner()
    waiting = len(letters.invitations_of(session, me.organisation.id, at))
    if waiting + len(members_of(session, me.organisation.id)) >= MAX_MEMBERS:
        raise ActRefused("too_many_members", f"there are {MAX_MEMBERS} people and invitations already: remove one")
    letters.ask_for(
        session,
        LetterKind.INVITE,
        email,
        language,
        at,
        details={"role": role.value},
        organisation_id=me.organisation.id,
    )


def join(
    session: Session, secret: str, name: str, password: str, at: datetime, today: date, home: Path | None
) -> Member:
    """Join the organisation that invited. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.INVITE, at)
    assert letter.organisation_id is not None
    if session.get_one(Organisation, letter.organisation_id).closed_on is not None:
        raise ActRefused("organisation_closed", "the organisation that invited you is closed")
    role = MemberRole(letter.details["role"])
    return _comes(session, letter, letter.organisation_id, role, name, password, at, today, home)


def choose_again(session: Session, secret: str, password: str, at: datetime, today: date, home: Path | None) -> Member:
    """Set another password by a mailed link; every session ends. Raises ActRefused."""
    letter = letters.opened_by(session, secret, LetterKind.RESET, at)
    member = session.scalars(select(Member).where(Member.email == letter.email)).one_or_none()
    if member is None or member.state is not MemberState.ACTIVE:
        raise ActRefused("bad_link", "this link is not good: cut off, used, or too old; ask for another")
    passwords.set_password(member, password, today, home)
    letters.use(session, letter, at)
    MEMBER_SESSIONS.end_all(session, member, at)
    member.version += 1
    return member


def sign_in(session: Session, keyring: Keyring, email: str, password: str, at: datetime) -> Entry:
    """Try an address and a password.

    After some failures an address, known or not, must wait; the caller commits that too.
    """
    seconds = DELAYS.seconds_left(session, keyring, email, at)
    if seconds:
        return Entry(seconds=seconds)
    member = session.scalars(select(Member).where(Member.email == email.strip().lower()[:200])).one_or_none()
    stored = member.password if member is not None and member.state is MemberState.ACTIVE else None
    if not passwords.is_right(password, stored) or member is None:
        DELAYS.failed(session, keyring, email, at)
        return Entry()
    token, is_in = sessions.begin_by_one(session, member, at)
    if is_in:
        # Failures stay counted until the second step is given, too: or codes could be tried without end.
        DELAYS.forget(session, keyring, email)
    return Entry(token)


def change_password(
    session: Session,
    keyring: Keyring,
    me: sessions.MemberPresent,
    old: str,
    new: str,
    at: datetime,
    today: date,
    home: Path | None,
) -> Entry | None:
    """Change one's own password; every other session ends. None when it is done.

    Raises ActRefused where the new one is none.

    The old one is asked (`ask_again`).
    """
    doubt = ask_again(session, keyring, me, old, at)
    if doubt is not None:
        return doubt
    passwords.set_password(me.member, new, today, home)
    MEMBER_SESSIONS.end_all(session, me.member, at, but=me.session)
    return None


def ask_again(
    session: Session, keyring: Keyring, me: sessions.MemberPresent, password: str, at: datetime
) -> Entry | None:
    """Check a signed-in member's password again before a proof of identity is changed. None where it is right.

    Wrong passwords are counted as at sign-in: a stranger at an open session cannot try them all.
    """
    seconds = DELAYS.seconds_left(session, keyring, me.member.email, at)
    if seconds:
        return Entry(seconds=seconds)
    if not passwords.is_right(password, me.member.password):
        DELAYS.failed(session, keyring, me.member.email, at)
        return Entry()
    return None


def remove(session: Session, me: sessions.MemberPresent, reference: str, at: datetime) -> None:
    """Sign a member of the owner's organisation out for good. Raises Forbidden, NotFound and ActRefused."""
    me.require_owner()
    member = member_named(session, me.organisation.id, reference)
    owners = [one for one in members_of(session, me.organisation.id) if one.role is MemberRole.OWNER]
    if member.role is MemberRole.OWNER and len(owners) == 1:
        raise ActRefused("last_owner", "an organisation keeps one owner: make somebody else an owner first")
    member.state, member.password = MemberState.CLOSED, None
    # The address is free again: a member who left may register elsewhere, and gets nothing of the old account back.
    member.email = f"{member.reference}@removed.invalid"
    member.version += 1
    authenticators.forget(session, member)
    MEMBER_SESSIONS.end_all(session, member, at)


def set_role(session: Session, me: sessions.MemberPresent, reference: str, role: MemberRole) -> None:
    """Make a member an owner, or an owner a member. Raises Forbidden, NotFound and ActRefused."""
    me.require_owner()
    member = member_named(session, me.organisation.id, reference)
    owners = [one for one in members_of(session, me.organisation.id) if one.role is MemberRole.OWNER]
    if member.role is MemberRole.OWNER and role is not MemberRole.OWNER and len(owners) == 1:
        raise ActRefused("last_owner", "an organisation keeps one owner: make somebody else an owner first")
    member.role = role
    member.version += 1


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
            Member.organisation_id == organisation_id,
            Member.reference == reference,
            Member.state == MemberState.ACTIVE,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such person in your organisation")
    return found


def _comes(
    session: Session,
    letter: Letter,
    organisation_id: int,
    role: MemberRole,
    name: str,
    password: str,
    at: datetime,
    today: date,
    home: Path | None,
) -> Member:
    known = session.scalars(select(Member.id).where(Member.email == letter.email)).first()
    if known is not None:
        raise ActRefused("bad_link", "this link is not good: cut off, used, or too old; ask for another")
    member = Member(
        reference=new_reference(),
        organisation_id=organisation_id,
        name=organisations.tidy_name(name, 120),
        email=letter.email,
        language=letter.language,
        role=role,
        state=MemberState.ACTIVE,
    )
    passwords.set_password(member, password, today, home)
    session.add(member)
    letters.use(session, letter, at)
    session.flush()
    return member
