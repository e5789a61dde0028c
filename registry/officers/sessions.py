"""Sessions of officers: begun at sign-in under a new token; ended by idleness, age, sign-out, or with the account.

The token has 256 random bits, so its plain SHA-256 is enough to find it by, and a dump of the table opens nothing.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from registry.core.errors import NotSignedIn
from registry.core.ids import new_reference, read_reference
from registry.officers.models import (
    Conflict,
    KeyChallenge,
    Officer,
    OfficerState,
    RoleHeld,
    RoleLent,
    SignedIn,
    Unit,
)
from registry.officers.rights import OfficerRights, Role

IDLE = timedelta(minutes=30)
MAX_LIFETIME = timedelta(hours=12)
SECOND_STEP = timedelta(minutes=10)
"""How long the second step may take."""
SEEN_EVERY = timedelta(minutes=1)
"""Reading a page writes nothing more often than this."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A session that is over is no register of who worked when."""


@dataclass(frozen=True, slots=True)
class AuthenticatedOfficer:
    """The signed-in officer of a request: their session (None when a program uses a token), rights and conflicts."""

    officer: Officer
    session: SignedIn | None
    standing: OfficerRights
    conflicts: frozenset[str]
    unit_names: Mapping[str, str] = field(default_factory=dict)

    def has_conflict(self, agency: str | None) -> bool:
        """Whether the officer has a conflict with this agency, however its reference is spelt (small letters too)."""
        return agency is not None and (agency in self.conflicts or read_reference(agency) in self.conflicts)


def begin(session: Session, officer: Officer, at: datetime, *, is_full: bool, provider: str | None = None) -> str:
    """Begin a session after a sign-in by provider or password. Gives its token, of which only a digest is stored."""
    token = urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    session.add(
        SignedIn(
            reference=new_reference(),
            digest=_digest(token),
            officer_id=officer.id,
            is_full=is_full,
            began_at=at,
            seen_at=at,
            ends_at=at + (MAX_LIFETIME if is_full else SECOND_STEP),
            provider=provider,
        )
    )
    session.flush()
    return token


def present(session: Session, token: str, at: datetime, today: date) -> AuthenticatedOfficer:
    """The officer of a session token, with the roles of today. Raises NotSignedIn, the same for every invalid token."""
    stored = _living(session, token, at)
    if stored is None or not stored.is_full:
        raise NotSignedIn("sign in to go on")
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is not OfficerState.ACTIVE:
        raise NotSignedIn("sign in to go on")
    if at - stored.seen_at >= SEEN_EVERY:
        stored.seen_at = at
    return authenticated_as(session, officer, stored, today)


def whose_ran_out(session: Session, token: str, at: datetime) -> Officer | None:
    """The officer whose session ran out by idleness or age, for as long as it is not forgotten.

    None for one that was ended on purpose, or whose account is not active: nothing is done for those.
    """
    stored = session.scalars(select(SignedIn).where(SignedIn.digest == _digest(token))).one_or_none()
    if stored is None or not stored.is_full or stored.ended_at is not None or at > stored.ends_at + FORGOTTEN_AFTER:
        return None
    if at < stored.ends_at and at - stored.seen_at < IDLE:
        return None
    officer = session.get_one(Officer, stored.officer_id)
    return officer if officer.state is OfficerState.ACTIVE else None


def authenticated_as(session: Session, officer: Officer, stored: SignedIn | None, today: date) -> AuthenticatedOfficer:
    """The officer with today's rights: read anew at each request, so that a right that was taken away is gone."""
    unit = session.scalars(_UNIT, {"unit": officer.unit}).one()
    standing = OfficerRights(
        officer.reference, unit.reference, unit.country, unit.authority, roles_on(session, officer, today)
    )
    conflicts = session.scalars(_CONFLICTS, {"officer": officer.id})
    return AuthenticatedOfficer(officer, stored, standing, frozenset(conflicts), unit.names)


