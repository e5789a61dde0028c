"""What a row of law may do to an answer: the rules of docs/maintainers/law.md that hold for every row, pure."""

from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec

from registry.register.law.rows import DatedRow, Fee, HelpLineRow, Limit, PermitRoute, Regime, Row
from registry.register.law.words import AsOfKind, Breadth, Charging, CodeFit, LimitEffect, Possible
from registry.vocabulary.law import Mark, RegimeRule
from registry.vocabulary.register import Word

FRESH_MONTHS = 24
"""A text that restricts makes a `no` only up to this age, or once a lawyer has confirmed the row."""

R = TypeVar("R", bound=Row)


class Weight(Word):
    """What a row may do to an answer, the least first."""

    HIDDEN = "hidden"
    """Never shown, never decides."""
    SHOWN = "shown"
    """Shown beside an answer; changes none."""
    BLOCKS_YES = "blocks_yes"
    """Leaves no `yes` and makes no `no`: the answer is `unknown`, with the text and its age beside it."""
    DECIDES_WITH_MARK = "decides_with_mark"
    """May make the answer, if its mark is shown beside it."""
    DECIDES = "decides"


DECIDING = frozenset({Weight.DECIDES_WITH_MARK, Weight.DECIDES})


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


def is_readable(row: Row) -> bool:
    """Whether the row may be shown at all: it was read somewhere, and its number is not withheld."""
    return row.mark not in (Mark.KNOWN, Mark.MEMORY) and not (isinstance(row, HelpLineRow) and not row.is_shown)


def is_in_force(row: Row, day: date) -> bool:
    """Whether a dated row holds that day; rows without days always do. The last day is inclusive."""
    if not isinstance(row, DatedRow):
        return True
    return (row.from_ is None or row.from_ <= day) and (row.to is None or day <= row.to)


def is_disputed(row: Row) -> bool:
    """Whether the row as a whole is out. A dispute about single fields leaves the rest (see `undisputed`)."""
    return row.disputed is not None and not row.disputed_fields


@cache
def _defaults(kind: type[Row]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def undisputed(row: R) -> R:
    """The row without the fields that are disputed: each is as if nothing were known of it."""
    if not row.disputed_fields:
        return row
    defaults = _defaults(type(row))
    return msgspec.structs.replace(row, **{name: defaults[name] for name in row.disputed_fields})


@lru_cache(1024)
def _last_fresh_day(first: date) -> date:
    """Of the days of rows of law alone."""
    return months_after(first, FRESH_MONTHS)


def last_fresh_day(row: Row) -> date | None:
    """The last day on which the row's text is at most 24 months old; None where its age is not known.

    Age counts from the day on which the text was seen to be in force, else from the day of the text. A mere day of reading
    says nothing of a text's age.
    """
    if row.in_force_on is not None:
        return _last_fresh_day(row.in_force_on)
    return None if row.as_of_kind is AsOfKind.READING_DAY else _last_fresh_day(row.as_of)


def is_fresh(row: Row, today: date) -> bool:
    """Whether the age of the row's text is known and at most 24 months."""
    last = last_fresh_day(row)
    return last is not None and today <= last


def is_confirmed(row: Row) -> bool:
    """Whether a lawyer confirmed the row."""
    return row.confirmation is not None


def is_restricting(row: Row) -> bool:
    """Whether the row takes something away: a bar, a closed route, a prohibited activity, a ban on charging."""
    if isinstance(row, Limit):
        return row.effect in (LimitEffect.BARS, LimitEffect.UNKNOWN)
    if isinstance(row, PermitRoute):
        return row.possible is Possible.NOT_POSSIBLE
    if isinstance(row, Regime):
        return row.rule is RegimeRule.PROHIBITED
    return isinstance(row, Fee) and row.charge is Charging.FORBIDDEN and row.breadth is not Breadth.NARROW


def may_decide(row: Row, day: date, *, today: date | None = None) -> Weight:
    """What the row may do to an answer about `day` that is given `today` (without it: on that day).

    Marks come first: what was not read is hidden. A disputed row never decides; where it restricts, it still leaves no `yes`.
    A licence or a registration may decide; `none`, `notification` and an unknown rule never do, nor does any row in a
    transition. What restricts blocks a `yes` whatever its age, and makes a `no` only while fresh or once confirmed.
    """
    if not is_readable(row):
        return Weight.HIDDEN
    if not is_in_force(row, day):
        return Weight.SHOWN
    if is_restricting(row):
        is_strong = is_fresh(row, today or day) or is_confirmed(row)
        may_bar = not isinstance(row, Limit) or (row.effect is LimitEffect.BARS and not _is_wider(row))
        if is_disputed(row) or not is_strong or not may_bar:
            return Weight.BLOCKS_YES
        return _by_mark(row)
    if is_disputed(row):
        return Weight.SHOWN
    if isinstance(row, Regime) and row.rule in (RegimeRule.LICENCE, RegimeRule.REGISTRATION):
        return Weight.BLOCKS_YES if is_in_transition(row, day) else _by_mark(row)
    if isinstance(row, Fee) and row.charge is Charging.ALLOWED:
        return _by_mark(row)
    return Weight.SHOWN


_today: tuple[date, dict[int, tuple[Row, Weight]]] = (date.min, {})
_MAX_WEIGHED = 4096


def may_decide_today(row: Row, today: date) -> Weight:
    """As `may_decide` about today, remembered for each row until another day is today.

    The row itself is kept beside, so that its id stays its own.
    """
    global _today
    day, weights = _today
    if day != today or len(weights) > _MAX_WEIGHED:
        weights = {}
        _today = (today, weights)
    known = weights.get(id(row))
    if known is None or known[0] is not row:
        known = weights[id(row)] = (row, may_decide(row, today, today=today))
    return known[1]


def is_in_transition(regime: Regime, day: date) -> bool:
    """Whether the regime's transition gives that day's answer, whatever a list says."""
    return regime.transition is not None and regime.transition.from_ <= day <= regime.transition.to


def _is_wider(limit: Limit) -> bool:
    return CodeFit.WIDER_THAN_LAW in (limit.nace_fit, limit.occupation_fit)


def _by_mark(row: Row) -> Weight:
    return Weight.DECIDES if row.mark is Mark.SOURCE else Weight.DECIDES_WITH_MARK
