"""What a country's law asks on a day: regimes, limits, permit routes and changes to come, over the rows of the law.

Pure. Weights of single rows are in `weights`, what a limit makes of a plan in `limit_rules`. Every function takes rows, so
that tests and overlays can bring their own; `loading.shipped_law` gives those of this release. Between two
days on which a law changes one answer holds, so it is worked out once for each span and found by bisection (`Spans`).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Generic, TypeVar, cast

from msgspec.structs import replace

from registry.register.law import weights
from registry.register.law.loading import Law, rows_of
from registry.register.law.rows import Coming, CountryLaw, DatedRow, Limit, PermitRoute, Regime, Row
from registry.register.law.words import CodeFit, LawActivity, LawRole, LimitSubject, Possible, RegimeScope
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule
from registry.vocabulary.register import EU_STATES, UNION, Activity, Answer, LicenceStatus

V = TypeVar("V")


class Spans(Generic[V]):
    """One value for every day. `firsts` are the days on which it may become another, in any order."""

    def __init__(self, firsts: Iterable[date], value: Callable[[date], V]) -> None:
        self._firsts = sorted({date.min, *firsts})
        self._values = [value(first) for first in self._firsts]

    def on(self, day: date) -> V:
        return self._values[bisect_right(self._firsts, day) - 1]


def days_of_change(rows: Iterable[Row]) -> Iterator[date]:
    """The first day on which each row holds, and the first on which it no longer does; of a regime's transition too."""
    for row in rows:
        if isinstance(row, DatedRow):
            yield from _edges(row.from_, row.to)
        if isinstance(row, Regime) and row.transition is not None:
            yield from _edges(row.transition.from_, row.transition.to)


def _edges(first: date | None, last: date | None) -> Iterator[date]:
    if first is not None:
        yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)


R = TypeVar("R", bound=Row)

_Pairs = Sequence[tuple[Any, Any]]


