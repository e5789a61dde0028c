"""Reading the sources a verdict stands on, and the day that it is where each authority sits: by it licences are judged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.core.clock import day_at
from registry.register.authorities.models import WITHOUT, Authority, Retrieval, Source, SourceVersion
from registry.register.authorities.sources import AuthorityFacts, SourceFacts, SourceSnapshot
from registry.vocabulary.register import Activity, LicenceKind


class AuthorityDays(NamedTuple):
    """The days at one instant: in UTC, and where each authority sits, by its reference."""

    utc: date
    there: Mapping[str, date]

    def of(self, authority: str) -> date:
        """The day where an authority sits; in UTC where it is not known."""
        return self.there.get(authority, self.utc)

    def latest(self, authorities: Iterable[str]) -> date:
        """The latest of the days where some authorities sit; in UTC of none."""
        return max(map(self.of, authorities), default=self.utc)

    def in_sql(self, authority: InstrumentedAttribute[str]) -> ColumnElement[date]:
        """The same for a column of authorities' references. At most three days are today somewhere, so it is a short list."""
        others: dict[date, list[str]] = {}
        for reference, day in self.there.items():
            if day != self.utc:
                others.setdefault(day, []).append(reference)
        if not others:
            return literal(self.utc)
        return case(
            *((authority.in_(references), literal(day)) for day, references in others.items()), else_=literal(self.utc)
        )


def authority_days(session: Session, at: datetime) -> AuthorityDays:
    """The days at an instant."""
    rows = session.execute(select(Authority.reference, Authority.time_zone))
    return AuthorityDays(day_at(at, None), {reference: day_at(at, time_zone) for reference, time_zone in rows})


def snapshot_version(session: Session) -> int:
    return session.execute(select(SourceVersion.version)).scalar_one()


def snapshot_at(session: Session, known_at: datetime | None = None) -> SourceSnapshot:
    """The ground now, or as it was known at `known_at`."""
    authorities = {
        row.reference: AuthorityFacts(row.reference, row.country, row.time_zone, row.names, row.website)
        for row in session.execute(select(Authority).order_by(Authority.reference)).scalars()
    }
    readings: dict[int, list[Retrieval]] = defaultdict(list)
    query = select(Retrieval).order_by(Retrieval.retrieved_at)
    if known_at is not None:
        query = query.where(Retrieval.retrieved_at <= known_at)
    for reading in session.execute(query).scalars():
        readings[reading.source_id].append(reading)
    rows = session.execute(
        select(Source, Authority.reference, Authority.country)
        .join(Authority, Authority.id == Source.authority_id)
        .order_by(Source.reference)
    )
    sources = {
        source.reference: _source_facts(source, authority, country, readings[source.id])
        for source, authority, country in rows
    }
    return SourceSnapshot(snapshot_version(session), authorities, sources)


def _numbers_on_every_row(source: Source, last: Retrieval | None) -> frozenset[str]:
    """The numbers that the list showed of everybody: of one that some rows lack, silence proves nothing."""
    counts = last.counts if last else {}
    lacking = {name.removeprefix(WITHOUT) for name, count in counts.items() if name.startswith(WITHOUT) and count}
    return frozenset(source.prints) - lacking


def _source_facts(source: Source, authority: str, country: str, readings: Sequence[Retrieval]) -> SourceFacts:
    """A list as its readings (oldest first) found it: how full and how fresh is what the last one said, not today's word."""
    last = readings[-1] if readings else None
    # Of a list that was partial at first, silence means something only from its first full reading on.
    first = next((one for one in readings if one.is_full or not last or not last.is_full), None)
    return SourceFacts(
        source.reference,
        authority,
        country,
        frozenset(LicenceKind(kind) for kind in source.kinds),
        _numbers_on_every_row(source, last),
        last.is_full if last else source.is_full,
        source.is_national,
        last.fresh_for_days if last else source.fresh_for_days,
        first.retrieved_at if first else None,
        last.retrieved_at if last else None,
        frozenset(source.mapping.get("source", {}).get("territory", ())),
        frozenset(Activity(one) for one in source.mapping.get("source", {}).get("activities", ())),
        source.mapping.get("source", {}).get("region", ""),
    )
