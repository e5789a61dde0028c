"""What was left unsaid. Pure.

A `yes` stands only if no value of an unstated field that the law of the corridor tells apart would make it `no`. Each such
value is tried on the verdict itself, so that no rule is stated twice; where one fails, the answer is unknown and says what to
ask. So it is where the law that closes a country to foreign agencies is in doubt: a doubt makes no `yes`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from registry.register.law.rows import Regime
from registry.register.law.rules import regime_on
from registry.register.law.weights import is_in_force
from registry.register.law.words import LawActivity
from registry.verification.verdicts.plan_rules import FOR_NO_WORK
from registry.verification.verdicts.question import Finding, Question, Verdict, VerdictFacts
from registry.verification.verdicts.regime_rules import activities_in
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import ForeignLicence
from registry.vocabulary.register import (
    EU_STATES,
    RECRUITING,
    SENDING_COUNTRIES,
    Answer,
    EmployerKind,
    RecruiterKind,
    Visa,
    Weight,
)

PARAMETERS = (
    "recruiter_kind",
    "destination",
    "origin",
    "activity",
    "employer",
    "sector",
    "visa",
    "nationality",
    "occupation",
    "work_permit",
    "region",
    "shortage_job",
)
"""The fields of a question that are its context, in the order in which they are asked for."""

COUNTRIES = tuple(sorted(EU_STATES | SENDING_COUNTRIES))

_VISAS = tuple(one.value for one in Visa)
_RECRUITER_KINDS = tuple(one.value for one in RecruiterKind)
_EMPLOYER_KINDS = tuple(one.value for one in EmployerKind)


class Need(NamedTuple):
    """A field that could still change the answer, and the values it takes. Without any: every code of NACE.

    Of `occupation` those that the law of the country names; it takes every code of ISCO-08.
    """

    parameter: str
    allowed: tuple[str, ...]


def not_asked(question: Question) -> list[str]:
    """The fields of context that the question leaves open."""
    return [name for name in PARAMETERS if getattr(question, name) is None]


def needs_of(findings: Iterable[Finding]) -> tuple[Need, ...]:
    """What the reasons ask for, each field once, in their order."""
    needs: dict[str, Need] = {}
    for finding in [one for one in findings if one.code in _ASKING]:
        parameter = asked_parameter(finding)
        if parameter is not None and parameter not in needs:
            needs[parameter] = Need(parameter, tuple(_allowed(parameter, finding)))
    return tuple(needs.values())


_ASKING = frozenset({Reason.CONTEXT_NEEDED, Reason.COUNTRY_NOT_STATED})
"""Reasons that ask for a field."""


def asked_parameter(finding: Finding) -> str | None:
    """The field that a reason asks for; None where it asks for none."""
    if finding.code is Reason.CONTEXT_NEEDED:
        parameter = finding.values.get("parameter")
        return parameter if parameter in PARAMETERS else None
    return "destination" if finding.code is Reason.COUNTRY_NOT_STATED else None


def lacks_context_alone(verdict: Verdict) -> bool:
    """Whether a licence would answer `yes` but for what was not said of the job: nothing known speaks against it."""
    if verdict.verdict is not Answer.UNKNOWN or verdict.licence is None:
        return False
    decides = [finding for finding in verdict.reasons if finding.weight is Weight.DECIDES]
    return all(finding.code is Reason.CONTEXT_NEEDED for finding in decides) and "recruiter_kind" not in map(
        asked_parameter, decides
    )


def _allowed(parameter: str, finding: Finding) -> Iterable[str]:
    match parameter:
        case "activity":
            return sorted(RECRUITING)
        case "work_permit":
            named = filter(None, finding.values.get("permits", "").split("|"))
            return [*named, *finding.values.get("routes", "").split(), "other", "unknown"]
        case "occupation":
            return [*filter(None, finding.values.get("occupations", "").split("|")), "other", "unknown"]
        case "region":
            return finding.values.get("regions", "").split("|")
        case "sector":
            return finding.values.get("sectors", "").split()
        case "visa":
            return _VISAS
        case "recruiter_kind":
            return _RECRUITER_KINDS
        case "employer":
            return _EMPLOYER_KINDS
        case "shortage_job":
            return [one.value for one in Answer]
        case _:
            return COUNTRIES


IsRefused = Callable[[Question], bool]


def unless_unsaid_decides(question: Question, facts: VerdictFacts, verdict: Verdict, is_refused: IsRefused) -> Verdict:
    """A `yes`, or all that must be asked before it can be one.

    `is_refused` says whether the verdict on another question with the same facts is `no`.

    `verdict` is a `yes`, or lacks context alone (`lacks_context_alone`).
    """
    wanted = [finding for finding in verdict.reasons if asked_parameter(finding) is not None]
    known = {asked_parameter(finding) for finding in wanted}
    questions = [
        one for one in _open_fields(question, facts, verdict, is_refused) if one.values["parameter"] not in known
    ]
    if not questions:
        return verdict
    others = tuple(finding.informing() for finding in verdict.reasons if finding not in wanted)
    ordered = sorted((*wanted, *questions), key=lambda finding: PARAMETERS.index(asked_parameter(finding) or ""))
    return replace(verdict, verdict=Answer.UNKNOWN, reasons=(*ordered, *others))


def _open_fields(question: Question, facts: VerdictFacts, verdict: Verdict, is_refused: IsRefused) -> Iterator[Finding]:
    if question.visa is Visa.UNKNOWN:
        # It may be any of them.
        question = replace(question, visa=None)
    for parameter in _TOLD_APART:
        if getattr(question, parameter) is not None:
            continue
        values = _told_apart(parameter, question, facts, verdict)
        is_told_apart = any(is_refused(replace(question, **{parameter: value})) for value in values)
        if is_told_apart or (parameter == "origin" and _is_closing_law_in_doubt(facts.regimes, verdict.on)):
            countries = " ".join(_likely(parameter, question, verdict))
            yield Finding(
                Reason.CONTEXT_NEEDED, {"parameter": parameter} | ({"likely": countries} if countries else {})
            )


_TOLD_APART = ("destination", "origin", "activity", "visa")
"""Fields of whose values the law of the corridor tells some apart, in the order of `PARAMETERS`.

