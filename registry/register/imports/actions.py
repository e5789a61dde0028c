"""Applying a staged list: everything it says, in the caller's one transaction.

If we crash before its commit the former state stands; after it everything does. Nothing here commits.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.core.db.engine import bulk_transaction, prefer_indexes
from registry.core.db.reading import rows_by_key
from registry.core.errors import ImportRefused
from registry.core.ids import new_references, references_in_order
from registry.core.processes import gc_paused
from registry.log.actions import instant_of_append, is_empty, lock_log, refuse_mixing, take_turn
from registry.register.agencies import actions as agencies
from registry.register.agencies import models, record
from registry.register.agencies.channel_changes import ListedChannel, propose_from_list
from registry.register.agencies.keys import identifier_key
from registry.register.agencies.publishing import Change, Event
from registry.register.agencies.storage import published_records
from registry.register.authorities.actions import record_retrieval, save_authority, save_source
from registry.register.authorities.models import WITHOUT, Authority, Source
from registry.register.imports.amending import amended_record, vanished_record
from registry.register.imports.listings import CHUNK, Listings
from registry.register.imports.mapping import SourceMapping, as_stored, printed_numbers
from registry.register.imports.new_records import ListReading, new_record
from registry.register.imports.queries import last_retrieval
from registry.register.imports.report import Finding, NeedsApproval, Report
from registry.register.imports.staging import Staged, Staging
from registry.register.imports.statements import Statement, unpacked
from registry.register.names.actions import gathered
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import ChannelKind

SHRINK = 0.10
"""A list that would delist more than this share of its agencies or licences stops and asks."""

Progress = Callable[[str, float, int], None]
"""Told now and then: what is being done, the share done (0 to 1), and how many so far."""


def _silent(stage: str, share: float, rows: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how. `retrieved_at` is when the file was fetched; None: just now."""

    path: Path
    mapping: SourceMapping
    encoding: str | None = None
    is_dry_run: bool = False
    skips_rejects: bool = False
    accepts_shrink: bool = False
    retrieved_at: datetime | None = None
    progress: Progress = field(default=_silent)


def save_mapped_source(session: Session, mapping: SourceMapping) -> Source:
    """The source and its authority as the mapping has them, written down where they are new or have changed."""
    wanted = {
        "kinds": [kind.value for kind in mapping.source.kinds],
        "prints": printed_numbers(mapping),
        "is_full": mapping.source.is_full,
        "is_national": mapping.source.is_national,
        "fresh_for_days": mapping.source.fresh_for_days,
        "address": mapping.source.address,
        "mapping": as_stored(mapping),
    }
    query = select(Source).where(Source.reference == mapping.source.reference).with_for_update()
    source = session.execute(query).scalar_one_or_none()
    if source is not None and all(getattr(source, name) == value for name, value in wanted.items()):
        return source
    known = session.execute(
        select(Authority).where(Authority.reference == mapping.authority.reference)
    ).scalar_one_or_none()
    if source is not None and (known is None or source.authority_id != known.id):
        raise ImportRefused(
            f"the source {mapping.source.reference} belongs to another authority than {mapping.authority.reference}: "
            "give the new list a reference of its own"
        )
    authority = save_authority(
        session,
        mapping.authority.reference,
        country=mapping.authority.country,
        time_zone=mapping.authority.time_zone,
        names=mapping.authority.names,
        website=mapping.authority.website,
    )
    return save_source(session, mapping.source.reference, authority, **wanted)


