"""Mails with links (registration, invitation, password reset): queued by a page, sent by the worker, valid once.

The page that queues one does the same work and shows the same text whether the address is known or not. The sender
looks the address up, so only the reader of that mailbox learns it. A link's secret is made on sending and never in the
table.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.accounts.sessions import digest_of, new_token
from registry.core import errors, ids
from registry.organisations.models import Letter, Member, Organisation
from registry.vocabulary.organisations import LetterKind, MemberState
from registry.vocabulary.register import Language

GOOD_FOR = {
    LetterKind.REGISTER: timedelta(hours=24),
    LetterKind.INVITE: timedelta(days=7),
    LetterKind.RESET: timedelta(hours=1),
}
MAX_AN_HOUR = 3
MAX_A_DAY = 6
"""Most mails of one kind to one address in an hour, and in a day: more would only fill the mailbox, and are not sent."""
MAX_REGISTRATIONS_A_DAY = 1_000
"""Most registrations in a day, of all networks together: the registry's mail server serves no flood of strangers."""
MAX_INVITATIONS_A_DAY = 100
"""Most invitations of one organisation in a day, those taken back among them: anybody may register one."""
TAKEN_FOR = timedelta(minutes=2)
FORGOTTEN_AFTER = timedelta(days=1)

_EMAIL = re.compile(r"[^@\s,;<>\"()\[\]\\:]{1,64}@[^@\s,;<>\"()\[\]\\:]{3,130}")


class Words(StrEnum):
    """Which mail it is. Who registers or is invited under an address that has an account is told so by mail alone."""

    REGISTER = "register"
    INVITE = "invite"
    RESET = "reset"
    KNOWN = "known"


Wording = Callable[[Language, Words, Mapping[str, str]], tuple[str, str]]
"""Subject and text of a mail, from values such as `link` and `organisation`."""
Tell = Callable[[str, str, str], bool]


def tidy_email(email: str) -> str:
    """An address as it is kept. Raises ActRefused where it can be none."""
    tidy = email.strip().lower()
    if not _EMAIL.fullmatch(tidy) or not tidy.isprintable() or not tidy.isascii():
        raise errors.ActRefused("bad_email", "the e-mail address cannot be one: write it like name@company.example")
    return tidy


def ask_for(session: Session, letter: Letter, at: datetime) -> None:
    """Queue a letter that says its kind, address, language, and what is particular to its kind.

    Raises ActRefused for what can be no address, and says nothing else of it; TooManyRequests where a day has too many
    registrations, ActRefused where an organisation invites too many.
    """
    letter.email = tidy_email(letter.email)
    _require_room(session, letter, at)
    to_address = Letter.email == letter.email, Letter.kind == letter.kind
    hour, day = (_count(session, at - ago, *to_address) for ago in (timedelta(hours=1), timedelta(days=1)))
    if hour >= MAX_AN_HOUR or day >= MAX_A_DAY:
        return
    letter.reference, letter.details = ids.new_reference(), letter.details or {}
    letter.made_at, letter.ends_at = at, at + GOOD_FOR[letter.kind]
    session.add(letter)
    session.flush()


def _require_room(session: Session, letter: Letter, at: datetime) -> None:
    yesterday, kind = at - timedelta(days=1), letter.kind
    if kind is LetterKind.REGISTER and _count(session, yesterday, Letter.kind == kind) >= MAX_REGISTRATIONS_A_DAY:
        raise errors.TooManyRequests("too many organisations registered today: try again tomorrow", 3600)
    if kind is LetterKind.INVITE:
        own = Letter.kind == kind, Letter.organisation_id == letter.organisation_id
        if _count(session, yesterday, *own) >= MAX_INVITATIONS_A_DAY:
            raise errors.ActRefused(
                "too_many_invitations", f"{MAX_INVITATIONS_A_DAY} invitations were sent within a day: go on tomorrow"
            )


def _count(session: Session, since: datetime, *which: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count(Letter.id)).where(Letter.made_at > since, *which)).one()