Who offers the work is none: no recruiter turns what is no `no` into one (plan_rules.py).
"""


def _told_apart(parameter: str, question: Question, facts: VerdictFacts, verdict: Verdict) -> Iterable[str]:
    """Values of an unstated field of `_TOLD_APART`, the likeliest to be refused first."""
    home = verdict.licence.country if verdict.licence is not None else None
    match parameter:
        case "visa":
            return FOR_NO_WORK
        case "activity":
            return activities_in(home) if home is not None else sorted(RECRUITING)
        case "origin":
            closed = {one.country for one in _in_force(facts.regimes, verdict.on) if one.are_foreign_bodies_prohibited}
            return sorted(closed | {country for country in (home, question.destination) if country})
        case "destination":
            return _destinations(home, facts.regimes, verdict.on)
    return ()


def _is_closing_law_in_doubt(regimes: Iterable[Regime], day: date) -> bool:
    """Whether a law by which no foreign agency may recruit in its country is in force, and does not decide that day.

    Nothing is refused by it then, and the verdict on that origin is unknown: a `yes` to a question without one would be false.
    """
    abroad = LawActivity.LABOUR_SERVICE_ABROAD
    closing = {
        one.country for one in _in_force(regimes, day) if one.are_foreign_bodies_prohibited and one.activity is abroad
    }
    decided = (regime_on(regimes, country, abroad, day) for country in closing)
    return any(regime is None or not regime.are_foreign_bodies_prohibited for regime in decided)


def _destinations(home: str | None, regimes: Iterable[Regime], day: date) -> Iterator[str]:
    """The licence's own country, then those where another's licence is not enough, then all the others."""
    if home is not None:
        yield home
    is_closed: dict[str, bool] = {}
    for one in _in_force(regimes, day):
        is_not_enough = one.foreign_licence is ForeignLicence.NOT_SUFFICIENT
        is_closed[one.country] = is_closed.get(one.country, False) or is_not_enough
    is_closed.pop(home or "", None)
    yield from sorted(is_closed, key=lambda country: not is_closed[country])


def _in_force(regimes: Iterable[Regime], day: date) -> Iterator[Regime]:
    return (one for one in regimes if is_in_force(one, day))


def _likely(parameter: str, question: Question, verdict: Verdict) -> Iterator[str]:
    """Countries to offer first."""
    if parameter == "origin":
        yield from dict.fromkeys((*sorted(SENDING_COUNTRIES), *filter(None, (question.destination,))))
    elif parameter == "destination" and verdict.licence is not None and verdict.licence.country in EU_STATES:
        yield verdict.licence.country