def forget_over(session: Session, at: datetime) -> None:
    """Remove sessions that are over, with what their keys were asked."""
    over = select(SignedIn.id).where(SignedIn.ends_at < at - FORGOTTEN_AFTER)
    for gone in (
        delete(KeyChallenge).where(KeyChallenge.session_id.in_(over)),
        delete(SignedIn).where(SignedIn.ends_at < at - FORGOTTEN_AFTER),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def half_present(session: Session, token: str, at: datetime) -> tuple[Officer, SignedIn]:
    """The officer and session between password and second factor. Raises NotSignedIn."""
    stored = _living(session, token, at)
    if stored is None or stored.is_full:
        raise NotSignedIn("begin again with your e-mail and password")
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is OfficerState.CLOSED:
        raise NotSignedIn("begin again with your e-mail and password")
    return officer, stored


def end(session: Session, token: str, at: datetime) -> str | None:
    """Sign out; gives the provider of the session, if one vouched for it. An unknown token is no error."""
    ended = update(SignedIn).where(SignedIn.digest == _digest(token), SignedIn.ended_at.is_(None)).values(ended_at=at)
    returned = ended.returning(SignedIn.provider).execution_options(synchronize_session=False)
    return session.execute(returned).scalars().first()


def end_one(session: Session, officer: Officer, reference: str, at: datetime) -> bool:
    """End one of the officer's own sessions; False when there is none of that reference."""
    ended = session.execute(
        update(SignedIn)
        .where(SignedIn.officer_id == officer.id, SignedIn.reference == reference, SignedIn.ended_at.is_(None))
        .values(ended_at=at)
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_all(session: Session, officer: Officer, at: datetime, *, but: SignedIn | None = None) -> None:
    query = update(SignedIn).where(SignedIn.officer_id == officer.id, SignedIn.ended_at.is_(None))
    session.execute((query if but is None else query.where(SignedIn.id != but.id)).values(ended_at=at))


def sessions_of(session: Session, officer: Officer, at: datetime) -> Sequence[SignedIn]:
    """The officer's living sessions, the newest first."""
    found = session.scalars(
        select(SignedIn)
        .where(SignedIn.officer_id == officer.id, SignedIn.is_full, SignedIn.ended_at.is_(None), SignedIn.ends_at > at)
        .order_by(SignedIn.began_at.desc(), SignedIn.id.desc())
    )
    return [one for one in found if at - one.seen_at < IDLE]


def came_with(session: Session, officer: Officer, provider: str, since: datetime) -> bool:
    """Whether the officer signed in with this provider since then, even if that session has ended."""
    query = select(SignedIn.id).where(
        SignedIn.officer_id == officer.id,
        SignedIn.is_full,
        SignedIn.provider == provider,
        SignedIn.began_at > since,
    )
    return session.execute(query.limit(1)).first() is not None


# Every request of an officer asks these: built once, they are only looked up among the compiled ones.
_UNIT = select(Unit).where(Unit.reference == bindparam("unit"))
_CONFLICTS = select(Conflict.agency).where(Conflict.officer_id == bindparam("officer"), Conflict.ended_on.is_(None))
_HELD = select(RoleHeld.role).where(RoleHeld.officer_id == bindparam("officer"), RoleHeld.ended_on.is_(None))
_LENT = (
    select(RoleLent.role)
    .join(RoleHeld, (RoleHeld.officer_id == RoleLent.officer_id) & (RoleHeld.role == RoleLent.role))
    .join(Officer, Officer.id == RoleLent.officer_id)
    .where(
        RoleLent.deputy_id == bindparam("officer"),
        RoleLent.from_on <= bindparam("today"),
        RoleLent.to_on >= bindparam("today"),
        RoleLent.ended_on.is_(None),
        RoleHeld.ended_on.is_(None),
        Officer.state == OfficerState.ACTIVE,
        Officer.unit == bindparam("unit"),
    )
)


def roles_on(session: Session, officer: Officer, today: date) -> frozenset[Role]:
    """The officer's own roles, and those lent to them today by officers who still have them."""
    existing = session.scalars(_HELD, {"officer": officer.id}).all()
    lent = session.scalars(_LENT, {"officer": officer.id, "unit": officer.unit, "today": today}).all()
    return frozenset((*existing, *lent))


def form_token(token: str) -> str:
    """The CSRF token of a session's forms: derived from its token, so that no other page can know it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(token: str, given: str) -> bool:
    return hmac.compare_digest(form_token(token).encode(), given.encode("utf-8", "replace"))


def sign(token: str, text: str) -> str:
    """A text that the browser keeps between two pages, with a mark that only who has the session's token can make."""
    return f"{_mark_of(token, text)}.{text}"


def read_signed(token: str, signed: str) -> str:
    """The text of `sign`; empty where it was made for another session, or by another hand."""
    mark, _, text = signed.partition(".")
    is_ours = bool(token) and hmac.compare_digest(_mark_of(token, text).encode(), mark.encode("utf-8", "replace"))
    return text if is_ours else ""


def _mark_of(token: str, text: str) -> str:
    return hmac.new(token.encode(), b"between pages " + text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _living(session: Session, token: str, at: datetime) -> SignedIn | None:
    stored = session.scalars(select(SignedIn).where(SignedIn.digest == _digest(token))).one_or_none()
    if stored is None or stored.ended_at is not None or at >= stored.ends_at or at - stored.seen_at >= IDLE:
        return None
    return stored


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
