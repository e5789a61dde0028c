"""The day that it is where each authority sits: what it states of a licence holds by that day, and by no other."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.core.clock import day_at
from registry.register.authorities.models import Authority


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
