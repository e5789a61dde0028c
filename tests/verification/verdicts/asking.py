"""Asking the pure verdict, on one fixed instant, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import shipped_law
from registry.register.law.rows import Regime, Source
from registry.register.law.words import AsOfKind, LawActivity, TextFrom
from registry.verification.verdicts.question import Holder, Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import Mark, RegimeRule
from registry.vocabulary.register import KINDS, Activity, RecruiterKind, Territory, Visa
from tests.make import agency_record, ground_of

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


def fresh_ground(**facts: Any) -> SourceSnapshot:
    """Every country's list in full, first read a year ago and last an hour ago."""
    stated = {"first_retrieved_at": NOW - timedelta(days=365), "retrieved_at": NOW - timedelta(hours=1)}
    return ground_of(**(stated | facts))


def regime(country: str, activity: Activity, rule: RegimeRule = RegimeRule.LICENCE, **facts: Any) -> Regime:
    stated = {
        "id": f"{country.lower()}-regime-{activity}",
        "from_": date(2000, 1, 1),
        "article": "Invented Act, art. 1",
        "source": Source(title="invented"),
        "text_from": TextFrom.PUBLISHER,
        "as_of": TODAY,
        "as_of_kind": AsOfKind.TEXT,
        "check_by": TODAY + timedelta(days=365),
        "mark": Mark.SOURCE,
    }
    # An activity that law does not regulate gets a row that no question meets.
    known = LawActivity(activity.value) if activity.value in set(LawActivity) else LawActivity.POSTING_IN
    return Regime(country=country, activity=known, rule=rule, **(stated | facts))


def facts_about(
    *licences: record.Licence,
    holders: Sequence[Holder] | None = None,
    agency: dict[str, Any] | None = None,
    ground: SourceSnapshot | None = None,
    regimes: Sequence[Regime] | None = None,
    as_of: datetime = NOW,
) -> VerdictFacts:
    """Facts about one holder of some licences; `agency` says what is special about it."""
    if holders is None:
        country = licences[0].country if licences else "CZ"
        holders = [Holder(agency_record(**({"country": country, "licences": licences} | (agency or {}))))]
    return VerdictFacts(holders, ground or fresh_ground(), shipped_law().regimes if regimes is None else regimes, as_of)


def ask(*licences: record.Licence, kind: SubjectKind = SubjectKind.LICENCE_NUMBER, **context: Any) -> Verdict:
    """The verdict on one holder of some licences; what is no part of the question goes to `facts_about`.

    What a test does not speak of is stated (`plain_context`), so that the answer turns on what it does speak of.
    """
    holders = context.get("holders") or ()
    displayed = (*licences, *(licence for holder in holders for licence in holder.agency.licences))
    context = plain_context(displayed[0] if displayed else None) | context
    given = {name: context.pop(name) for name in ("holders", "agency", "ground", "regimes", "as_of") if name in context}
    facts = facts_about(*licences, **given)
    question = replace(Question(kind, context.pop("value", "VYMYSL/1")), **context)
    return decide(question, facts)


def plain_context(licence: record.Licence | None) -> dict[str, Any]:
    """An agency that recruits at home for a job there, or from China for one in Italy; the worker has a visa for work."""
    is_for_abroad = licence is not None and KINDS[licence.kind].territory is Territory.ABROAD
    home = licence.country if licence is not None else None
    return {
        "origin": home,
        "destination": ("IT" if home != "IT" else "CZ") if is_for_abroad else home,
        "visa": Visa.WORK,
        "recruiter_kind": RecruiterKind.AGENCY,
    }


def ask_unmatched(kind: SubjectKind, **context: Any) -> Verdict:
    """The verdict on a subject that leads to no agency."""
    return ask(kind=kind, holders=(), **context)


def codes(verdict: Verdict) -> list[Reason]:
    """The reasons, but for what the law of the next ninety days brings: that is told on some days and not on others."""
    return [finding.code for finding in verdict.reasons if finding.code is not Reason.LAW_CHANGES_SOON]
