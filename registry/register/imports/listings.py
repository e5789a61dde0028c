"""What a list last had: a row for each agency it showed, by which the next import knows what is new, changed or gone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert, microseconds
from registry.core.db.reading import is_among, rows_by_key
from registry.register.agencies.models import PublicRecord
from registry.register.authorities.models import Retrieval, Source
from registry.register.imports.models import Listing
from registry.register.imports.staging import Staged

CHUNK = 500
PAGE = 5_000


class Known(NamedTuple):
    """An agency as its list last had it."""

    agency_id: int
    digest: str
    is_delisted: bool


class Listings:
    """The rows of one source. With `source` None there are none yet; with `is_dry_run` nothing is written."""

    def __init__(self, session: Session, source: Source | None, *, is_dry_run: bool) -> None:
        self._session = session
        self._source_id = source.id if source is not None else None
        self._is_writing = source is not None and not is_dry_run

    def pages(self) -> Iterator[list[tuple[str, int, str]]]:
        """Row key, agency and digest of all that is listed now, some rows at a time."""
        last = ""
        while self._source_id is not None:
            query = (
                select(Listing.row_key, Listing.agency_id, Listing.digest)
                .where(Listing.source_id == self._source_id, Listing.is_delisted.is_(False), Listing.row_key > last)
                .order_by(Listing.row_key)
                .limit(PAGE)
            )
            page = [(row_key, agency_id, digest) for row_key, agency_id, digest in self._session.execute(query)]
            if not page:
                return
            yield page
            last = page[-1][0]

    def known(self, row_keys: Sequence[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        if self._source_id is None:
            return found
        columns = (Listing.row_key, Listing.agency_id, Listing.digest, Listing.is_delisted)
        of_source = Listing.source_id == self._source_id
        for row_key, agency_id, digest, is_delisted in rows_by_key(
            self._session, columns, Listing.row_key, row_keys, of_source
        ):
            found[row_key] = Known(agency_id, digest, is_delisted)
        return found

    def shared(self, agency_ids: Sequence[int]) -> set[int]:
        """Agencies that several rows of the list lead to."""
        if self._source_id is None:
            return set()
        query = (
            select(Listing.agency_id)
            .where(
                Listing.source_id == self._source_id,
                is_among(self._session, Listing.agency_id, agency_ids),
                Listing.is_delisted.is_(False),
            )
            .group_by(Listing.agency_id)
            .having(func.count() > 1)
        )
        return set(self._session.execute(query).scalars())

    def remember(self, rows: Sequence[tuple[Staged, int]], retrieved_at: datetime) -> None:
        """Rows that the list shows for the first time."""
        assert self._is_writing
        at = microseconds(retrieved_at)
        bulk_insert(
            self._session,
            Listing,
            ("source_id", "row_key", "agency_id", "digest", "last_seen_at", "is_delisted"),
            [(self._source_id, staged.row_key, agency_id, staged.digest, at, False) for staged, agency_id in rows],
        )

    def renew(self, rows: Sequence[tuple[Staged, int]], retrieved_at: datetime) -> None:
        """Rows that say something else than before. Written anew all at once: the log is held meanwhile."""
        self.forget([staged.row_key for staged, _ in rows])
        self.remember(rows, retrieved_at)

    def see(self, row_keys: Sequence[str], retrieved_at: datetime) -> None:
        """Rows that a list shows again, word for word."""
        for start in range(0, len(row_keys), CHUNK):
            self._update(row_keys[start : start + CHUNK], last_seen_at=retrieved_at)

    def see_again(self, seen_at: datetime, retrieved_at: datetime) -> None:
        """Rows that the reading of `seen_at` showed, of a list that has not changed since."""
        self._update_where(Listing.last_seen_at == seen_at, last_seen_at=retrieved_at)

    def confirm(self) -> None:
        """Make the agencies of a list that is not full as fresh as the lists that show them: as the oldest, if several.

        Freshness is kept for an agency and not for each of its lists, so one list must not renew what another said. A full
        list that was read as a whole shows all that is listed, which is written down once and not in each of its rows.
        """
        if not self._is_writing:
            return
        read_whole_at = (
            select(Retrieval.retrieved_at)
            .where(Retrieval.source_id == Listing.source_id, Retrieval.is_full.is_(True))
            .order_by(Retrieval.retrieved_at.desc())
            .limit(1)
            .correlate(Listing)
            .scalar_subquery()
        )
        seen_at = case((read_whole_at > Listing.last_seen_at, read_whole_at), else_=Listing.last_seen_at)
        oldest = (
            select(func.min(seen_at))
            .where(Listing.agency_id == PublicRecord.agency_id, Listing.is_delisted.is_(False))
            .scalar_subquery()
        )
        listed = select(Listing.agency_id).where(Listing.source_id == self._source_id, Listing.is_delisted.is_(False))
        self._session.execute(
            update(PublicRecord)
            .where(PublicRecord.agency_id.in_(listed))
            .values(confirmed_at=oldest)
            .execution_options(synchronize_session=False)
        )

    def delist(self, row_keys: Sequence[str]) -> None:
        self._update(row_keys, is_delisted=True)

    def doubt(self, row_keys: Sequence[str]) -> None:
        """Rows that could not be read: whatever they say when they can be read again is news."""
        self._update(row_keys, digest="")

    def forget(self, row_keys: Sequence[str]) -> None:
        for start in range(0, len(row_keys) if self._is_writing else 0, CHUNK):
            self._session.execute(delete(Listing).where(*self._rows(row_keys[start : start + CHUNK])))

    def _update(self, row_keys: Sequence[str], **values: Any) -> None:
        if self._is_writing:
            self._session.execute(update(Listing).where(*self._rows(row_keys)).values(**values))

    def _update_where(self, *those: Any, **values: Any) -> None:
        if self._is_writing:
            listed = (Listing.source_id == self._source_id, Listing.is_delisted.is_(False))
            self._session.execute(update(Listing).where(*listed, *those).values(**values))

    def _rows(self, row_keys: Sequence[str]) -> tuple[Any, ...]:
        return Listing.source_id == self._source_id, is_among(self._session, Listing.row_key, row_keys)
