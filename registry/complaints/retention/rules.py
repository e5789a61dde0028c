"""How long what was written is kept. A unit may set other periods where its law says so (docs/officers/cases.md).

Two ends: first the words, files and names are destroyed, and the case answers as one that never was (`purged`); what is left, the
number, priority, country, sector, indicators and day, goes five years after the case ended.
"""

from datetime import date, timedelta

import msgspec

from registry.vocabulary.cases import CaseState

UNCONFIRMED_DRAFT = timedelta(days=1)
"""A draft whose complaint code was not typed back by then is deleted: its filer never kept the code."""

DRAFT = timedelta(days=30)
"""A draft belongs to no unit yet, so its time is the same for all."""

PAPER = timedelta(days=365)
"""A code printed on a form stays unused until a worker needs it."""


class Periods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days after the end of a case; each a whole number from 1 on."""

    quarantined: int = 90
    withdrawn: int = 30
    closed: int = 365
    sanctioned: int = 790
    """24 months after a sanction's appeal, whose time is 60 days."""
    bare: int = 1826
    """For the rest, which is no personal secret: tier 0."""


SHIPPED = Periods()

MIN_DAYS, MAX_DAYS = 1, 7305
"""One day to twenty years. Withdrawn cases are never kept shorter than a withdrawal may be taken back."""


def purge_day(
    state: CaseState, ended_on: date, periods: Periods = SHIPPED, *, has_sanction: bool = False
) -> date | None:
    """The day from which the content of a case that ended in `state` is destroyed; None while it has not ended."""
    days = {
        CaseState.QUARANTINED: periods.quarantined,
        CaseState.WITHDRAWN: periods.withdrawn,
        CaseState.CLOSED: periods.sanctioned if has_sanction else periods.closed,
        CaseState.OUT_OF_SCOPE: periods.closed,
        CaseState.MERGED: periods.closed,
    }.get(state)
    return None if days is None else ended_on + timedelta(days=days)


def bare_before(today: date, periods: Periods = SHIPPED) -> date:
    """Of cases that ended on this day or before, today only audit lines remain."""
    return today - timedelta(days=periods.bare)


def draft_day(made_on: date, *, is_confirmed: bool) -> date:
    """The day from which a draft is deleted."""
    return made_on + (DRAFT if is_confirmed else UNCONFIRMED_DRAFT)


def paper_day(printed_on: date) -> date:
    """The day from which a code printed on a form opens nothing any more, unless the form was handed in."""
    return printed_on + PAPER
