"""Reads the rows of the dataset out of the log, as it was at a signed head, and the public feed of changes from any index."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry.core.clock import instant_text
from registry.dataset import tables
from registry.log import queries as log
from registry.log.models import Entry
from registry.register.agencies import queries as agencies
from registry.register.agencies import record
from registry.register.agencies.models import Agency, AgencyProfile
from registry.vocabulary.register import HolderKind

CHUNK = 500


class Reading:
    """The rows at a head of `size` entries, as they may be shown on `day`; licences are read first.

    It counts what it leaves out: licences of natural persons or of unknown ones, and agencies whose name was erased.
    `included` are row ids, `included_references` the references of the agencies in it.
    """

    def __init__(self, session: Session, size: int, day: date) -> None:
        self.session, self.size, self.day = session, size, day
        self.included: set[int] = set()
        self.included_references: set[str] = set()
        self.left_out = {"natural_persons": 0, "erased": 0}

    def licences(self) -> Iterator[dict[str, Any]]:
        """The rows of licences, by agency and licence."""
        for chunk in self._agencies():
            leaves = self._last_leaves([one.id for one in chunk])
            for agency in chunk:
                yield from self._licences_of(agency, leaves.get(agency.id, {}))

    def _agencies(self) -> Iterator[Sequence[Any]]:
        after = ""
        while True:
            query = select(Agency.id, Agency.reference, Agency.erased_at).where(Agency.reference > after)
            chunk = self.session.execute(query.order_by(Agency.reference).limit(CHUNK)).all()
            if not chunk:
                return
            yield chunk
            after = chunk[-1].reference

    def _last_leaves(self, agency_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, Any]]]:
        """By agency and key: index and record of the last entry below the head."""
        last = (
            select(func.max(Entry.index))
            .where(Entry.agency_id.in_(agency_ids), Entry.index < self.size)
            .group_by(Entry.key)
            .scalar_subquery()
        )
        query = select(Entry.agency_id, Entry.key, Entry.index, Entry.leaf).where(Entry.index.in_(last))
        found: dict[int, dict[str, tuple[int, Any]]] = {}
        for agency_id, key, index, leaf in self.session.execute(query.order_by(Entry.key)):
            found.setdefault(int(agency_id or 0), {})[key] = index, msgspec.json.decode(leaf)["record"]
        return found

    def _licences_of(self, agency: Any, leaves: dict[str, tuple[int, Any]]) -> Iterator[dict[str, Any]]:
        if agency.erased_at is not None:
            self.left_out["erased"] += 1
            return
        licences = {key: one for key, one in leaves.items() if key.startswith("licence/")}
        stated = leaves.get(f"agency/{agency.reference}")
        if stated is None:
            # It was published behind the head.
            return
        if stated[1]["holder_kind"] != HolderKind.LEGAL_PERSON:
            self.left_out["natural_persons"] += len(licences)
            return
        self.included.add(agency.id)
        self.included_references.add(agency.reference)
        whole = {**stated[1], "licences": [body for _, body in licences.values()]}
        # Warnings hold a digest in the place of their text, and no row shows them.
        whole.pop("clone_warnings", None)
        public = record.withhold(msgspec.convert(whole, record.Agency), self.day)
        indexes = [index for index, _ in licences.values()]
        rows = zip(public.licences, indexes, strict=True)
        for licence, index in sorted(rows, key=lambda one: one[0].licence_id):
            yield tables.licence_row(public, licence, index, public.sanctions)

    def events(self) -> Iterator[dict[str, Any]]:
        """The rows of events by index, of the agencies whose licences were read."""
        after = -1
        while True:
            query = select(Entry).where(Entry.index > after, Entry.index < self.size, Entry.agency_id.is_not(None))
            chunk = self.session.execute(query.order_by(Entry.index).limit(CHUNK)).scalars().all()
            if not chunk:
                return
            for entry in chunk:
                if entry.agency_id in self.included and entry.key.partition("/")[0] in tables.KINDS:
                    yield event_of(entry, self.day)
            after = chunk[-1].index
            self.session.expunge_all()


def event_of(entry: Entry, day: date) -> dict[str, Any]:
    """The row of one entry, which is about an agency."""
    body = msgspec.json.decode(entry.leaf)["record"]
    return tables.event_row(entry.index, instant_text(entry.at), entry.type, entry.key, body, day)


ON_A_PAGE = 100
NEWEST = 50
"""How many a reader gets who names no index: the newest, the last first."""


class Change(NamedTuple):
    """One change: its row as in the dataset's events, its instant, and the name under which the agency is shown now."""

    row: dict[str, Any]
    at: datetime
    name: str | None


class Changes(NamedTuple):
    """A page of the feed. `next_index` is from where a reader goes on; `size` is that of the head all of it is under."""

    items: list[Change]
    next_index: int
    size: int


def changes(session: Session, first: int | None, day: date) -> Changes:
    """The changes from an index on in order, or the newest where none is named. NotFound while nothing is published.

    What is behind the published head is not told yet; agencies that are no legal persons now, and erased ones, not at all.
    """
    head = log.head(session)
    query = _query().where(Entry.index < head.size)
    if first is None:
        latest: Sequence[Entry] = session.execute(query.order_by(Entry.index.desc()).limit(NEWEST)).scalars().all()
        return Changes(_page_of(session, latest, day), head.size, head.size)
    query = query.where(Entry.index >= first).order_by(Entry.index)
    found: Sequence[Entry] = session.execute(query.limit(ON_A_PAGE)).scalars().all()
    following = found[-1].index + 1 if len(found) == ON_A_PAGE else max(first, head.size)
    return Changes(_page_of(session, found, day), following, head.size)


def _query() -> Select[Any]:
    is_legal_person = AgencyProfile.holder_kind == HolderKind.LEGAL_PERSON
    return (
        select(Entry)
        .join(Agency, Agency.id == Entry.agency_id)
        .join(AgencyProfile, AgencyProfile.agency_id == Agency.id)
        .where(AgencyProfile.superseded_at.is_(None), is_legal_person, Agency.erased_at.is_(None))
    )


def _page_of(session: Session, entries: Sequence[Entry], day: date) -> list[Change]:
    ids = sorted({entry.agency_id for entry in entries if entry.agency_id is not None})
    names = {one.agency_id: tables.display_name(one) for one in agencies.published(session, ids, day)}
    rows = [event_of(entry, day) for entry in entries]
    return [Change(row, entry.at, names.get(row["agency_id"])) for row, entry in zip(rows, entries, strict=True)]
