"""The name index: the names that can be found, and under which keys. All of it is derived and can be rebuilt."""

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, NumberedRow, Text, one_of
from registry.vocabulary.register import NameKind


class IndexedName(Base):
    """A name of an agency as registered, and in the plain letters in which candidates are first compared."""

    __tablename__ = "indexed_names"
    agency_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[NameKind] = mapped_column(one_of(NameKind))
    name: Mapped[str] = mapped_column(Text(400))
    plain: Mapped[str] = mapped_column(Text(400))


class NameBucket(Base):
    """The postings of all keys that begin alike (registry.register.names.postings)."""

    __tablename__ = "name_buckets"
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    postings: Mapped[bytes] = mapped_column(LargeBinary)


class FreshPosting(NumberedRow):
    """A posting not yet folded into its bucket: one published name writes ten small rows instead of ten buckets."""

    __tablename__ = "name_postings"
    key: Mapped[int] = mapped_column(BigInteger, index=True)
    agency_id: Mapped[int]
