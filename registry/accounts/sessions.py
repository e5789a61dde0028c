"""Sessions: begun at sign-in under a new token; ended by idleness, age, sign-out, or with the account.

A token has 256 random bits, so its plain SHA-256 is enough to find it by, and a dump of the table opens nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.accounts.models import Account, SessionRow
from registry.core.ids import new_reference

MAX_LIFETIME = timedelta(hours=12)
SECOND_STEP = timedelta(minutes=10)
"""How long the second step may take."""
SEEN_EVERY = timedelta(minutes=1)
"""Reading a page writes nothing more often than this."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A session that is over is no register of who was here when."""

Row = TypeVar("Row", bound=SessionRow)


def new_token() -> str:
    """A secret of 256 random bits. Only its digest is stored."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """The digest by which a token is found; also of a text that no token of ours can be."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sessions(Generic[Row]):
    """The sessions of one kind of account: their table, the column of whose they are, and how long they may be idle."""

    table: type[Row]
    account_id: InstrumentedAttribute[int]
    idle: timedelta

    def begin(self, session: Session, account: Account, at: datetime, *, is_full: bool, **columns: object) -> str:
        """Begin a session, with what further columns say; gives its token, which cannot be read from the table."""
        token = new_token()
        row = self.table(
            reference=new_reference(),
            digest=digest_of(token),
            began_at=at,
            seen_at=at,
            ends_at=at + (MAX_LIFETIME if is_full else SECOND_STEP),
            is_full=is_full,
            **{self.account_id.key: account.id},
            **columns,
        )
        session.add(row)
        session.flush()
        return token

    def find(self, session: Session, token: str) -> Row | None:
        """The session of a token, living or over."""
        return session.scalars(select(self.table).where(self.table.digest == digest_of(token))).one_or_none()

    def find_living(self, session: Session, token: str, at: datetime) -> Row | None:
        """The session of a token, if it is not over; it may be full, or wait for the second step."""
        row = self.find(session, token)
        return row if row is not None and row.ended_at is None and not self.ran_out(row, at) else None

    def ran_out(self, row: Row, at: datetime) -> bool:
        """Whether a session is over by idleness or age."""
        return at >= row.ends_at or at - row.seen_at >= self.idle

    def list_living(self, session: Session, account: Account, at: datetime) -> Sequence[Row]:
        """Where the account is signed in, the newest first."""
        table = self.table
        found = session.scalars(
            select(table)
            .where(self.account_id == account.id, table.is_full, table.ended_at.is_(None), table.ends_at > at)
            .order_by(table.began_at.desc(), table.id.desc())
        )
        return [one for one in found if not self.ran_out(one, at)]

    def end(self, session: Session, token: str, at: datetime) -> Row | None:
        """Sign out; gives the session that ended. A token that opens nothing is no error."""
        row = self.find(session, token)
        if row is None or row.ended_at is not None:
            return None
        row.ended_at = at
        session.flush()
        return row

    def end_one(self, session: Session, account: Account, reference: str, at: datetime) -> bool:
        """End one of the account's own sessions; False when there is none of that reference."""
        table = self.table
        ended = session.execute(
            update(table)
            .where(self.account_id == account.id, table.reference == reference, table.ended_at.is_(None))
            .values(ended_at=at)
        )
        return bool(ended.rowcount)  # type: ignore[attr-defined]

    def end_all(self, session: Session, account: Account, at: datetime, *, but: Row | None = None) -> None:
        """End every session of the account, except one."""
        query = update(self.table).where(self.account_id == account.id, self.table.ended_at.is_(None))
        session.execute((query if but is None else query.where(self.table.id != but.id)).values(ended_at=at))

    def forget_over(self, session: Session, at: datetime) -> None:
        """Remove sessions that are over."""
        over = delete(self.table).where(self.table.ends_at < at - FORGOTTEN_AFTER)
        session.execute(over.execution_options(synchronize_session=False))


def note_seen(row: SessionRow, at: datetime) -> None:
    """Write down that somebody was here, for the session to stay open."""
    if at - row.seen_at >= SEEN_EVERY:
        row.seen_at = at


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
