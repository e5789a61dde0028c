"""Idempotency keys: requests that may be repeated and count once. Of a complaint is stored that it was made, never its content.

For officers' drafts the reference is stored too, so that a repeated draft leads to the one that was made. What a program of
an organisation was answered is stored sealed, and given again (docs/decisions/0193).

The sender chooses a key for each thing to be done. Key and content are stored as keyed digests alone: a dump reveals
neither, and guesses cannot be tried against it. The row belongs to the transaction that does the thing, so a crash
leaves both or neither.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import Date, bindparam, delete, select, text, update
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import NumberedRow, Text
from registry.core.errors import AlreadyDone, RepeatDiffers

KEPT = timedelta(days=2)
"""A key is remembered for a whole day at least; only days are stored."""


class Repeat(NumberedRow):
    """A used idempotency key: keyed digests of the key and the content. `made`: the reference of an officer's draft.

    `answer_sealed`: what an organisation's program was answered.
    """

    __tablename__ = "repeats"
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    question: Mapped[str] = mapped_column(Text(64))
    expires_on: Mapped[date] = mapped_column(index=True)
    made: Mapped[str | None] = mapped_column(Text(12))
    answer_sealed: Mapped[str | None] = mapped_column(LongText)


def run_idempotently(
    session: Session, sealer: Sealer, scope: str, key: str, question: str, today: date, make: Callable[[], str]
) -> str:
    """The reference of what `make` makes, or made the first time. Raises as `make`, and RepeatDiffers.

    A refused request uses up no key: the caller's transaction, or its savepoint, is undone.
    """
    digest = sealer.digest("repeats", f"{scope}\0{key}")
    if claim(session, sealer, scope, key, question, today):
        made = make()
        session.execute(update(Repeat).where(Repeat.digest == digest).values(made=made))
        return made
    before = session.execute(select(Repeat.made).where(Repeat.digest == digest)).scalar_one()
    # The row and what it names were written by one transaction.
    assert before is not None
    return before


def answer_once(
    session: Session, sealer: Sealer, scope: str, key: str, question: str, today: date, make: Callable[[], bytes]
) -> bytes | None:
    """What `make` answered when the key came first; None where it is made now, and stored by the caller's transaction.

    Raises as `make`, RepeatDiffers, and AlreadyDone for a key whose answer was not stored.
    """
    if not claim(session, sealer, scope, key, question, today):
        return stored_answer(session, sealer, scope, key, question)
    digest = sealer.digest("repeats", f"{scope}\0{key}")
    packed = b64encode(zlib.compress(make(), level=1)).decode()
    sealed = sealer.seal_field(packed, place_of_answer(digest))
    session.execute(update(Repeat).where(Repeat.digest == digest).values(answer_sealed=sealed))
    return None


def stored_answer(session: Session, sealer: Sealer, scope: str, key: str, question: str) -> bytes | None:
    """What was answered to the key; None where it is new. Raises RepeatDiffers, and AlreadyDone where nothing was stored."""
    digest = sealer.digest("repeats", f"{scope}\0{key}")
    found = session.execute(select(Repeat.question, Repeat.answer_sealed).where(Repeat.digest == digest)).one_or_none()
    if found is None:
        return None
    _require_same(found.question, sealer.digest("repeats", f"{scope}\0{question}"))
    if found.answer_sealed is None:
        raise AlreadyDone("it was done when this Idempotency-Key came first, and its answer was not stored")
    return zlib.decompress(b64decode(sealer.open_field(found.answer_sealed, place_of_answer(digest))))


def place_of_answer(digest: str) -> Place:
    """The place of the answer that is stored with a key."""
    return Place(Repeat.__tablename__, "answer_sealed", digest, "")


def claim(session: Session, sealer: Sealer, scope: str, key: str, question: str, today: date) -> bool:
    """Claim a key; False when it was used before. Of two concurrent claims the second waits for the first to commit.

    `scope` says what is done and by whom, so that callers do not meet each other's keys; `question` stands for what was
    sent. Raises RepeatDiffers when something else was sent with the key before.
    """
    digest = sealer.digest("repeats", f"{scope}\0{key}")
    question_digest = sealer.digest("repeats", f"{scope}\0{question}")
    row = {"digest": digest, "question": question_digest, "expires_on": today + KEPT}
    if session.execute(_CLAIM, row).rowcount == 1:  # type: ignore[attr-defined]
        return True
    _require_same(session.execute(select(Repeat.question).where(Repeat.digest == digest)).scalar_one(), question_digest)
    return False


def _require_same(before: str, now: str) -> None:
    if before != now:
        raise RepeatDiffers("this key was used for something else: choose another for each thing you want done")


def forget_repeats(session: Session, today: date) -> int:
    """Delete the keys whose time is over; gives how many."""
    return session.execute(delete(Repeat).where(Repeat.expires_on < today)).rowcount  # type: ignore[attr-defined,no-any-return]


_CLAIM = text(
    "INSERT INTO repeats (digest, question, expires_on) VALUES (:digest, :question, :expires_on) ON CONFLICT DO NOTHING"
).bindparams(bindparam("expires_on", type_=Date))
