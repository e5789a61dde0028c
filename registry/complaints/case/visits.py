"""Visits: short sessions after a complaint code was typed in or shown, so that its digits travel once.

The browser has a random token; the row has its SHA-256, and the mailbox's seed sealed under token and server together.
A row cannot be made into a visit, a token from elsewhere cannot be made valid, and one that is over does not come back.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from registry.complaints.sealing.envelopes import Place, bytes_of, text_of
from registry.complaints.sealing.models import EncryptedContainer, OpenVisit
from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import EPOCH
from registry.core.errors import NoVisit, Unopenable
from registry.vocabulary.cases import MailboxState

TOKEN_BYTES = 32
IDLE, MAX_LIFETIME, COARSE = timedelta(minutes=30), timedelta(hours=4), timedelta(minutes=5)


# Built once: building such a statement costs more than running it.
_OF_DIGEST = (
    select(OpenVisit, EncryptedContainer)
    .join(EncryptedContainer, EncryptedContainer.id == OpenVisit.box_id)
    .where(OpenVisit.digest == bindparam("digest"))
)
_FORGET_CODES = (
    update(OpenVisit)
    .where(OpenVisit.box_id == bindparam("of_box"))
    .values(code_sealed=None)
    .execution_options(synchronize_session="fetch")
)
_IS_THERE = select(OpenVisit.id).where(OpenVisit.id == bindparam("row_id"))


@dataclass(frozen=True, slots=True)
class Visit:
    """An open visit: the visitor's mailbox and its seed. `code`: the complaint code, there until it is confirmed.

    `is_mailbox`: the code was typed in, not just shown. `is_code_beside`: until it is confirmed it stands beside everything that
    is written, so that a draft may be written already. `form_token` is a CSRF token: in every form, given to no other
    site.
    """

    box: EncryptedContainer
    seed: bytes = field(repr=False)
    code: str | None = field(repr=False)
    is_mailbox: bool
    form_token: str = field(repr=False)
    row_id: int
    is_code_beside: bool = False

    @property
    def is_confirmed(self) -> bool:
        return self.box.state is not MailboxState.UNCONFIRMED


def begin(
    session: Session, sealer: Sealer, box: EncryptedContainer, seed: bytes, now: datetime, *, code: str | None = None
) -> str:
    """Begin a visit and give its token: 43 characters, for the browser alone. `code` where it has yet to be confirmed."""
    raw = secrets.token_bytes(TOKEN_BYTES)
    session.add(
        OpenVisit(
            digest=_digest(raw),
            box_id=box.id,
            seed_sealed=sealer.seal_for_visit(raw, seed, _place(box, "seed_sealed")),
            code_sealed=None
            if code is None
            else sealer.seal_for_visit(raw, bytes_of(code), _place(box, "code_sealed")),
            is_mailbox=code is None,
            expires_at=_rounded(now + IDLE),
            ends_at=_rounded(now + MAX_LIFETIME),
        )
    )
    session.flush()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def visit(
    session: Session,
    sealer: Sealer,
    token: str,
    now: datetime,
    *,
    is_extended: bool = True,
    is_code_beside: bool = False,
) -> Visit:
    """The visit of a token, which then lasts 30 minutes more, four hours at most. Raises NoVisit, whatever the reason.

    `is_extended`: False in a session that only reads.
    """
    raw = _read(token)
    found = session.execute(_OF_DIGEST, {"digest": _digest(raw)}).first()
    if found is None:
        raise _over()
    row, box = found.OpenVisit, found.EncryptedContainer
    if min(row.expires_at, row.ends_at) <= now or box.state not in (MailboxState.UNCONFIRMED, MailboxState.OPEN):
        raise _over()
    try:
        seed = sealer.open_for_visit(raw, row.seed_sealed, _place(box, "seed_sealed"))
        code = row.code_sealed and text_of(sealer.open_for_visit(raw, row.code_sealed, _place(box, "code_sealed")))
    except Unopenable:
        raise _over() from None
    # Rounded, so that most requests write nothing.
    later = min(_rounded(now + IDLE), row.ends_at)
    if is_extended and later > row.expires_at:
        row.expires_at = later
    return Visit(box, seed, code, row.is_mailbox, form_token(token), row.id, is_code_beside)


def confirm(session: Session, visit: Visit) -> None:
    """The complaint code was typed back: the box is open from now on, and the row forgets the digits."""
    if visit.box.state is MailboxState.UNCONFIRMED:
        visit.box.state = MailboxState.OPEN
    session.execute(_FORGET_CODES, {"of_box": visit.box.id})


def is_there(session: Session, visit: Visit) -> bool:
    """Whether a visit has not been ended since this request began."""
    # One that was ended cannot be extended: that is not to be tried first.
    with session.no_autoflush:
        return session.execute(_IS_THERE, {"row_id": visit.row_id}).first() is not None


def is_visited(session: Session, box: EncryptedContainer, now: datetime) -> bool:
    """Whether a visit of a box is open."""
    open_now = (OpenVisit.box_id == box.id, OpenVisit.expires_at > now, OpenVisit.ends_at > now)
    return session.execute(select(OpenVisit.id).where(*open_now).limit(1)).first() is not None


def end(session: Session, visit: Visit) -> None:
    session.execute(delete(OpenVisit).where(OpenVisit.id == visit.row_id))


def end_all(session: Session, box: EncryptedContainer) -> None:
    """End every visit of a box: its complaint code was changed, cut off or withdrawn."""
    session.execute(delete(OpenVisit).where(OpenVisit.box_id == box.id))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete the rows of visits that are over; gives how many."""
    over = (OpenVisit.expires_at <= now) | (OpenVisit.ends_at <= now)
    return session.execute(delete(OpenVisit).where(over)).rowcount  # type: ignore[attr-defined,no-any-return]


def form_token(token: str) -> str:
    """The CSRF token that every form of a visit carries."""
    return hmac.new(_read(token), b"form", hashlib.sha256).hexdigest()


def _read(token: str) -> bytes:
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=")
    except ValueError:
        raise _over() from None
    if len(raw) != TOKEN_BYTES:
        raise _over()
    return raw


def _over() -> NoVisit:
    return NoVisit("this visit is over: type the number again")


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _place(box: EncryptedContainer, column: str) -> Place:
    return Place("visits", column, box.reference, str(box.case_id))


def _rounded(instant: datetime) -> datetime:
    """Up to the next five minutes."""
    return EPOCH - (EPOCH - instant) // COARSE * COARSE
