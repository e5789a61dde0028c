"""The tables of admission: proofs that were used, and how many were admitted on a day. No address, time or person."""

from datetime import date

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.complaints.intake.admission_rules import BUCKETS, Purpose
from registry.core.db.engine import Base, Text, one_of


class UsedChallenge(Base):
    """A used proof of work or of waiting. Kept until the day on which it would expire is over."""

    __tablename__ = "used_challenges"
    digest: Mapped[str] = mapped_column(Text(64), primary_key=True)
    expires_on: Mapped[date] = mapped_column(index=True)


class DayKey(Base):
    """The key of a day (UTC) by which networks fall into buckets, encrypted under the secret of admission.

    On PostgreSQL alone, where several machines count together; on SQLite it is a file that is in no backup.
    """

    __tablename__ = "day_keys"
    day: Mapped[date] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DailyCount(Base):
    """How many were let in on a day (UTC) from one of a few buckets, each of which holds a great many networks."""

    __tablename__ = "daily_counts"
    __table_args__ = (CheckConstraint(f"bucket >= 0 AND bucket < {BUCKETS}", name="bucket_in_range"),)
    day: Mapped[date] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
