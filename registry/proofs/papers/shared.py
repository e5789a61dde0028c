"""Papers that were just made, for the machines that did not make them.

On PostgreSQL the machine that is asked for a paper which it has made puts it into the database, so that a balancer may send the
next request for it anywhere. They are kept for as long as files are (`making.KEPT`). On SQLite one folder serves all.
"""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.db.engine import Base, Instant, Text
from registry.proofs.papers.making import KEPT


class MadePaper(Base):
    """One paper. `key`: of all that it depends on (`making.key_of`)."""

    __tablename__ = "made_papers"
    key: Mapped[str] = mapped_column(Text(40), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)


def found(session: Session, key: str, at: datetime) -> bytes | None:
    """The paper that a machine has made; None where there is none, or where it is too old to be shown."""
    query = select(MadePaper.body).where(MadePaper.key == key, MadePaper.made_at > at - timedelta(seconds=KEPT))
    return session.execute(query).scalar_one_or_none()


def share(session: Session, key: str, body: bytes, at: datetime) -> None:
    """Let other machines have it, and remove those that are too old."""
    forget(session, at - timedelta(seconds=KEPT))
    session.execute(insert(MadePaper).values(key=key, body=body, made_at=at).on_conflict_do_nothing())


def forget(session: Session, before: datetime | None = None) -> None:
    """Remove those that were made before an instant, or all: one may name a person who was erased since."""
    session.execute(delete(MadePaper).where(MadePaper.made_at < before) if before is not None else delete(MadePaper))
