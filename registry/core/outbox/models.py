"""The outbox: what is to be done after a commit, written in the transaction that makes it necessary."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text, one_of


class OutboxType(StrEnum):
    """What a worker is to do something about. Each has a consumer, and nothing else is written."""

    SANCTION_IN_FORCE = "sanction.in_force"
    SANCTION_STAYED = "sanction.stayed_by_appeal"
    SANCTION_LIFTED = "sanction.lifted"
    SANCTION_OVERTURNED = "sanction.overturned"


class OutboxEvent(Base):
    """One thing to be done about `subject`, a reference. The worker deletes the row in the transaction that does it.

    So the table holds only what waits, and is read by its key in the order of writing.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[OutboxType] = mapped_column(one_of(OutboxType))
    subject: Mapped[str] = mapped_column(Text(60))
