"""The states of a hearing, the moves between them and their conditions: one table for every page and endpoint. Pure.

An agency is told of an allegation only while the worker consents and the case goes on, in a text that two persons read. `flaws`
finds in it copied sentences, numbers that lead to a case, and days, which would reveal who complained. It does not find a detail
that only one person can know: for that a second person reads the text, the reprisal check.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.complaints.case.states import DECIDED_STATES, OPEN_STATES
from registry.core.ids import read_reference
from registry.core.moves import Move, Moves, move
from registry.register.names.spelling import is_chinese, letters
from registry.vocabulary.cases import CaseState, HearingEnd, HearingState

FEW = 5
"""Where fewer people could have complained, the agency may guess who did."""

SHORTEST, MAX_EXTENSION = timedelta(days=3), timedelta(days=90)
"""Within which an agency is given time to answer."""

USUAL = timedelta(days=14)

TOLD_FOR = timedelta(days=90)
"""How long after its last day to object an agency reads what it was told."""

TOLD_IN = DECIDED_STATES | {CaseState.SANCTION_PENDING, CaseState.CLOSED}
"""An agency that was heard is told once its case is decided."""

HEARD_IN = (CaseState.INVESTIGATING, CaseState.AGENCY_HEARING)
"""An agency is heard while its case is investigated."""


class By(StrEnum):
    """Who moves a hearing: investigators, reprisal checkers, the agency, or the registry by a deadline or rule."""

    OFFICER = "officer"
    CHECKER = "checker"
    AGENCY = "agency"
    REGISTRY = "registry"


class Guard(StrEnum):
    """Conditions of moves; `MOVES.lacking` says which does not hold."""

    ALWAYS = "always"
    MAY_BE_TOLD = "may_be_told"
    HAS_REASON = "has_reason"
    CHECKED = "checked"
    MAY_BE_SERVED = "may_be_served"
    IN_TIME = "in_time"
    TIME_IS_OVER = "time_is_over"


_S = HearingState

HELD = frozenset({_S.SERVED, _S.ANSWERED, _S.LAPSED})
"""The agency reads it."""

_TABLE: tuple[Move[HearingState, By], ...] = (
    move(_S.DRAFTED, _S.REPRISAL_CHECK, Guard.MAY_BE_TOLD, By.OFFICER),
    move(_S.REPRISAL_CHECK, _S.DRAFTED, Guard.HAS_REASON, By.CHECKER),
    move(_S.REPRISAL_CHECK, _S.APPROVED, Guard.CHECKED, By.CHECKER),
    move(_S.APPROVED, _S.SERVED, Guard.MAY_BE_SERVED, By.OFFICER),
    move(_S.APPROVED, _S.REPRISAL_CHECK, Guard.MAY_BE_TOLD, By.REGISTRY),
    move(_S.SERVED, _S.ANSWERED, Guard.IN_TIME, By.AGENCY),
    move(_S.SERVED, _S.LAPSED, Guard.TIME_IS_OVER, By.REGISTRY),
    *(move(source, _S.CLOSED, Guard.ALWAYS, By.REGISTRY, By.OFFICER) for source in _S if source is not _S.CLOSED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingFacts:
    """What guards look at. `could_complain`: how many people could have complained, None where it is unknown;
    `has_reader`: the agency has an account that can be signed in with; `is_readable`: it reads the language of the text, or
    there is a translation, by `translated_by`."""

    today: date
    case_state: CaseState
    is_consented: bool
    drafted_by: str = ""
    actor: str = ""
    could_complain: int | None = None
    has_reason: bool = False
    has_reader: bool = False
    is_readable: bool = True
    translated_by: str = ""
    answer_by: date | None = None


def is_few(could_complain: int | None) -> bool:
    """Whether the agency might guess who complained. An unknown number counts as few."""
    return could_complain is None or could_complain < FEW


def may_have_longer(state: HearingState, answer_by: date | None, today: date) -> bool:
    """Whether a hearing may get another last day: a served one that may still be answered."""
    return state is HearingState.SERVED and answer_by is not None and answer_by >= today


def is_longer(answer_by: date, wanted: date, today: date) -> bool:
    """Whether a day may be the new last day to answer."""
    return answer_by < wanted <= today + MAX_EXTENSION


ENDED_BY_WORKER = frozenset({HearingEnd.CONSENT_REVOKED, HearingEnd.WITHDRAWN})
"""Ends by the worker's choice: the agency is told nothing more, even if the worker consents again later."""


