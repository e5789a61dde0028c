"""Pairs of agencies that resemble each other more than strangers do, and how far looking for them has come.

Nothing of it is public. What two agencies share stands here as a sign alone; the words for it are read from their records.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.supervision.collisions.rules import Sign


class CollisionState(StrEnum):
    """`confirmed` put a warning on the true entry; `dismissed` is kept, so that the pair is not found again."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Collision(ReferencedRow):
    """Two agencies, the one with the lower row id first, and the signs that they have in common."""

    __tablename__ = "collisions"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_collisions_state_rank", "state", "rank", "id"),
    )
    first_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    signs: Mapped[list[str]] = mapped_column(JSON)
    rank: Mapped[int]
    state: Mapped[CollisionState] = mapped_column(one_of(CollisionState))
    found_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str | None] = mapped_column(Text(1000))


class CollisionGroup(NumberedRow):
    """So many agencies share one thing that pairs of them would say nothing: an office house, a platform, a common name."""

    __tablename__ = "collision_groups"
    __table_args__ = (UniqueConstraint("sign", "digest"),)
    sign: Mapped[Sign] = mapped_column(one_of(Sign))
    digest: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int]
    example_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    found_at: Mapped[datetime] = mapped_column(Instant)


class CollisionKey(NumberedRow):
    """What an agency may share with another, as a keyed digest. Derived from the facts, and renewed before each search."""

    __tablename__ = "collision_keys"
    __table_args__ = (Index("ix_collision_keys_digest", "digest", "sign", "agency_id"),)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    sign: Mapped[Sign] = mapped_column(one_of(Sign))
    digest: Mapped[int] = mapped_column(BigInteger)


class CollisionSearch(Base):
    """One row: which of the log's entries the keys know of, and how far the latest search has come.

    `key_check` is the digest of a fixed text: another secret makes other digests, and all keys anew.
    """

    __tablename__ = "collision_search"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_check: Mapped[int] = mapped_column(BigInteger)
    read_to: Mapped[int] = mapped_column(LARGE)
    against: Mapped[str] = mapped_column(Text(400))
    last_agency_id: Mapped[int]
    is_finished: Mapped[bool]
