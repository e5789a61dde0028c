"""What a country's law asks for an activity, in dated periods. Data in regimes.toml, each with source, date and mark."""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from registry.terms import Activity, Answer, ForeignLicence, Mark, RegimeRule


class Regime(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename={"from_": "from"}, forbid_unknown_fields=True):
    """One period of one country's rule for one activity. `from_` and `to` are days, the last one inclusive.

    `are_foreign_bodies_prohibited`: nobody but holders of this country's licence may recruit there.
    `wind_down_months`: how long existing placements may go on after a licence ended; None: the law says nothing we know.
    """

    country: str
    activity: Activity
    rule: RegimeRule
    from_: date
    to: date | None = None
    foreign_licence: ForeignLicence = ForeignLicence.UNKNOWN
    are_foreign_bodies_prohibited: bool = False
    wind_down_months: int | None = None
    source: str
    source_on: date
    mark: Mark
    note: str | None = None


@cache
def shipped_regimes() -> tuple[Regime, ...]:
    """The regimes this release knows; every other country, activity and day is unknown."""
    text = (files("registry.regimes") / "regimes.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["regime"], list[Regime]))


def regime_on(regimes: Sequence[Regime], country: str, activity: Activity, day: date) -> Regime | None:
    """The rule in force that day; None when we know of none."""
    for regime in regimes:
        is_asked = regime.activity is activity and regime.country == country
        if is_asked and regime.from_ <= day and (regime.to is None or day <= regime.to):
            return regime
    return None


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = min(total // 12, 9999), total % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def may_wind_down(regime: Regime | None, ended_on: date | None, day: date) -> Answer:
    """Whether existing placements may go on after a licence ended; unknown where no regime says."""
    if regime is None or regime.wind_down_months is None or ended_on is None:
        return Answer.UNKNOWN
    return Answer.YES if day <= months_after(ended_on, regime.wind_down_months) else Answer.NO
