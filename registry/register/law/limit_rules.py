"""What a limit of law, or a closed permit route, makes of a plan as far as a question states it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from registry.register.law import words
from registry.register.law.rows import Limit, PermitRoute
from registry.register.law.rules import is_within_nace
from registry.register.law.weights import DECIDING, Weight, is_restricting, may_decide, may_decide_today, months_after
from registry.vocabulary.register import NACE_REVISIONS, EmployerKind, Word


@dataclass(frozen=True, slots=True)
class Plan:
    """What a question states; None is "not stated". Nothing is ever assumed here. `visa` is a word of `Visa`.

    `nationality`: ISO 3166-1 alpha-2. `is_permit_bound`: the person needs a permit for this work. `permit`: its name
    as the rows name it. `employer`: who would employ the person. `is_shortage_job`: the job is on the state's list of
    shortage jobs. `is_abroad`: the person is not in the destination. `agency_entered_on`, `agency_active_since`:
    facts of the agency's record, under a licence of `agency_country`: they say nothing of an entry in another
    country. `facts`: by row id, whether the fact holds that only this limit asks for (a deed, a kind of work, an
    exemption that does not apply: True says the limit's case is given).
    """

    nationality: str | None = None
    is_permit_bound: bool | None = None
    permit: str | None = None
    visa: str | None = None
    sector: str | None = None
    nace_revision: str = NACE_REVISIONS[0]
    employer: EmployerKind | None = None
    is_shortage_job: bool | None = None
    occupation: str | None = None
    occupation_scheme: words.OccupationScheme = words.OccupationScheme.ISCO
    is_abroad: bool | None = None
    agency_entered_on: date | None = None
    agency_active_since: date | None = None
    agency_country: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)


class Outcome(Word):
    """What a limit makes of a plan, the least grave first."""

    PASSES = "passes"
    INFORMS = "informs"
    OPEN = "open"
    """Leaves no `yes`: the answer is `unknown`."""
    BARS = "bars"
    """The answer is `no`."""


GRAVITY = {outcome: place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class LimitFinding:
    """What one row makes of a plan. `needs`: fields of the plan that were not stated and could still change it."""

    row: Limit | PermitRoute
    outcome: Outcome
    needs: tuple[str, ...] = ()
    weight: Weight = Weight.SHOWN


class _Test(NamedTuple):
    """One fact that a limit names: whether the plan has it (None: cannot be told), and the field that would tell."""

    holds: bool | None
    needs: str | None = None


def judge_limits(limits: Iterable[Limit], plan: Plan, day: date, *, today: date | None = None) -> list[LimitFinding]:
    """Each limit's finding, the gravest first. Limits that pass are among them, last."""
    found = [judge_limit(limit, plan, day, today=today) for limit in limits]
    return sorted(found, key=lambda finding: -GRAVITY[finding.outcome])


def judge_limit(limit: Limit, plan: Plan, day: date, *, today: date | None = None) -> LimitFinding:
    """What a limit makes of a plan.

    Exemptions are read first. It bars only if its effect is `bars`, its row may decide, and the plan states every fact
    that it names; where one was not stated or cannot be told the answer stays open. Limits on deeds count only when
    stated.
    """
    weight = may_decide(limit, day, today=today) if day != today else may_decide_today(limit, day)
    if weight is Weight.HIDDEN or (limit.nationalities_exempt and plan.nationality in limit.nationalities_exempt):
        return LimitFinding(limit, Outcome.PASSES, weight=weight)
    tests = [*_exemptions(limit, plan), *_facts(limit, plan, day)]
    if any(test.holds is False for test in tests):
        # Codes narrower than the law leave some of what it bars without a code: its words are shown then.
        is_narrow = limit.nace_fit is words.CodeFit.NARROWER_THAN_LAW
        return LimitFinding(limit, Outcome.INFORMS if is_narrow else Outcome.PASSES, weight=weight)
    if not is_restricting(limit) or weight is Weight.SHOWN:
        return LimitFinding(limit, Outcome.INFORMS, weight=weight)
    needs = tuple(dict.fromkeys(test.needs for test in tests if test.holds is None and test.needs))
    if limit.about in words.ABOUT_CONDUCT and not limit.visas_barred and limit.id not in plan.facts:
        return LimitFinding(limit, Outcome.INFORMS, weight=weight)
    is_certain = bool(tests) and all(test.holds for test in tests)
    if is_certain and weight in DECIDING and limit.effect is words.LimitEffect.BARS:
        return LimitFinding(limit, Outcome.BARS, weight=weight)
    return LimitFinding(limit, Outcome.OPEN, needs, weight)


def _exemptions(limit: Limit, plan: Plan) -> Iterable[_Test]:
    for exemption in limit.exemptions:
        if exemption.fact is words.ExemptionFact.PERMIT_FREE:
            yield _Test(plan.is_permit_bound, "is_permit_bound")
        elif exemption.fact is not words.ExemptionFact.OTHER_WORK:
            # No field of the question states this; the caller may state for this row that it does not apply.
            yield _Test(plan.facts.get(limit.id), "facts")


def _facts(limit: Limit, plan: Plan, day: date) -> Iterable[_Test]:
    """One test for each fact that the limit names."""
    if words.AppliesTo.THIRD_COUNTRY_PERMIT_BOUND in limit.applies_to:
        yield _Test(plan.is_permit_bound, "is_permit_bound")
    if limit.nationalities_barred:
        yield _Test(_is_in(plan.nationality, limit.nationalities_barred), "nationality")
    if limit.nationalities_allowed == ():
        yield _Test(True)
    elif limit.nationalities_allowed is not None:
        allowed = _is_in(plan.nationality, limit.nationalities_allowed)
        yield _Test(None if allowed is None else not allowed, "nationality")
    if limit.only_while_abroad:
        yield _Test(plan.is_abroad, "is_abroad")
    if limit.visas_barred:
        stated = None if plan.visa == words.Visa.UNKNOWN else plan.visa
        yield _Test(_is_in(stated, limit.visas_barred), "visa")
    if limit.permits_covered:
        yield _Test(_is_in(plan.permit, limit.permits_covered), "permit")
    if limit.employers_barred:
        yield _of_employer(limit, plan)
    elif limit.nace:
        yield _of_sector(limit, plan)
    if limit.occupations_allowed or limit.occupations_barred:
        yield _of_occupation(limit, plan)
    if limit.years_after_entry is not None:
        entered = plan.agency_entered_on if _is_of_the_agencys_country(limit, plan) else None
        yield _Test(_is_within_years(entered, limit.years_after_entry, day), "agency_entered_on")
    if limit.years_active_before is not None:
        yield _of_activity(limit, plan, day)
    if limit.id in plan.facts:
        yield _Test(plan.facts[limit.id])


def _is_in(value: str | None, values: Iterable[str]) -> bool | None:
    return None if value is None else value in set(values)


def _is_within_years(start: date | None, years: int, day: date) -> bool | None:
    """Whether fewer than so many years have passed: the same day of the year is the first one after them."""
    return None if start is None else day < months_after(start, 12 * years)


def _is_of_the_agencys_country(limit: Limit, plan: Plan) -> bool:
    """Whether the days of the agency's licence count for the limit; where no country is said they do."""
    return plan.agency_country in (None, limit.country)


def _of_activity(limit: Limit, plan: Plan, day: date) -> _Test:
    """Whether the agency has not worked long enough, or the job is none of those that it may lend to all the same."""
    since = plan.agency_active_since if _is_of_the_agencys_country(limit, plan) else None
    is_new = _is_within_years(since, limit.years_active_before or 0, day)
    if not limit.shortage_jobs_only:
        return _Test(is_new, "agency_active_since")
    if is_new or plan.is_shortage_job is False:
        return _Test(True)
    return _Test(is_new if plan.is_shortage_job else None, "is_shortage_job")


def _of_sector(limit: Limit, plan: Plan) -> _Test:
    if plan.sector is None:
        return _Test(None, "sector")
    if plan.nace_revision != NACE_REVISIONS[0]:
        return _Test(None, "nace_revision")
    if any(is_within_nace(plan.sector, code) for code in limit.nace):
        # Codes that hold more than the law bars never make a match certain; `may_decide` says so too.
        return _Test(None if limit.nace_fit is words.CodeFit.WIDER_THAN_LAW else True)
    if any(is_within_nace(code, plan.sector) for code in limit.nace):
        return _Test(None, "sector")
    return _Test(False)


def _of_employer(limit: Limit, plan: Plan) -> _Test:
    """Whether the employer is one that is barred: as stated, else as the sector shows."""
    by_sector = _of_sector(limit, plan).holds
    if by_sector is False and _may_be_for_a_household(plan):
        by_sector = None
    if plan.employer in (None, EmployerKind.UNKNOWN):
        # Any other sector that is none of the row's is taken at its word; without one, who employs must be asked.
        return _Test(by_sector, "employer")
    is_barred = plan.employer in limit.employers_barred
    # An employer and a sector that contradict each other prove nothing.
    return _Test(is_barred if by_sector in (None, is_barred) else None)


_NAMED_FOR_HOUSEHOLD_WORK = ("78", "81.2", "81.3", "86.9", "87", "88", "96")
"""NACE 2.1 codes under which a household's nanny, carer, cleaner or gardener is asked about too: employment agencies,
cleaning, gardens, nursing, care in homes and without, personal services."""

_HOUSEHOLD_OCCUPATIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("5152", "5162", "5311", "5322", "9111"), ()),
    (("3434", "5120"), ("55", "56")),
    (("6113", "9214"), ("01",)),
    (("8322",), ("49", "52", "53")),
)
"""ISCO-08 codes of what households employ, with the sectors in which the employer is a firm all the same: housekeepers,
companions, nannies, carers and cleaners in homes; cooks; gardeners; drivers."""