def is_outcome_open(
    told_on: date | None,
    object_until: date | None,
    today: date,
    *,
    is_consented: bool,
    state: CaseState,
    ended_because: HearingEnd | None = None,
) -> bool:
    """Whether an agency reads today what it was told of the decision."""
    if told_on is None or object_until is None or today > object_until + TOLD_FOR or ended_because in ENDED_BY_WORKER:
        return False
    return is_consented and state not in (CaseState.WITHDRAWN, CaseState.PURGED)


def why_over(facts: HearingFacts) -> HearingEnd | None:
    """Why an open hearing has to end today, if it does."""
    if facts.case_state is CaseState.WITHDRAWN:
        return HearingEnd.WITHDRAWN
    if facts.case_state not in OPEN_STATES:
        return HearingEnd.CASE_OVER
    return None if facts.is_consented else HearingEnd.CONSENT_REVOKED


def _is_notified(facts: HearingFacts) -> str | None:
    if facts.case_state not in HEARD_IN:
        return "not_investigated"
    return None if facts.is_consented else "no_consent"


def _checked(facts: HearingFacts) -> str | None:
    if facts.actor in (facts.drafted_by, facts.translated_by):
        return "own_draft"
    if not facts.is_readable:
        return "not_translated"
    return "few_people" if is_few(facts.could_complain) and not facts.has_reason else None


def _served(facts: HearingFacts) -> str | None:
    if not facts.has_reader:
        return "nobody_to_serve"
    return None if facts.is_readable else "not_translated"


def _in_time(facts: HearingFacts) -> str | None:
    is_late = facts.answer_by is None or facts.answer_by < facts.today
    return "too_late" if is_late else None


_LACKING: dict[Guard, Callable[[HearingFacts], str | None]] = {
    Guard.ALWAYS: lambda _: None,
    Guard.MAY_BE_TOLD: _is_notified,
    Guard.HAS_REASON: lambda facts: None if facts.has_reason else "no_reason",
    Guard.CHECKED: lambda facts: _is_notified(facts) or _checked(facts),
    Guard.MAY_BE_SERVED: lambda facts: _is_notified(facts) or _served(facts),
    Guard.IN_TIME: _in_time,
    Guard.TIME_IS_OVER: lambda facts: "too_early" if _in_time(facts) is None else None,
}

_WORDS = {
    "no_consent": "the complainant has not agreed that the agency is heard",
    "not_investigated": "an agency is heard while its case is investigated",
    "own_draft": "who wrote or translated it does not approve it: a second person has to",
    "few_people": "fewer than five people could have complained, or it is not known how many: say why it may go all the same",
    "no_reason": "say why, in a few words",
    "nobody_to_serve": "this agency has no user account yet: the licensing officers invite its people",
    "not_translated": "no one at the agency reads the language of this text: a translator writes it in theirs first",
    "too_late": "its time to answer is over",
    "too_early": "it still has time to answer",
}

MOVES: Moves[HearingState, By, HearingFacts, Move[HearingState, By]] = Moves("hearing", _TABLE, _LACKING, _WORDS)


def answer_digest(answer: str) -> str:
    """SHA-256 of an answer's words in UTF-8, in hex: the agency's receipt and the case file state the same."""
    return hashlib.sha256(answer.encode()).hexdigest()


COPIED = 30
"""Letters in a row that count as the complainant's own words: about six words. A Chinese character counts as three."""

_HAN_WEIGHT = 3
LONG_NUMBER = 20
"""Digits in a row, however they are grouped, that look like a complaint code (it has 22)."""