class _Indexed:
    """Rows by country, and of regimes by activity too: each that may be shown, as it is and without its disputed fields.

    `spans` are filled as they are needed, by what they tell and of which country and activity.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.by_country: dict[tuple[str, str | None], list[tuple[Any, Any]]] = {}
        self.spans: dict[tuple[str, str, str | None], Spans[Any]] = {}
        for row in filter(weights.is_readable, rows):
            pair = (row, weights.undisputed(row))
            self.by_country.setdefault((row.country, None), []).append(pair)
            if isinstance(row, Regime):
                # A word of the law's own set: equal, as a text, to the same word of a question.
                self.by_country.setdefault((row.country, row.activity), []).append(pair)

    def on(
        self,
        day: date,
        what: str,
        country: str,
        activity: str | None,
        make: Callable[[_Pairs, date], V],
        *,
        of_all: bool,
    ) -> V:
        """What `make` makes, on a day, of the rows of a country; without `of_all` of those of one activity alone."""
        spans = self.spans.get((what, country, activity))
        if spans is None:
            pairs: _Pairs = self.by_country.get((country, None if of_all else activity), ())
            spans = Spans(days_of_change(row for row, _ in pairs), lambda first: make(pairs, first))
            self.spans[what, country, activity] = spans
        return cast(V, spans.on(day))


_INDEXES: dict[int, _Indexed] = {}
_MAX_INDEXED = 32


def _indexed(rows: Iterable[R]) -> _Indexed:
    """A tuple, which never changes, is indexed once; it is kept beside, so that its id stays its own."""
    known = _INDEXES.get(id(rows))
    if known is not None and known.rows is rows:
        return known
    if not isinstance(rows, tuple):
        return _Indexed(rows)
    if len(_INDEXES) >= _MAX_INDEXED:
        _INDEXES.clear()
    known = _INDEXES[id(rows)] = _Indexed(rows)
    return known


def regimes_on(
    regimes: Iterable[Regime],
    country: str,
    activity: Activity | LawActivity,
    day: date,
    *,
    region: str | None = None,
    sector: str | None = None,
) -> list[Regime]:
    """Every regime that may be shown for that activity and day, without its disputed fields.

    Disputed rows, unknown rules and those of several regions are among them. `sector` is NACE 2.1; without `region` or
    `sector` the rows of every region and sector count. Those about people who stay in the country or leave it do not.
    """
    known = _indexed(regimes).on(day, "regimes", country, activity, _in_force_for_all, of_all=False)
    return [
        view
        for regime, view in known
        if (region is None or regime.region in (None, region)) and (sector is None or _is_for_sector(regime, sector))
    ]


def _in_force_for_all(pairs: _Pairs, day: date) -> _Pairs:
    """The regimes in force that day that are not about people alone who stay in the country or leave it."""
    apart = (RegimeScope.INLAND, RegimeScope.OUTBOUND)
    return [pair for pair in pairs if pair[0].scope not in apart and weights.is_in_force(pair[0], day)]


def regime_on(
    regimes: Iterable[Regime],
    country: str,
    activity: Activity | LawActivity,
    day: date,
    *,
    region: str | None = None,
    sector: str | None = None,
) -> Regime | None:
    """The one regime that may decide that day; None when none is known well enough.

    None too while a transition gives the answer (see `transition_on`), where regions or sectors that were not named differ
    (see `regime_needs`), where codes are wider than the law, and where the rule is unknown or disputed. Where regions agree
    their rows stand as one: the weakest mark, and a foreign licence's worth only if it is the same in all.
    """
    if region is None and sector is None:
        return _indexed(regimes).on(day, "regime", country, activity, _settled_of_all, of_all=False)
    return _settled(regimes_on(regimes, country, activity, day, region=region, sector=sector), day)


def _settled_of_all(pairs: _Pairs, day: date) -> Regime | None:
    return _settled([view for _, view in _in_force_for_all(pairs, day)], day)


def _settled(known: Sequence[Regime], day: date) -> Regime | None:
    """The one regime of those in force that day; None where they differ or one of them leaves it open."""
    if any(_is_open(regime, day) for regime in known) or len({regime.rule for regime in known}) != 1:
        return None
    return known[0] if len(known) == 1 else _as_one(known)


def _is_open(regime: Regime, day: date) -> bool:
    is_loose = regime.nace_fit is CodeFit.WIDER_THAN_LAW and bool(regime.nace)
    return (
        weights.is_disputed(regime)
        or weights.is_in_transition(regime, day)
        or regime.rule is RegimeRule.UNKNOWN
        or is_loose
    )


def _as_one(regimes: Sequence[Regime]) -> Regime:
    first = next((regime for regime in regimes if regime.mark is not Mark.SOURCE), regimes[0])
    worths = {regime.foreign_licence for regime in regimes}
    return replace(
        first,
        region=None,
        foreign_licence=worths.pop() if len(worths) == 1 else ForeignLicence.UNKNOWN,
        are_foreign_bodies_prohibited=all(regime.are_foreign_bodies_prohibited for regime in regimes),
        wind_down_months=None,
        wind_down_after=(),
    )


def regime_needs(
    regimes: Iterable[Regime], country: str, activity: Activity | LawActivity, day: date
) -> tuple[str, ...]:
    """What a question must name before one regime can be told: `region`, `sector`, or nothing."""
    known = [regime for regime in regimes_on(regimes, country, activity, day) if not weights.is_disputed(regime)]
    if len({regime.rule for regime in known}) < 2:
        return ()
    by_region = len({regime.region for regime in known}) > 1
    by_sector = any(regime.nace or regime.nace_except for regime in known)
    return tuple(name for name, is_needed in (("region", by_region), ("sector", by_sector)) if is_needed)


def transition_on(
    regimes: Iterable[Regime], country: str, activity: Activity | LawActivity, day: date
) -> Regime | None:
    """The regime whose transition gives that day's answer, `regime.transition.answer`; None when none does."""
    return next((r for r in regimes_on(regimes, country, activity, day) if weights.is_in_transition(r, day)), None)


def _is_for_sector(regime: Regime, sector: str | None) -> bool:
    if sector is None:
        return True
    if any(is_within_nace(sector, code) for code in regime.nace_except):
        return False
    return not regime.nace or any(is_within_nace(sector, code) for code in regime.nace)


def is_within_nace(code: str, scope: str) -> bool:
    """Whether a NACE code lies in a division, group or class of the same revision: 14.10 lies in 14, 14.1 and 14.10."""
    return code.replace(".", "").startswith(scope.replace(".", ""))


def may_wind_down(
    regime: Regime | None, ended_on: date | None, day: date, status: LicenceStatus | None = None
) -> Answer:
    """Whether existing placements may go on after a licence ended in `status`; unknown where no regime says.

    Only months and statuses compute. After an end that the regime does not name nothing is known; after one for which it
    gives no time, that time does not run either, and whether something else lets placements go on is not said.
    """
    if regime is None or regime.wind_down_months is None or ended_on is None:
        return Answer.UNKNOWN
    if status in regime.wind_down_not_after or (regime.wind_down_after and status not in regime.wind_down_after):
        return Answer.UNKNOWN
    return Answer.YES if day <= weights.months_after(ended_on, regime.wind_down_months) else Answer.NO


