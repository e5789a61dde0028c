"""Triage version 2: how soon an officer looks at a complaint, and why. Our published policy: docs/officers/triage.md.

Pure: the same answers give the same priority, in whatever order they came. An answer of concern never lowers it, and
neither does "don't know". What the words of the story suggest (story.py) counts as an answer would, so that no one waits
longer for having written instead of ticked; a later message that tells of danger counts too.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from registry.complaints.case.questions import NO, QUESTIONNAIRE, YES, Answers, cleared
from registry.complaints.triage.story import Suggested, danger_rules, story_rules, suggested_by
from registry.vocabulary.cases import Indicator, Priority
from registry.vocabulary.codes import TriageReason

LONG_HOURS = 12
UNPAID_MONTHS = 2
INDEPENDENT_COMPLAINTS = 3
"""So many within `INDEPENDENT_DAYS` about one agency, this one among them, raise the priority by one."""
INDEPENDENT_DAYS = 90

_POLICY = "2"


class FeeThreshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sums above which charges weigh, by currency; of one country of work, or of all others."""

    sums: dict[str, str]
    country: str | None = None


@cache
def shipped_thresholds() -> tuple[FeeThreshold, ...]:
    text = (files("registry.complaints.triage") / "triage.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["fee_threshold"], list[FeeThreshold]))


@dataclass(frozen=True, slots=True)
class TriageFacts:
    """What triage needs beside the answers. `independent_complaints`: about the named agency in 90 days, with this one.

    `has_recording`: sound or film came with it.
    """

    independent_complaints: int = 1
    has_recording: bool = False
    thresholds: Sequence[FeeThreshold] = field(default_factory=shipped_thresholds)


class Triaged(NamedTuple):
    """The priority, the indicators that were answered, every reason that holds, the gravest first; what the story suggests.

    `suggested`: indicators that the words of the story alone suggest. They count for the priority and are no answer.
    """

    priority: Priority
    indicators: tuple[Indicator, ...]
    reasons: tuple[TriageReason, ...]
    version: str
    suggested: tuple[Indicator, ...] = ()


class Signs(NamedTuple):
    """What the rules look at: answers and what the story suggests. `is_over_threshold`: more was paid than the threshold
    of the country of work. `is_danger_in_story`: its words tell of a threat to life, or call for help.
    """

    indicators: frozenset[Indicator]
    is_in_danger: bool
    is_under_18: bool
    unpaid_months: float
    has_paid: bool
    is_over_threshold: bool
    is_danger_in_story: bool = False
    has_recording: bool = False

    def has(self, *indicators: Indicator) -> bool:
        return self.indicators.issuperset(indicators)

    def has_any(self, *indicators: Indicator) -> bool:
        return not self.indicators.isdisjoint(indicators)


class Rule(NamedTuple):
    """A rule of triage: where it holds, the priority is this or more urgent."""

    priority: Priority
    reason: TriageReason
    holds: Callable[[Signs], bool]


VIOLENCE = Indicator.PHYSICAL_AND_SEXUAL_VIOLENCE
RESTRICTION = Indicator.RESTRICTION_OF_MOVEMENT
THREATS = Indicator.INTIMIDATION_AND_THREATS
DOCUMENTS = Indicator.RETENTION_OF_IDENTITY_DOCUMENTS
DEBT = Indicator.DEBT_BONDAGE

RULES: tuple[Rule, ...] = (
    Rule(Priority.P0, TriageReason.IN_DANGER, lambda signs: signs.is_in_danger),
    Rule(Priority.P0, TriageReason.DANGER_IN_STORY, lambda signs: signs.is_danger_in_story),
    Rule(Priority.P0, TriageReason.VIOLENCE_AND_RESTRICTION, lambda signs: signs.has(VIOLENCE, RESTRICTION)),
    Rule(
        Priority.P0,
        TriageReason.UNDER_18_AND_HARM,
        lambda signs: signs.is_under_18 and signs.has_any(RESTRICTION, VIOLENCE, THREATS, DOCUMENTS, DEBT),
    ),
    Rule(Priority.P1, TriageReason.VIOLENCE, lambda signs: signs.has(VIOLENCE)),
    Rule(Priority.P1, TriageReason.RESTRICTION, lambda signs: signs.has(RESTRICTION)),
    Rule(Priority.P1, TriageReason.DOCUMENTS_AND_THREATS, lambda signs: signs.has(DOCUMENTS, THREATS)),
    Rule(Priority.P1, TriageReason.DOCUMENTS_AND_DEBT, lambda signs: signs.has(DOCUMENTS, DEBT)),
    Rule(Priority.P1, TriageReason.FOUR_INDICATORS, lambda signs: len(signs.indicators) >= 4),
    Rule(Priority.P1, TriageReason.UNDER_18, lambda signs: signs.is_under_18),
    Rule(Priority.P2, TriageReason.THREATS, lambda signs: signs.has(THREATS)),
    Rule(Priority.P2, TriageReason.DOCUMENTS, lambda signs: signs.has(DOCUMENTS)),
    Rule(Priority.P2, TriageReason.DEBT, lambda signs: signs.has(DEBT)),
    Rule(Priority.P2, TriageReason.TWO_INDICATORS, lambda signs: len(signs.indicators) >= 2),
    Rule(Priority.P2, TriageReason.WAGES_UNPAID, lambda signs: signs.unpaid_months >= UNPAID_MONTHS),
    Rule(Priority.P2, TriageReason.FEES_OVER_THRESHOLD, lambda signs: signs.is_over_threshold),
    Rule(Priority.P2, TriageReason.RECORDING_TO_HEAR, lambda signs: signs.has_recording),
    Rule(Priority.P3, TriageReason.DECEPTION, lambda signs: signs.has(Indicator.DECEPTION)),
    Rule(Priority.P3, TriageReason.ONE_INDICATOR, lambda signs: len(signs.indicators) == 1),
    Rule(Priority.P3, TriageReason.FEES_PAID, lambda signs: signs.has_paid),
)
"""Every rule that holds is a reason; the gravest decides. Where none holds, what came is information (P4)."""


def triage(answers: Answers, facts: TriageFacts | None = None) -> Triaged:
    """The priority of a complaint. Hidden answers are cleared first; what was never asked does not count."""
    facts = facts or TriageFacts()
    answers = cleared(answers)
    answered, suggested = read_signs(answers, facts.thresholds), suggested_by(answers)
    signs = _with_suggestions(answered, suggested)._replace(has_recording=facts.has_recording)
    holding = [rule for rule in RULES if rule.holds(signs)]
    priority = min((rule.priority for rule in holding), default=Priority.P4)
    reasons = [rule.reason for rule in holding] or [TriageReason.INFORMATION_ONLY]
    if suggested:
        reasons.append(TriageReason.WORDS_OF_STORY)
    if facts.independent_complaints >= INDEPENDENT_COMPLAINTS:
        priority = raised(priority)
        reasons.append(TriageReason.INDEPENDENT_COMPLAINTS)
    return Triaged(
        priority,
        _in_order(answered.indicators),
        tuple(reasons),
        version_of(facts.thresholds),
        _in_order(suggested.indicators - answered.indicators),
    )


def _in_order(indicators: frozenset[Indicator]) -> tuple[Indicator, ...]:
    return tuple(indicator for indicator in Indicator if indicator in indicators)


def _with_suggestions(answered: Signs, suggested: Suggested) -> Signs:
    return answered._replace(
        indicators=answered.indicators | suggested.indicators,
        unpaid_months=max(answered.unpaid_months, UNPAID_MONTHS if suggested.is_unpaid_for_months else 0),
        has_paid=answered.has_paid or suggested.has_paid,
        is_danger_in_story=suggested.is_danger,
    )


def raised(priority: Priority) -> Priority:
    """The next more urgent priority; the first stays."""
    order = list(Priority)
    return order[max(order.index(priority) - 1, 0)]


def version_of(thresholds: Sequence[FeeThreshold]) -> str:
    """The version under which a complaint was judged: of the rules, then by digest of the thresholds and of the words."""
    return _shipped_version() if thresholds is shipped_thresholds() else _version_of(thresholds)


@cache
def _shipped_version() -> str:
    return _version_of(shipped_thresholds())


def _version_of(thresholds: Sequence[FeeThreshold]) -> str:
    data = [list(thresholds), danger_rules(), story_rules()]
    digest = hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()
    return f"{_POLICY}.{digest[:8]}"


def read_signs(answers: Answers, thresholds: Sequence[FeeThreshold]) -> Signs:
    indicators = frozenset(indicator for indicator in Indicator if _counts(indicator, answers))
    share = _share_of_threshold(answers, thresholds)
    return Signs(
        indicators=indicators,
        is_in_danger=answers.get("in_danger") == YES,
        is_under_18=answers.get("under_18") == YES,
        unpaid_months=_number(answers.get("unpaid_months")),
        has_paid=answers.get("paid_fees") == YES or bool(_charges(answers)),
        is_over_threshold=share > 1,
    )


def _counts(indicator: Indicator, answers: Answers) -> bool:
    """Answered yes. Of two indicators the details can deny it; a detail that is not known denies nothing."""
    said_yes = answers.get(indicator) == YES
    if indicator is DOCUMENTS:
        return said_yes and answers.get("documents_refused") != NO
    if indicator is Indicator.EXCESSIVE_OVERTIME:
        hours = answers.get("hours_a_day")
        is_long = _number(hours) >= LONG_HOURS or answers.get("no_rest_day") == YES
        is_denied = isinstance(hours, int | float) and answers.get("no_rest_day") == NO
        return is_long or (said_yes and not is_denied)
    return said_yes


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def _charges(answers: Answers) -> list[Mapping[str, str]]:
    return [
        value
        for question in QUESTIONNAIRE
        if question.fee_kind and isinstance(value := answers.get(question.code), dict) and "amount" in value
    ]


def _share_of_threshold(answers: Answers, thresholds: Sequence[FeeThreshold]) -> Decimal:
    """What was paid as a multiple of the threshold. A currency without a threshold adds nothing."""
    sums = _sums(answers.get("country"), thresholds)
    parts = ((charge["amount"], sums.get(charge["currency"])) for charge in _charges(answers))
    return sum((Decimal(amount) / Decimal(limit) for amount, limit in parts if limit), Decimal(0))


def _sums(country: Any, thresholds: Sequence[FeeThreshold]) -> Mapping[str, str]:
    return next(
        (threshold.sums for threshold in thresholds if threshold.country == country and country),
        next((threshold.sums for threshold in thresholds if threshold.country is None), {}),
    )


NEAR_DUPLICATES = 5
"""So many before it in a week say nearly the same: workers of one workshop may, hardly six of them in the same words."""

DUPLICATES_WITHIN_DAYS = 7

NEAR_BANDS = 8
"""Of 16 bands so many must meet (similarity.py): texts that share nine tenths do, those that share a half do not."""

A_DAY = 300
"""Complaints that are not urgent and that one unit takes on one day; the rest waits aside."""

NOT_URGENT = frozenset({Priority.P3, Priority.P4})


def is_flood(priority: Priority, near_duplicates: int, filed_today: int) -> bool:
    """`near_duplicates` and `filed_today` are those before this one; `filed_today` in its unit and not urgent either."""
    return priority in NOT_URGENT and (near_duplicates >= NEAR_DUPLICATES or filed_today >= A_DAY)