class Telling(StrEnum):
    """What a text for the accused agency must not contain, because it would reveal who complained."""

    HER_WORDS = "her_words"
    REFERENCE = "reference"
    LONG_NUMBER = "long_number"
    DAY = "day"


class Flaw(NamedTuple):
    """What reveals who complained, and in which line of the text, counted from one."""

    what: Telling
    line: int


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|"
    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
)
_DAY = re.compile(
    r"\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})(?!\d)"
    r"|(?<![\d.,])\d{1,2}(?:st|nd|rd|th|º|°|\.)?\s?(?:of\s|di\s)?(?:" + _MONTHS + r")\b"
    r"|\b(?:" + _MONTHS + r")\.?\s\d{1,2}(?:st|nd|rd|th)?(?!\d)"
    r"|[\d一二三四五六七八九十]{1,3}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?[日号號]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d(?:[ .\-/·]{0,2}\d){" + str(LONG_NUMBER - 1) + r",}")
_REFERENCE = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{4}-?[A-Z0-9]{4}-?[A-Z0-9]{4}(?![A-Z0-9])", re.IGNORECASE)
_SHORTEST_NAME = 4


def flaws(
    text: str, *, own: Sequence[str], references: Collection[str], agency: str, names: Sequence[str] = ()
) -> list[Flaw]:
    """What in a text would reveal who complained, each kind once, in the order of `Telling`.

    `own` is all that complainants wrote; `references` are those of the case and of what is in it; `agency` is the
    accused agency's own, and `names` are its names: officer and complainant both use them.
    """
    lines = unicodedata.normalize("NFKC", text).split("\n")
    found = (
        (Telling.HER_WORDS, _copied_in(lines, own, names)),
        (Telling.REFERENCE, _first(lines, lambda line: _has_reference(line, references, agency))),
        (Telling.LONG_NUMBER, _first(lines, lambda line: _NUMBER.search(line) is not None)),
        (Telling.DAY, _first(lines, lambda line: _DAY.search(line) is not None)),
    )
    return [Flaw(what, line) for what, line in found if line is not None]


def fewest(estimate: int | None, given: Collection[int]) -> int | None:
    """How many people could have complained: the lowest of the numbers given. None: no number was given."""
    return min([*given, *([] if estimate is None else [estimate])], default=None)


def _first(lines: Sequence[str], has_it: Callable[[str], bool]) -> int | None:
    return next((number for number, line in enumerate(lines, 1) if has_it(line)), None)


def _copied_in(lines: Sequence[str], own: Sequence[str], names: Sequence[str]) -> int | None:
    """The line in which the first copied run ends."""
    known = {run for text in own for run in _runs(text, names)}

    def is_copied(count: int) -> bool:
        return not known.isdisjoint(_runs("\n".join(lines[:count]), names))

    if not is_copied(len(lines)):
        return None
    return bisect_left(range(len(lines) + 1), True, key=is_copied)


def _runs(text: str, names: Sequence[str]) -> Iterator[str]:
    """Each run of `COPIED` letters in a text, none over a name: two texts share one where they share as many letters in a row."""
    plain = letters(text)
    for name in sorted(map(letters, names), key=len, reverse=True):
        if len(name) >= _SHORTEST_NAME:
            plain = plain.replace(name, " ")
    for part in plain.split(" "):
        for start in range(len(part)):
            weight = 0
            for end in range(start, len(part)):
                weight += _HAN_WEIGHT if is_chinese(part[end]) else 1
                if weight >= COPIED:
                    yield part[start : end + 1]
                    break


def _has_reference(line: str, references: Collection[str], agency: str) -> bool:
    """Whether a number of the case stands in a line, however it is spaced, or any that could be one."""
    bare = "".join(character for character in line.upper() if character.isalnum())
    if any(reference in bare for reference in references):
        return True
    read = (read_reference(one[0]) for one in _REFERENCE.finditer(line))
    # A word of twelve letters may pass for a reference by chance; one with a digit in it is none.
    return any(one is not None and one != agency and not one.isalpha() for one in read)