def limits_on(
    limits: Iterable[Limit],
    country: str,
    activity: Activity | LawActivity | None,
    day: date,
    *,
    region: str | None = None,
) -> list[Limit]:
    """The limits that may be shown for an activity and day. Without an activity those of every activity count."""

    def that_apply(pairs: _Pairs, day: date) -> _Pairs:
        return [
            (limit, view)
            for limit, view in pairs
            if (activity is None or not limit.activities or activity in limit.activities)
            and weights.is_in_force(limit, day)
        ]

    known = _indexed(limits).on(day, "limits", country, activity, that_apply, of_all=True)
    return [view for limit, view in known if region is None or limit.region in (None, region)]


def routes_of(routes: Iterable[PermitRoute], country: str) -> list[PermitRoute]:
    """How a citizen of China may come to a permit there, as far as it was read."""
    pairs = _indexed(routes).by_country.get((country, None), ())
    return [view for one, view in pairs if not weights.is_disputed(one)]


def where_to_ask(law: CountryLaw) -> list[str]:
    """The names of the authorities of a country that the registry does not answer for; nothing for others."""
    if law.role is not LawRole.OUTSIDE:
        return []
    return [authority.name for authority in law.authority if weights.is_readable(authority)]


def changes_of(law: Law, country: str) -> list[Coming]:
    """The changes to come in a country's law: its own, and of a member state those of the Union."""
    bound_by = (country, UNION) if country in EU_STATES else (country,)
    return [row for one in bound_by if one in law.countries for row in law.countries[one].coming]


def closes_a_permit(row: Limit | PermitRoute) -> bool:
    """Whether what the row takes away is a permit, or work on one: who hears that needs to hear which are open."""
    is_on_permits = isinstance(row, PermitRoute) or bool(row.permits_covered) or row.about in _ABOUT_PERMITS
    return is_on_permits and weights.is_restricting(row)


_ABOUT_PERMITS = frozenset({LimitSubject.NATIONALITY, LimitSubject.LENDING, LimitSubject.RESIDENCE})


def open_routes(routes: Iterable[PermitRoute], country: str) -> list[PermitRoute]:
    """The ways to a permit there that were read to be open, by quota among them. None that was not read is ever one."""
    return [one for one in routes_of(routes, country) if one.possible in (Possible.POSSIBLE, Possible.QUOTA)]


VOTE_WARNING_DAYS = 60
"""So long before a row is too old to decide its operator is warned."""


def votes_ending(law: Law, today: date, *, within_days: int = VOTE_WARNING_DAYS) -> list[tuple[str, Row, date]]:
    """Rows that restrict and decide today, and are too old to within so many days: table, row, last day, the first ones first.

    What such a row bars becomes `unknown` on the day after, unless its source is read again or a lawyer confirms it.
    """
    until = today + timedelta(days=within_days)
    found = [
        (table, row, last)
        for country in law.countries.values()
        for table, row in rows_of(country)
        if weights.is_restricting(row)
        and not weights.is_confirmed(row)
        and weights.may_decide(row, today) in weights.DECIDING
        if (last := weights.last_fresh_day(row)) is not None
        and last <= until
        and weights.is_in_force(row, last + timedelta(days=1))
    ]
    return sorted(found, key=lambda one: (one[2], one[1].id))


def too_old_rows(law: Law, today: date) -> list[tuple[str, Row]]:
    """Rows that restrict and would decide today, if their text had been seen to be in force within 24 months."""

    def is_too_old(row: Row) -> bool:
        if not weights.is_restricting(row) or weights.may_decide(row, today) is not weights.Weight.BLOCKS_YES:
            return False
        return weights.may_decide(replace(row, in_force_on=today), today) in weights.DECIDING

    return [(table, row) for country in law.countries.values() for table, row in rows_of(country) if is_too_old(row)]


def due_rows(law: Law, today: date, *, within_days: int = 0) -> list[tuple[str, Row]]:
    """Rows whose source should be read again by today, or within so many days: table and row, the most urgent first."""
    until = today + timedelta(days=within_days)
    rows = [(table, row) for country in law.countries.values() for table, row in rows_of(country)]
    return sorted(((table, row) for table, row in rows if row.check_by <= until), key=lambda one: one[1].check_by)