class ListApplier:
    """One staged list being applied. With `source` None nothing of it is known yet; with `is_dry_run` nothing is written."""

    def __init__(
        self,
        session: Session,
        source: Source | None,
        mapping: SourceMapping,
        staging: Staging,
        report: Report,
        retrieved_at: Any,
    ) -> None:
        self._session = session
        self._source = source
        self._staging = staging
        self._report = report
        self._counts = report.counts
        self._is_dry_run = report.is_dry_run
        self._event = Event("source.imported")
        self._reading = ListReading(
            mapping.source.reference,
            mapping.authority.reference,
            mapping.authority.country,
            mapping.source.is_full and report.is_whole,
            retrieved_at,
            day_at(retrieved_at, mapping.authority.time_zone),
        )
        self._unread = staging.unread()
        self._at: datetime | None = None
        self._references: Iterator[str] = iter(())
        self._adopted: set[int] = set()
        self._held_channels = 0
        self._listings = Listings(session, source, is_dry_run=report.is_dry_run)

    def apply(self, request: ImportRequest) -> None:
        """Raises ImportRefused, leaving it to the caller to roll back, when the list shrinks too much."""
        progress = request.progress
        # What is unchanged, most of a daily list, is passed before anything is published: officers and other imports wait
        # for the log's lock from the first change on.
        self._staging.compare(self._listings.pages())
        before, vanished = self._staging.count_listed(), self._staging.vanished()
        gone = {agency_id for _, agency_id in vanished}
        total = max(self._staging.count(), 1)
        done = self._pass_unchanged()
        # Most agencies have one licence.
        self._references = references_in_order(2 * (total - done))
        what = "comparing" if self._is_dry_run else "publishing"
        progress(what, done / total, done)
        with gathered(self._session):
            for batch in self._staging.news():
                done += len(batch)
                progress(what, done / total, done)
                self._hold()
                self._take(batch)
        # An agency that the list now shows under another key has moved, not vanished.
        moved = gone & self._adopted
        if self._reading.is_full:
            self._delist([(row_key, agency_id) for row_key, agency_id in vanished if agency_id not in moved])
        self._listings.forget([row_key for row_key, agency_id in vanished if agency_id in moved])
        self._leave_unread()
        if not self._reading.is_full:
            self._listings.confirm()
        self._refuse_shrink(before, request.accepts_shrink)
        if self._held_channels:
            self._report.notes.append(
                f"{self._held_channels} changes of registered channels wait for an official: see `registry channels list`"
            )

    def _pass_unchanged(self) -> int:
        """Note how much is said again word for word. Of a full list nothing is written for it."""
        count = 0
        for row_keys in self._staging.unchanged():
            count += len(row_keys)
            if not self._is_dry_run and not self._reading.is_full:
                self._listings.see(row_keys, self._reading.retrieved_at)
        self._counts.unchanged += count
        return count

    def _hold(self) -> None:
        """Hold the log before records are read that will be amended: no one else changes them meanwhile."""
        if not self._is_dry_run:
            self._instant()

    def _take(self, batch: Sequence[Staged]) -> None:
        """Say what is new or has changed. The log is held."""
        known = self._listings.known([staged.row_key for staged in batch])
        changed: list[tuple[Staged, int]] = []
        unknown: list[tuple[Staged, Statement]] = []
        for staged in batch:
            listing = known.get(staged.row_key)
            if listing is None:
                unknown.append((staged, unpacked(staged.body)))
            else:
                self._counts.reinstated += listing.is_delisted
                changed.append((staged, listing.agency_id))
        existing = self._agencies_by_identifier(unknown)
        self._adopted.update(existing.values())
        fresh = [(staged, statement) for staged, statement in unknown if staged.row_key not in existing]
        adopted = [(staged, existing[staged.row_key]) for staged, _ in unknown if staged.row_key in existing]
        self._admit(fresh)
        self._amend([*changed, *adopted])
        if self._is_dry_run:
            return
        self._listings.remember(adopted, self._reading.retrieved_at)
        self._listings.renew(changed, self._reading.retrieved_at)

    def _agencies_by_identifier(self, unknown: Sequence[tuple[Staged, Statement]]) -> dict[str, int]:
        """Agencies that the registry holds from elsewhere, found by identifier: by row key."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for staged, statement in unknown:
            for one in statement.identifiers:
                value = identifier_key(one.scheme, one.value, statement.country)
                wanted.setdefault((one.scheme.value, value), []).append(staged.row_key)
        table = models.LookupKey
        holders: dict[tuple[str, str], int] = {}
        for scheme in {scheme for scheme, _ in wanted}:
            values = [value for kind, value in wanted if kind == scheme]
            conditions = (table.kind == scheme, table.superseded_at.is_(None))
            for value, agency_id in rows_by_key(
                self._session, (table.value, table.agency_id), table.value, values, *conditions
            ):
                # Of several holders of one identifier the first registered is taken, the same at every import.
                holders[scheme, value] = min(agency_id, holders.get((scheme, value), agency_id))
        existing: dict[str, int] = {}
        lines = {staged.row_key: staged for staged, _ in unknown}
        for key, row_keys in wanted.items():
            if key not in holders:
                continue
            for row_key in row_keys:
                if existing.setdefault(row_key, holders[key]) != holders[key]:
                    staged = lines[row_key]
                    self._report.warn([Finding(staged.line, key[0], Flaw.SEVERAL_AGENCIES, part=staged.part)])
        return existing

    def _admit(self, fresh: Sequence[tuple[Staged, Statement]]) -> None:
        self._counts.new += len(fresh)
        if self._is_dry_run or not fresh:
            return
        references = self._references
        records = [
            new_record(statement, self._reading, next(references), [next(references) for _ in statement.licences])
            for _, statement in fresh
        ]
        row_ids = agencies.admit(self._session, records, self._event, at=self._instant())
        remembered = [(staged, row_id) for (staged, _), row_id in zip(fresh, row_ids, strict=True)]
        self._listings.remember(remembered, self._reading.retrieved_at)

    def _instant(self) -> datetime:
        """The one instant of all entries of this import."""
        if self._at is None:
            take_turn(self._session)
            self._at = instant_of_append(lock_log(self._session))
        return self._at

    def _amend(self, rows: Sequence[tuple[Staged, int]]) -> None:
        if not rows:
            return
        ids = [agency_id for _, agency_id in rows]
        shared = self._listings.shared(ids)
        records = published_records(self._session, ids)
        amended: dict[int, record.Agency] = {}
        existing: dict[int, list[ListedChannel]] = defaultdict(list)
        stated: dict[int, frozenset[tuple[ChannelKind, str]]] = {}
        for staged, agency_id in rows:
            if records[agency_id].withheld:
                # What the list says of an erased holder is not written down again.
                self._counts.unchanged += 1
                continue
            statement = unpacked(staged.body)
            # Rows that lead to one agency of ours must not delist each other's licences.
            reading = self._reading._replace(is_full=False) if agency_id in shared else self._reading
            result = amended_record(
                amended.get(agency_id, records[agency_id]),
                statement,
                reading,
                new_references(len(statement.licences)),
                is_unread=staged.row_key in self._unread,
            )
            existing[agency_id] += result.held
            printed = frozenset((one.kind, one.value) for one in statement.channels)
            stated[agency_id] = stated.get(agency_id, frozenset()) | printed
            self._counts.delisted_licences += result.delisted
            self._counts.changed += result.has_changed
            self._counts.unchanged += not result.has_changed
            if result.has_changed:
                amended[agency_id] = result.record
            shared.add(agency_id)
        self._say(amended, records)
        if not self._is_dry_run:
            source, at = self._reading.source, self._reading.retrieved_at
            self._held_channels += propose_from_list(self._session, source, at, existing, stated)

    def _say(self, amended: Mapping[int, record.Agency], before: Mapping[int, record.Agency]) -> None:
        if amended and not self._is_dry_run:
            changes = [Change(agency_id, before[agency_id], new) for agency_id, new in amended.items()]
            agencies.amend_published(self._session, changes, self._event, at=self._instant())

    def _delist(self, vanished: Sequence[tuple[str, int]]) -> None:
        self._counts.vanished += len(vanished)
        for start in range(0, len(vanished), CHUNK):
            chunk = vanished[start : start + CHUNK]
            self._end([agency_id for _, agency_id in chunk], is_unread=False)
            self._listings.delist([row_key for row_key, _ in chunk])

    def _leave_unread(self) -> None:
        """Known agencies all of whose rows were rejected: their status is not stated any more."""
        keys = sorted(self._unread)
        for start in range(0, len(keys), CHUNK):
            missing = self._staging.missing_of(keys[start : start + CHUNK])
            listed = [
                listing.agency_id for listing in self._listings.known(missing).values() if not listing.is_delisted
            ]
            self._end(listed, is_unread=True)
            self._listings.doubt(keys[start : start + CHUNK])

    def _end(self, agency_ids: Sequence[int], *, is_unread: bool) -> None:
        if agency_ids:
            self._hold()
        records = published_records(self._session, agency_ids)
        ended = {
            agency_id: vanished_record(known, self._reading, is_unread=is_unread)
            for agency_id, known in records.items()
            if not known.withheld
        }
        self._say({agency_id: one.record for agency_id, one in ended.items() if one.has_changed}, records)

    def _refuse_shrink(self, before: int, accepts_shrink: bool) -> None:
        if accepts_shrink or self._source is None or not self._reading.is_full:
            return
        former = last_retrieval(self._session, self._source)
        licences_before = former.counts.get("licences", 0) if former else 0
        for word, gone, whole in (
            ("agencies", self._counts.vanished, before),
            ("licences", self._counts.delisted_licences, licences_before),
        ):
            if gone > SHRINK * whole and gone:
                raise NeedsApproval(
                    f"the list would delist {gone} of {whole} {word} (more than {SHRINK:.0%}): see whether it is complete, "
                    "and if it is, import it with --accept-shrink"
                )


def apply_staged(
    session: Session, staging: Staging, request: ImportRequest, report: Report, retrieved_at: datetime
) -> None:
    """Write down everything the staged list says, and that it was read. ImportRefused leaves it to the caller to roll back."""
    # Thousands of rows and statements live until they are written: the collector would walk them again and again.
    with gc_paused(), bulk_transaction(session):
        _apply_staged(session, staging, request, report, retrieved_at)


def _apply_staged(
    session: Session, staging: Staging, request: ImportRequest, report: Report, retrieved_at: datetime
) -> None:
    """As `apply_staged`, within its transaction."""
    mapping = request.mapping
    prefer_indexes(session)
    if is_empty(session):
        # What the log is for is decided under its lock, which comes after the turn for everybody.
        take_turn(session)
    refuse_mixing(session, is_demo=mapping.source.is_invented)
    source = save_mapped_source(session, mapping)
    former = last_retrieval(session, source)
    if former is not None and former.retrieved_at >= retrieved_at:
        raise ImportRefused(f"{mapping.source.reference} was read again in the meantime: import the newer file")
    applier = ListApplier(session, source, mapping, staging, report, retrieved_at)
    applier.apply(request)
    counts = {name: getattr(report.counts, name) for name in report.counts.__struct_fields__}
    counts |= {f"{WITHOUT}{scheme}": count for scheme, count in staging.without.items() if count}
    record_retrieval(
        session,
        source,
        retrieved_at=retrieved_at,
        digest=report.digest,
        counts=counts,
        is_whole=report.is_whole,
    )
