"""Messages between a complainant and the officers, each sealed to its mailbox, in the order in which they were written."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.intake.models import Message
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import Fault, InvalidInput
from registry.core.ids import new_reference
from registry.vocabulary.cases import Author, MailboxRole
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_CHARACTERS = 20_000
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing: fillers of Hangul, the empty sign of Braille."""
MAX_A_DAY = 50
"""Messages that one mailbox takes from its holder on one day."""


class ShownMessage(NamedTuple):
    """A message as its reader sees it. `is_new`: not read before by the other side, or, if an officer wrote it, by the
    complainant. `unit`: the reference of the unit that wrote it, where another has the case now."""

    reference: str
    box_role: MailboxRole
    author: Author
    written_on: date
    text: str
    is_new: bool
    unit: str | None = None
    written_by: str | None = None
    """The officer's reference, for colleagues alone; None for the complainant's, and for what was written before it was kept."""


def write_message(
    session: Session,
    sealer: Sealer,
    case: Case,
    opened: OpenContainer,
    author: Author,
    text: str,
    today: date,
    *,
    idempotency_key: str | None = None,
    by: str | None = None,
) -> tuple[Message, bool]:
    """Add a message to an open box of a locked case; True with it when it is new. `idempotency_key` is the writer's own.

    `by` is the reference of the officer who writes it.

    Raises InvalidInput when it says nothing, is too long, or is one too many today.
    """
    text = read_text("text", text)
    box = opened.box
    digest = (
        None if idempotency_key is None else sealer.digest("message", f"{box.reference} {author} {idempotency_key}")
    )
    if digest is not None:
        known = session.execute(
            select(Message).where(Message.box_id == box.id, Message.idempotency_digest == digest)
        ).scalar_one_or_none()
        if known is not None:
            return known, False
    if author is Author.COMPLAINANT and _written_on(session, box, today) >= MAX_A_DAY:
        raise InvalidInput([Fault.of("text", Problem.TOO_MANY, "too_many_day", most=MAX_A_DAY)])
    last = session.execute(select(func.max(Message.place)).where(Message.box_id == box.id)).scalar_one()
    message = Message(
        reference=new_reference(),
        box_id=box.id,
        author=author,
        written_on=today,
        place=(last or 0) + 1,
        read_on=None,
        idempotency_digest=digest,
        written_by=by,
    )
    message.sealed = opened.seal(text, place_of(case, message))
    session.add(message)
    session.flush()
    return message, True


def read_messages(
    session: Session, case: Case, opened: Sequence[OpenContainer], reader: Author, today: date, *, counts: bool = True
) -> list[list[ShownMessage]]:
    """The messages of each of some open boxes, the first one first. What the other side wrote counts as read from now on,
    unless the officer who reads is not the one who has to (`counts`)."""
    of_boxes = Message.box_id.in_([one.box.id for one in opened])
    rows = session.execute(select(Message).where(of_boxes).order_by(Message.place)).scalars().all()
    return [
        [_view(row, case, one, reader, today, counts) for row in rows if row.box_id == one.box.id] for one in opened
    ]


def _view(row: Message, case: Case, opened: OpenContainer, reader: Author, today: date, counts: bool) -> ShownMessage:
    is_new = row.author is not reader and row.read_on is None
    if is_new and counts:
        row.read_on = today
    text = opened.open(row.sealed, place_of(case, row))
    by = row.written_by if reader is Author.OFFICER else None
    return ShownMessage(row.reference, opened.box.role, row.author, row.written_on, text, is_new, row.unit, by)


def read_text(field: str, typed: str, max_length: int = MAX_CHARACTERS) -> str:
    """Text as it was written, its line ends as \\n, without control characters. Raises InvalidInput where nothing can be seen."""
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in typed):
        raise InvalidInput([Fault.of(field, Problem.CONTROL_CHARACTER, "null_character")])
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    if all(unicodedata.category(c)[0] in "CZ" or c in _BLANK for c in text):
        raise InvalidInput([Fault.of(field, Problem.MISSING, "must_say")])
    if len(text) > max_length:
        raise InvalidInput([Fault.of(field, Problem.TOO_LONG, "too_long_by", most=max_length, count=len(text))])
    return text


def read_language(typed: str | None) -> str | None:
    """The language of a text as it was chosen; None where no one said. Raises InvalidInput."""
    if typed and typed not in set(Language):
        raise InvalidInput([Fault.of("language", Problem.INVALID_VALUE, "choose_one")])
    return typed or None


def _written_on(session: Session, box: EncryptedContainer, today: date) -> int:
    count = select(func.count()).where(
        Message.box_id == box.id, Message.author == Author.COMPLAINANT, Message.written_on == today
    )
    return session.execute(count).scalar_one()