def _may_be_for_a_household(plan: Plan) -> bool:
    """Whether work of that sector or occupation may be for a household, though the sector is not that of households."""
    sector = plan.sector or ""
    if any(is_within_nace(sector, code) or is_within_nace(code, sector) for code in _NAMED_FOR_HOUSEHOLD_WORK):
        return True
    occupation = plan.occupation if plan.occupation_scheme is words.OccupationScheme.ISCO else None
    if occupation is None or len(occupation) < 3:
        return False
    return any(
        any(code.startswith(occupation[:4]) for code in codes)
        and not any(is_within_nace(sector, firm) for firm in firms)
        for codes, firms in _HOUSEHOLD_OCCUPATIONS
    )


def _of_occupation(limit: Limit, plan: Plan) -> _Test:
    if plan.occupation_scheme is not limit.occupation_scheme:
        # A code of one scheme tells nothing of another's, so none is asked for.
        return _Test(None, "occupation_scheme")
    if plan.occupation is None:
        return _Test(None, "occupation")
    if any(plan.occupation.startswith(code) for code in limit.occupations_allowed):
        return _Test(False)
    if any(plan.occupation.startswith(code) for code in limit.occupations_barred):
        return _Test(None if limit.occupation_fit is words.CodeFit.WIDER_THAN_LAW else True)
    # With a list of what is allowed alone, nothing else is barred for certain; with one of what is barred, all else
    # passes.
    return _Test(None if limit.occupations_allowed else False)


def judge_route(route: PermitRoute, plan: Plan, day: date, *, today: date | None = None) -> LimitFinding:
    """Judge a plan that uses a permit route: bars only for a permit the route names, and only if the row may decide."""
    weight = may_decide(route, day, today=today) if day != today else may_decide_today(route, day)
    if route.possible is not words.Possible.NOT_POSSIBLE:
        return LimitFinding(route, Outcome.INFORMS, weight=weight)
    if weight is Weight.HIDDEN or (plan.nationality not in (None, "CN")):
        return LimitFinding(route, Outcome.PASSES, weight=weight)
    if plan.permit is not None and route.permits_covered and plan.permit not in route.permits_covered:
        return LimitFinding(route, Outcome.PASSES, weight=weight)
    needs = tuple(name for name in ("nationality", "permit") if getattr(plan, name) is None)
    if needs or not route.permits_covered or weight not in DECIDING:
        return LimitFinding(route, Outcome.OPEN, needs, weight)
    return LimitFinding(route, Outcome.BARS, weight=weight)
