"""The tables of boxes (encrypted containers) and of who can open them. The secrets that open them are in no database.

A mailbox is opened by its complaint code, a unit's access by the unit's secret, the escrow's by a secret that is kept
offline. Each access is one sealed key: a row of `box_wraps`.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, false
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.complaints.casework.models import CaseRow
from registry.core.db.engine import Instant, NumberedRow, Text, one_of
from registry.vocabulary.cases import KeyHolder, MailboxRole, MailboxState


class UnitKeyState(StrEnum):
    """New wraps are sealed to the newest active key; a retired one opens nothing any more."""

    ACTIVE = "active"
    RETIRED = "retired"


class EncryptedContainer(CaseRow):
    """An encrypted container of a case, usually the mailbox of one complaint code.

    `tag` finds it by the code (case/complaint_codes.py), `public_key` is what is sealed to.

    `answers_allowed`: in a helper's mailbox, whether the worker lets the officers' answers go there too.
    `last_visit_on` is the day on which it was last opened, `visit_before_on` the one before. A box that `replaces`
    another has no keys of its own: it offers a new complaint code, and is deleted once that was typed back.

    `is_copy`: not a mailbox but a copy that officers share with a partner or with the agency that is heard. It has no
    complaint code, and its `role` says nothing.
    """

    __tablename__ = "boxes"
    role: Mapped[MailboxRole] = mapped_column(one_of(MailboxRole, "boxrole"))
    tag: Mapped[str] = mapped_column(Text(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[MailboxState] = mapped_column(one_of(MailboxState, "boxstate"))
    made_on: Mapped[date]
    last_visit_on: Mapped[date | None]
    visit_before_on: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"), index=True)
    answers_allowed: Mapped[bool] = mapped_column(default=False)
    is_copy: Mapped[bool] = mapped_column(default=False, server_default=false())


class WrappedKey(NumberedRow):
    """The content key of one box and tier, sealed to one holder's public key, whose id is `kid`.

    `holder` is the reference of a box or unit; of the escrow it is the word `escrow`.
    """

    __tablename__ = "box_wraps"
    __table_args__ = (UniqueConstraint("box_id", "tier", "holder_kind", "holder"),)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    tier: Mapped[int]
    holder_kind: Mapped[KeyHolder] = mapped_column(one_of(KeyHolder))
    holder: Mapped[str] = mapped_column(Text(40))
    kid: Mapped[str] = mapped_column(Text(16), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class UnitKey(NumberedRow):
    """What may be known of a key of a unit, its custodian or the escrow: `public_key` is X25519. The newest active one seals.

    A row alone is not believed: the folder of keys must know the same key.
    """

    __tablename__ = "unit_keys"
    __table_args__ = (UniqueConstraint("holder_kind", "unit", "kid"),)
    holder_kind: Mapped[KeyHolder] = mapped_column(one_of(KeyHolder))
    unit: Mapped[str] = mapped_column(Text(40))
    kid: Mapped[str] = mapped_column(Text(16))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[UnitKeyState] = mapped_column(one_of(UnitKeyState))
    made_on: Mapped[date]


class OpenVisit(NumberedRow):
    """A short session after a complaint code was typed in or shown. `digest`: SHA-256 of a token only the browser has.

    `seed_sealed`, and `code_sealed` until the code is confirmed, are opened by token and server together. Both instants
    are rounded up to five minutes, and the row goes when they are over: nothing here says when a visitor was here.
    """

    __tablename__ = "visits"
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), index=True)
    seed_sealed: Mapped[str] = mapped_column(LongText)
    code_sealed: Mapped[str | None] = mapped_column(LongText)
    is_mailbox: Mapped[bool]
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
