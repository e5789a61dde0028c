"""When a sum of an advert is due, by the words beside it. Pure."""

from bisect import bisect_left
from collections.abc import Sequence

from registry.verification.checks.amounts import Sum
from registry.verification.checks.reading import Match, Reading
from registry.verification.checks.text import grammar

WHENS = (
    "before_departure", "on_visa", "on_contract", "on_arrival", "in_advance",
)  # fmt: skip
_DUE = (*WHENS, "on_success", "from_wages", "monthly")


def when_due(reading: Reading, one: Sum, sums: Sequence[Sum]) -> str:
    place = Match(one.start, one.end)
    clause = reading.span(place, "clause")
    if reading.has("from_wages", *clause):
        return "from_wages"
    if reading.has("lent", *reading.span(place, "around")) and reading.has(
        "from_wages", *reading.span(place, "sentence")
    ):
        return "from_wages"
    if _is_lent(reading, one, sums):
        return "from_wages"
    is_monthly = reading.has("when_monthly", max(clause[0], one.start - 16), min(clause[1], one.end + 12))
    if is_monthly and reading.has("when_from_wages", *reading.span(place, "sentence")):
        return "from_wages"
    if is_monthly:
        return "monthly"
    return nearest_due(reading, one, sums) or (
        "on_success" if reading.has("on_success", *reading.span(place, "around")) else "not_said"
    )


MAX_LENT = 3
"""Sentences from a sum to where it is told how what is lent is paid back."""


def _is_lent(reading: Reading, one: Sum, sums: Sequence[Sum]) -> bool:
    """Whether somebody else pays a sum first, and behind it, before the next, it is said to be taken out of wages."""
    index = reading.sentence_at(one.start)
    first = reading.sentences[index][0]
    last = reading.sentences[min(len(reading.sentences), index + MAX_LENT) - 1][1]
    _, end = up_to_sums(one, sums, first, last)
    # Behind a question another case is told: "no money? We lend it".
    end = min([end, *(place for place in [reading.plain.find("?", one.end, end)] if place >= 0)])
    return reading.has("lent", first, end) and (
        reading.has("from_wages", one.end, end) or reading.has("when_from_wages", one.end, end)
    )


def nearest_due(reading: Reading, one: Sum, sums: Sequence[Sum]) -> str:
    """When a sum is due by the nearest words of its sentence, or of one beside it that speaks of paying."""
    index = reading.sentence_at(one.start)
    place = Match(one.start, one.end)
    clause = reading.span(place, "clause")
    scale = 1.0 if reading.language == "zh" else 0.4
    nearest = min(
        (
            (
                (scale * (cue.start - one.end) + 2 if cue.start >= one.end else scale * max(0, one.start - cue.end))
                + (0 if clause[0] <= cue.start < clause[1] else OTHER_CLAUSE)
                + (NAME_OF_CHARGE if reading.has("fee_word", cue.start, cue.end) else 0)
                + (NAME_OF_SECURITY if reading.has("deposit_word", cue.start, cue.end) else 0),
                when,
            )
            for when, cue in _beside(reading, one, sums)
        ),
        default=None,
    )
    if nearest is not None:
        return nearest[1]
    for other in (index + 1, _behind_list(reading, index), index - 1):
        if 0 <= other < len(reading.sentences):
            part = reading.sentences[other]
            words = reading.plain[part[0] : part[1]]
            if grammar("amount").search(words) or not (reading.has("pay", *part) or grammar("due").search(words)):
                continue
            if other > index and grammar("part_of").search(words):
                return "instalments"
            cues = [(cue.start, when) for when, cue in _dues(reading, *part)]
            if cues:
                return min(cues)[1]
    return ""


OTHER_CLAUSE = 4
"""How much farther than it is a word counts that stands in another clause than the sum."""
NAME_OF_CHARGE = 3
"""How much farther a word counts that names the charge too: an inscription of 600, before departure."""
NAME_OF_SECURITY = 12
"""The same of a word that names a security: an earnest of 500 when you come to the gate."""
MAX_LINES = 5
"""Lines of a list of prices, behind which is told when they are paid."""


def _dues(reading: Reading, start: int, end: int) -> list[tuple[str, Match]]:
    """The words of a part that tell when a sum is due."""
    return [(when, cue) for when in _DUE for cue in reading.within(f"when_{when}", start, end)]


def _beside(reading: Reading, one: Sum, sums: Sequence[Sum]) -> list[tuple[str, Match]]:
    """The words of a sentence that tell of a sum: up to other sums, and on one side where all are told of on that side."""
    first, last = reading.sentences[reading.sentence_at(one.start)]
    start, end = up_to_sums(one, sums, first, last)
    inside = [other for other in sums if first <= other.start < last]
    if len(inside) > 1:
        is_before = bool(_dues(reading, first, inside[0].start))
        is_behind = bool(_dues(reading, inside[-1].end, last))
        if is_before and not is_behind:
            return _dues(reading, start, one.end) or _dues(reading, one.end, end)
        if is_behind and not is_before:
            return _dues(reading, one.start, end) or _dues(reading, start, one.start)
    return _dues(reading, start, end)


def _behind_list(reading: Reading, index: int) -> int:
    """The first sentence without an amount behind lines that all have one."""
    for other in range(index + 1, min(len(reading.sentences), index + MAX_LINES)):
        if not grammar("amount").search(reading.plain[slice(*reading.sentences[other])]):
            return other
    return -1


def up_to_sums(one: Sum, sums: Sequence[Sum], first: int, last: int) -> tuple[int, int]:
    """The part of a sentence around a sum in which no other sum stands."""
    at = bisect_left(sums, one.start, key=lambda other: other.start)
    before = sums[at - 1].end if at else first
    behind = sums[at + 1].start if at + 1 < len(sums) else last
    return max(first, before), min(last, behind)