def opened_by(session: Session, secret: str, kind: LetterKind, at: datetime) -> Letter:
    """The letter whose link this is. Raises ActRefused for every link that is not good, all alike."""
    query = select(Letter).where(Letter.digest == digest_of(secret), Letter.kind == kind).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None or found.used_at is not None or found.ends_at <= at:
        raise errors.ActRefused("bad_link", "this link is not good: cut off, used, or too old; ask for another")
    return found


def use(session: Session, letter: Letter, at: datetime) -> None:
    """Use a link up, and every other of its kind to the same address."""
    session.execute(
        update(Letter)
        .where(Letter.email == letter.email, Letter.kind == letter.kind, Letter.used_at.is_(None))
        .values(used_at=at)
    )
    session.flush()


def invitations_of(session: Session, organisation_id: int, at: datetime) -> Sequence[Letter]:
    """Open invitations of an organisation."""
    return session.scalars(
        select(Letter)
        .where(Letter.organisation_id == organisation_id, Letter.used_at.is_(None), Letter.ends_at > at)
        .order_by(Letter.id)
    ).all()


def take_back(session: Session, organisation_id: int, reference: str, at: datetime) -> None:
    """Let an invitation open nothing any more. One that is none of the organisation's is let be."""
    session.execute(
        update(Letter)
        .where(Letter.organisation_id == organisation_id, Letter.reference == reference, Letter.used_at.is_(None))
        .values(used_at=at)
    )


def send_due(sessions: sessionmaker[Session], wording: Wording, tell: Tell, address: str, at: datetime) -> int:
    """Send what waits, each with a link of its own. What is not sent is tried again. Gives the mails sent."""
    sent = 0
    with sessions() as session:
        waiting = session.scalars(select(Letter.id).where(*_waits(at)).order_by(Letter.id)).all()
    for letter_id in waiting:
        with sessions.begin() as session:
            mail = _take(session, letter_id, address, at)
        if mail is None:
            continue
        to, language, words, values = mail
        if tell(to, *wording(language, words, values)):
            sent += 1
            with sessions.begin() as session:
                session.execute(update(Letter).where(Letter.id == letter_id).values(sent_at=at))
    return sent


def forget_old(session: Session, at: datetime) -> None:
    """Letters whose links are long over leave no row."""
    session.execute(delete(Letter).where(Letter.ends_at < at - FORGOTTEN_AFTER))


def _take(
    session: Session, letter_id: int, address: str, at: datetime
) -> tuple[str, Language, Words, dict[str, str]] | None:
    """Claim a mail, so that no other worker sends it, and make its link; None where there is no one to send it to."""
    letter = session.scalars(select(Letter).where(Letter.id == letter_id, *_waits(at)).with_for_update()).one_or_none()
    if letter is None:
        return None
    letter.taken_until = at + TAKEN_FOR
    member = session.scalars(select(Member).where(Member.email == letter.email)).one_or_none()
    is_active = member is not None and member.state is MemberState.ACTIVE
    language = Language(letter.language)
    if letter.kind is not LetterKind.RESET and member is not None:
        # An invitation stays listed like any other: the inviting owner does not learn that the address is known.
        return letter.email, language, Words.KNOWN, {"link": f"{address}/account/sign-in"}
    if letter.kind is LetterKind.RESET and not is_active:
        letter.used_at = letter.sent_at = at
        return None
    secret = new_token()
    letter.digest = digest_of(secret)
    values = {"link": f"{address}/account/{_PAGE[letter.kind]}/{secret}"}
    if letter.organisation_id is not None:
        values["organisation"] = session.get_one(Organisation, letter.organisation_id).name
    return letter.email, language, Words(letter.kind.value), values


_PAGE = {LetterKind.REGISTER: "confirm", LetterKind.INVITE: "join", LetterKind.RESET: "password"}


def _waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.sent_at.is_(None),
        Letter.ends_at > at,
        Letter.used_at.is_(None),
        or_(Letter.taken_until.is_(None), Letter.taken_until <= at),
    )
