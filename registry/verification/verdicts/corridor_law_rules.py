"""What the law of a corridor's ends makes of recruiting under a licence, worked out once a day for all who hold such a one.

Only what follows from the law alone is remembered, under the question's corridor, activity and visa and the country and kind
of the licence, until the law or the day is another. Nothing is that turns on an agency, a person, a trade, a region or on the
day that was asked about.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from registry.register.agencies import record
from registry.register.law.rules import Regime, regime_on
from registry.verification.verdicts.absence_rules import unique
from registry.verification.verdicts.findings import Judged
from registry.verification.verdicts.limit_rules import Recruiting, is_of_entry, law_today, of_limits, states_more
from registry.verification.verdicts.question import Question, VerdictFacts
from registry.verification.verdicts.regime_rules import (
    LICENSING,
    activities_in_question,
    first_known,
    of_foreign_licence,
    of_origin,
    of_regime,
    partner_of,
)
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import Answer


class CorridorLaw(NamedTuple):
    """What the law says: of the licence where it was issued and workers come from, and of its use at the destination.

    `regime`: the first that is known of the activities in question, where the licence was issued. `is_licence_needed`: whether
    that country is known to ask for a licence for the activity asked about, or to forbid it.
    """

    at_home: tuple[Judged, ...]
    at_destination: tuple[Judged, ...]
    regime: Regime | None
    is_licence_needed: bool


def corridor_law(
    licence: record.Licence, agency: record.Agency, question: Question, day: date, today: date, facts: VerdictFacts
) -> CorridorLaw:
    """What the law of both ends makes of what was asked about, were it done under the licence."""
    partner = partner_of(licence, agency, question, day)
    if day != today or agency.country != licence.country or partner is not None or states_more(question):
        return _worked_out(licence, agency, partner, question, day, today, facts)
    known = law_today(facts, today)
    plan = (question.origin, question.destination, question.activity, question.visa, question.nace_revision)
    key = (licence.country, licence.kind, licence.activities, *plan)
    law: CorridorLaw | None = known.get(key)
    if law is None:
        law = _worked_out(licence, agency, partner, question, day, today, facts)
        activities = activities_in_question(licence, question)
        if not is_of_entry(Recruiting.under(licence), question, activities, day, facts.limits):
            known[key] = law
    return law


def _worked_out(
    licence: record.Licence,
    agency: record.Agency,
    partner: str | None,
    question: Question,
    day: date,
    today: date,
    facts: VerdictFacts,
) -> CorridorLaw:
    regimes = facts.regimes
    activities = activities_in_question(licence, question)
    at_home = (
        *of_regime(licence, question, activities, day, regimes),
        *of_origin(licence, agency, partner, question, day, regimes),
    )
    at_destination = (
        *of_foreign_licence(licence, question, activities, day, regimes),
        *of_limits(Recruiting.under(licence), question, activities, day, today, facts),
    )
    # What only informs is said once here, so that no answer has to compare it again. The order of two gravities is no matter.
    informing = unique(one.finding for one in at_destination if one.answer is Answer.YES)
    open_or_refused = [one for one in at_destination if one.answer is not Answer.YES]
    return CorridorLaw(
        at_home,
        (*open_or_refused, *(Judged(Answer.YES, one) for one in informing)),
        first_known(regimes, licence.country, activities, day),
        _needs_licence(licence, question, day, regimes),
    )


def _needs_licence(licence: record.Licence, question: Question, day: date, regimes: Sequence[Regime]) -> bool:
    if question.activity is None:
        return True
    regime = regime_on(regimes, licence.country, question.activity, day, region=question.region)
    return regime is not None and (regime.rule in LICENSING or regime.rule is RegimeRule.PROHIBITED)
