"""Was this charge lawful where the worker was recruited and where the work is, is it what the ILO asks, what comes back.

Rules about charges are rows of the countries' law; fees.toml has the ILO's standard and what deposits are for. Sums are exact
decimals; no exchange rate is ever assumed. What charges come to and how it is claimed back is in claim_rules.py.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from importlib.resources import files

import msgspec

from registry.register.law.loading import Law, rows_of
from registry.register.law.rows import Fee, PermitRoute
from registry.register.law.rules import changes_of, routes_of
from registry.register.law.weights import DECIDING, Weight, is_confirmed, is_disputed, is_fresh, is_readable, may_decide
from registry.register.law.words import Breadth, ChargedBy, Charging, Possible, Route
from registry.verification.fees.claim_rules import claim_back, claim_steps, how_months, is_on, speaks_of, totals_of
from registry.verification.fees.question import (
    Charge,
    DepositRule,
    FeeAnswer,
    FeeFinding,
    FeeQuestion,
    FeeRule,
    FeeRules,
    JudgedCharge,
)
from registry.verification.verdicts import law_rules, limit_rules
from registry.verification.verdicts.question import Finding
from registry.vocabulary import fees, register
from registry.vocabulary.codes import FeeReason, Reason


@lru_cache(maxsize=8)
def fee_rules_in(law: Law, today: date) -> FeeRules:
    """The rules that are known, as they may decide that day; every other country and charge is unknown."""
    text = (files("registry.verification.fees") / "fees.toml").read_text(encoding="utf-8")
    shipped = msgspec.convert(tomllib.loads(text), FeeRules)
    rows = [(row, law.read_on(row)) for one in law.countries.values() for row in one.fee if is_readable(row)]
    of_law = (fee_rule(row, read_on, today) for row, read_on in rows if row.reference is not None)
    # A rule for some workers alone is tried before one for all.
    ordered = sorted(of_law, key=lambda rule: not rule.needs_labour_contract)
    readable = tuple(row for row, _ in rows)
    regions = {
        country: tuple(dict.fromkeys(row.region for _, row in rows_of(of_country) if row.region is not None))
        for country, of_country in law.countries.items()
    }
    return FeeRules(
        rule=(*shipped.rule, *ordered),
        deposit=shipped.deposit,
        law=readable,
        routes=law.permit_routes,
        regions=regions,
        changes={country: tuple(filter(is_readable, changes_of(law, country))) for country in law.countries},
    )


def fee_rule(row: Fee, read_on: date, today: date) -> FeeRule:
    """A row of law as a rule of the country of recruitment. A ban answers `no` only while its row may decide."""
    assert row.reference is not None
    assert row.reason is not None
    is_ban = row.charge is Charging.FORBIDDEN and may_decide(row, today) in DECIDING
    return FeeRule(
        reference=row.reference,
        standard=fees.FeeStandard.ORIGIN,
        country=row.country,
        kinds=row.kinds,
        needs_labour_contract=row.needs_labour_contract,
        charged_by=row.by,
        answer=register.Answer.NO if is_ban else register.Answer.UNKNOWN,
        reason=row.reason,
        most_percent=row.most_percent,
        source=f"{row.article} ({row.source.title})",
        source_on=read_on,
        mark=row.mark,
        note=row.disputed or row.note,
    )


def judge(question: FeeQuestion, rules: FeeRules, today: date) -> FeeAnswer:
    """Each charge by the law at both ends and by the ILO's standard, the totals, and how money can be claimed."""
    question, regions = _with_known_region(question, rules)
    rules = msgspec.structs.replace(rules, law=tuple(row for row in rules.law if _is_there(row, question)))
    # Only who has the licence keeps a reserve.
    is_licensed = question.charged_by in (None, ChargedBy.LICENSED_SENDER)
    deposit = next((one for one in rules.deposit if one.country == question.origin and is_licensed), None)
    totals = totals_of(question)
    there = tuple(row for row in rules.law if row.country == question.destination)
    charges = tuple(_judged(charge, question, rules, deposit, today) for charge in question.charges)
    return FeeAnswer(
        charges,
        totals,
        how_months(question.wage, totals),
        deposit,
        _at_destination(question.destination, there),
        (*there, *_shared_rules(question, rules.law)),
        tuple(claim_steps(question, rules.law, charges)),
        tuple(_needs(question, rules, charges)),
        (*_closed_routes(question, rules.routes, today), *_changes_soon(question, rules, today)),
        regions,
    )


OTHER_REGION = "other"
"""A part of the country that its rows of law do not name."""


def _with_known_region(question: FeeQuestion, rules: FeeRules) -> tuple[FeeQuestion, tuple[str, ...]]:
    """The question without a region that the law does not have, and what `region` takes at its destination.

    Nothing where no rule on charges there differs by region.
    """
    country = question.destination
    if not any(row.country == country and row.region is not None for row in rules.law):
        return replace(question, region=None), ()
    regions = (*rules.regions.get(country or "", ()), OTHER_REGION)
    return (question if question.region in regions else replace(question, region=None)), regions


def _is_there(row: Fee, question: FeeQuestion) -> bool:
    """Whether a row may be about the job's part of the country; where that was not said, any may be."""
    is_elsewhere = row.country == question.destination and row.region not in (None, question.region)
    return question.region is None or not is_elsewhere


def _needs(question: FeeQuestion, rules: FeeRules, charges: Sequence[JudgedCharge]) -> Iterator[str]:
    """The fields that were not stated, that the law at either end tells apart, and that could still change an answer."""
    if all(register.Answer.NO in (one.lawful_at_origin.answer, one.lawful_at_destination.answer) for one in charges):
        return
    ends = (question.origin, question.destination)
    here = [*(row for row in rules.law if row.country in ends), *_shared_rules(question, rules.law)]
    if question.charged_by is None and here:
        yield "charged_by"
    is_by_contract = any(one.needs_labour_contract and one.country == question.origin for one in rules.rule)
    if question.has_labour_contract is None and is_by_contract:
        yield "labour_contract"
    regional = [row for row in here if row.country == question.destination and row.region is not None]
    if question.region is None and any(
        question.charged_by is None or is_on(row, question.charged_by) for row in regional
    ):
        yield "region"
    on_conditions = [row for row in rules.law if row.country in ends and _may_be_on(row, question, row.country)]
    if any(row.forbidden_when for row in on_conditions) and any(one.charge.when is None for one in charges):
        yield "when"
    if any(row.needs_written_contract for row in on_conditions) and question.has_written_contract is None:
        yield "written_contract"


def _changes_soon(question: FeeQuestion, rules: FeeRules, today: date) -> Iterator[Finding]:
    """What changes in the law of the country of the job within 90 days: who charges for it often says that it ends."""
    country = question.destination or ""
    ahead = [row.id for row in rules.changes.get(country, ()) if today < row.on <= today + law_rules.AHEAD]
    if ahead:
        yield Finding(Reason.LAW_CHANGES_SOON, {"country": country, "rows": " ".join(ahead)}, register.Weight.INFORMS)


def _closed_routes(question: FeeQuestion, routes: Sequence[PermitRoute], today: date) -> Iterator[Finding]:
    """Permits that the destination gives to no citizen of the country of recruitment: who takes money for one sells nothing.

    Routes are stated for citizens of China. Seasonal and posted work are plans of their own, of which nothing was said.
    """
    if question.origin != "CN" or question.destination is None:
        return
    closed = [
        route
        for route in routes_of(routes, question.destination)
        if route.possible is Possible.NOT_POSSIBLE and route.route in (Route.DIRECT, Route.AGENCY)
        if route.permits_covered and may_decide(route, today) is not Weight.HIDDEN
    ]
    for route in closed:
        values = {"country": route.country, "permits": "|".join(route.permits_covered), "rows": route.id}
        yield Finding(Reason.PERMITS_NOT_GIVEN, values, register.Weight.INFORMS)
    if closed:
        yield limit_rules.of_other_routes(routes, question.destination)
        yield from limit_rules.of_unsettled_routes(routes, question.destination)


def _judged(
    charge: Charge, question: FeeQuestion, rules: FeeRules, deposit: DepositRule | None, today: date
) -> JudgedCharge:
    lawful = _lawful(charge, question, rules.rule, rules.law, today)
    there = _lawful_there(charge, question, rules.law, today)
    return JudgedCharge(charge, lawful, there, _by_ilo(charge, rules.rule), claim_back(charge, lawful, deposit))


def _shared_rules(question: FeeQuestion, law: Sequence[Fee]) -> list[Fee]:
    """Rows of the law that the destination shares with the other states of the Union, about these charges."""
    if question.destination not in register.EU_STATES:
        return []
    return [
        row
        for row in law
        if row.country == register.UNION
        and (question.charged_by is None or is_on(row, question.charged_by))
        and any(_names(row, charge.kind) for charge in question.charges)
    ]


def _lawful(
    charge: Charge, question: FeeQuestion, rules: Sequence[FeeRule], law: Sequence[Fee], today: date
) -> FeeFinding:
    if question.origin is None:
        return FeeFinding(register.Answer.UNKNOWN, FeeReason.ORIGIN_NOT_STATED)
    fitting = [
        rule
        for rule in rules
        if rule.standard is fees.FeeStandard.ORIGIN
        and rule.country == question.origin
        and (not rule.needs_labour_contract or question.has_labour_contract is True)
        and speaks_of(rule, charge.kind)
        and _is_about(rule, question.charged_by)
    ]
    # What is forbidden to the licensed is the more so to others: a rule that forbids comes before one that is not settled.
    rule = next((one for one in fitting if one.answer is register.Answer.NO), fitting[0] if fitting else None)
    here = [row for row in law if row.country == question.origin and _may_be_on(row, question, question.origin)]
    broken = None if rule and rule.answer is register.Answer.NO else _broken_condition(charge, question, here, today)
    if broken is not None:
        return broken
    if rule is not None:
        return _by_cap(charge, question, rule) or FeeFinding(rule.answer, rule.reason, rule)
    # Who is recruited where the job is has the law of that country shown beside the answer.
    is_beside = question.origin == question.destination and any(row.country == question.origin for row in law)
    reason = FeeReason.DESTINATION_RULES if is_beside else FeeReason.NO_RULE_KNOWN
    return FeeFinding(register.Answer.UNKNOWN, reason, values={"country": question.origin})


def _is_about(rule: FeeRule, charged_by: ChargedBy | None) -> bool:
    """Whether a rule is about the one who charges. Not said: a licensed agency, which is the most that may be so."""
    if rule.charged_by is None or rule.charged_by is (charged_by or ChargedBy.LICENSED_SENDER):
        return True
    return (
        charged_by is ChargedBy.UNLICENSED
        and rule.charged_by is ChargedBy.LICENSED_SENDER
        and rule.answer is register.Answer.NO
    )


def _by_cap(charge: Charge, question: FeeQuestion, rule: FeeRule) -> FeeFinding | None:
    """What a cap, in per cent of the contract's wages, makes of all such charges together; None where nothing computes.

    The answer stays the rule's own: more than a cap that may no longer stand is too much by the most that ever stood.
    """
    wage = question.wage
    if rule.most_percent is None or wage is None or charge.amount is None or wage.currency != charge.currency:
        return None
    total = _sum(one for one in question.charges if one.currency == charge.currency and speaks_of(rule, one.kind))
    a_month = wage.amount * Decimal(rule.most_percent) / 100
    if question.contract_months is None:
        months = (total / a_month).to_integral_value(ROUND_CEILING)
        values = {"months": f"{months:f}", "percent": rule.most_percent}
        return FeeFinding(rule.answer, FeeReason.SERVICE_FEE_NEEDS_MONTHS, rule, values)
    if total > a_month * question.contract_months:
        values = {"percent": rule.most_percent, "months": str(question.contract_months)}
        return FeeFinding(rule.answer, FeeReason.SERVICE_FEE_OVER_OLD_CAP, rule, values)
    return None


RECRUITMENT_FEES = frozenset(
    {
        fees.FeeKind.RECRUITMENT_SERVICE_PAYMENT,
        fees.FeeKind.THIRD_PARTY_SUPPLY_PAYMENT,
        fees.FeeKind.DIRECT_RECRUITMENT_PAYMENT,
        fees.FeeKind.FEE_RECOVERY_FROM_WORKER,
    }
)
"""What a ban on charging for a job is certainly about; of other costs a row's own words have to name them."""

UNDER_ANY_NAME = frozenset(
    {
        fees.FeeKind.BRIBE,
        fees.FeeKind.TRIBUTE,
        fees.FeeKind.EXTORTION_OR_KICKBACK,
        fees.FeeKind.BOND,
        fees.FeeKind.ILLICIT_COST_RECOVERY_FEE,
        fees.FeeKind.COLLATERAL,
    }
)
"""What a ban on taking anything is about as well. A ticket or a test is a cost: such a ban settles nothing of it."""


def _lawful_there(charge: Charge, question: FeeQuestion, law: Sequence[Fee], today: date) -> FeeFinding:
    """Whether the destination's law forbids the charge to the one who asks for it.

    A ban that is fresh or confirmed makes a `no`, a narrow one for the very charges that its words name; so does a
    condition that is not met. An old or disputed text, one of a region, or about other costs makes none: it is shown.
    """
    if question.destination is None:
        return FeeFinding(register.Answer.UNKNOWN, FeeReason.DESTINATION_NOT_STATED)
    rows = [row for row in law if row.country == question.destination and is_on(row, question.charged_by)]
    broken = _broken_condition(charge, question, rows, today)
    if broken is not None:
        return broken
    bans = [row for row in rows if _is_ban(row) and _names(row, charge.kind)]
    if bans and all(map(_is_ban, rows)):
        ban = next((row for row in bans if _is_strong(row, today, question.region)), bans[0])
        values = {"country": question.destination, "on": ban.as_of.isoformat()}
        if _is_strong(ban, today, question.region):
            return FeeFinding(register.Answer.NO, FeeReason.DESTINATION_FORBIDS, ban, values)
        return FeeFinding(register.Answer.UNKNOWN, FeeReason.DESTINATION_FORBADE, ban, values)
    by_union = _by_union(charge, question, law, today)
    if by_union is not None:
        return by_union
    is_read = any(row.country == question.destination for row in law)
    reason = FeeReason.DESTINATION_RULES if is_read else FeeReason.NO_RULE_KNOWN
    return FeeFinding(register.Answer.UNKNOWN, reason, values={"country": question.destination})


def _by_union(charge: Charge, question: FeeQuestion, law: Sequence[Fee], today: date) -> FeeFinding | None:
    """What the law of the Union says of the charge, where that of the state itself was not read or settles nothing."""
    rows = [row for row in _shared_rules(question, law) if is_on(row, question.charged_by)]
    bans = [row for row in rows if _is_ban(row) and _names(row, charge.kind)]
    if not bans:
        return None
    answer = register.Answer.NO if all(_is_strong(row, today) for row in bans) else register.Answer.UNKNOWN
    return FeeFinding(answer, FeeReason.UNION_FORBIDS, bans[0], {"country": question.destination or ""})


def _is_ban(row: Fee) -> bool:
    return row.charge is Charging.FORBIDDEN and not is_disputed(row)


def _is_strong(row: Fee, today: date, region: str | None = None) -> bool:
    """Whether a row may make a `no`: its text is fresh, or a lawyer confirmed it; that of a region there alone."""
    return row.region in (None, region) and (is_fresh(row, today) or is_confirmed(row))


def _names(ban: Fee, kind: fees.FeeKind) -> bool:
    if ban.breadth is Breadth.NARROW:
        return kind in ban.kinds
    is_other_name = ban.is_under_any_name and kind in UNDER_ANY_NAME
    return kind in RECRUITMENT_FEES or is_other_name or kind in ban.kinds


def _may_be_on(row: Fee, question: FeeQuestion, country: str | None) -> bool:
    """Whether a row is about the one who charges; at the origin that is a licensed agency where it was not said."""
    if question.charged_by is None and country == question.origin:
        return row.by is ChargedBy.LICENSED_SENDER
    return is_on(row, question.charged_by)


def _broken_condition(charge: Charge, question: FeeQuestion, rows: Sequence[Fee], today: date) -> FeeFinding | None:
    """A condition of a charge that is not met, by the rows about the one who charges; None where all are or none is known.

    `no` where the text is fresh or confirmed; of an older one it is told and decides nothing.
    """
    found = [
        (row, reason)
        for row in rows
        if row.charge is Charging.PARTLY and not is_disputed(row) and charge.kind in (row.kinds or RECRUITMENT_FEES)
        for reason in _unmet(row, charge, question)
    ]
    if not found:
        return None
    row, reason = next((one for one in found if _is_strong(one[0], today, question.region)), found[0])
    values = {"country": row.country, "on": row.as_of.isoformat()}
    if reason is FeeReason.FORBIDDEN_ABOVE_MAXIMUM:
        values |= {"most": f"{row.max_amount} {row.max_currency}"}
    is_strong = _is_strong(row, today, question.region)
    return FeeFinding(register.Answer.NO if is_strong else register.Answer.UNKNOWN, reason, row, values)


def _unmet(row: Fee, charge: Charge, question: FeeQuestion) -> Iterator[FeeReason]:
    if charge.when in row.forbidden_when:
        is_from_wages = charge.when is fees.ChargeTime.FROM_WAGES
        yield FeeReason.FORBIDDEN_FROM_WAGES if is_from_wages else FeeReason.FORBIDDEN_BEFORE_CONTRACT
    if row.needs_written_contract and question.has_written_contract is False:
        yield FeeReason.FORBIDDEN_WITHOUT_WRITTEN_CONTRACT
    if row.max_amount is not None and charge.currency == row.max_currency:
        kinds = row.kinds or RECRUITMENT_FEES
        same = (one for one in question.charges if one.kind in kinds and one.currency == charge.currency)
        if _sum(same) > Decimal(row.max_amount):
            yield FeeReason.FORBIDDEN_ABOVE_MAXIMUM


def _sum(charges: Iterable[Charge]) -> Decimal:
    """What the charges come to, at least: one without an amount adds nothing."""
    return sum((one.amount for one in charges if one.amount is not None), Decimal(0))


def _by_ilo(charge: Charge, rules: Sequence[FeeRule]) -> FeeFinding:
    for rule in rules:
        if rule.standard is fees.FeeStandard.ILO and speaks_of(rule, charge.kind):
            return FeeFinding(rule.answer, rule.reason, rule)
    return FeeFinding(register.Answer.UNKNOWN, FeeReason.NO_STANDARD_KNOWN)


def _at_destination(destination: str | None, rows: Sequence[Fee]) -> FeeFinding:
    """Whether the destination's law says something of charges. What it says is shown; no answer is drawn from it."""
    if destination is None:
        return FeeFinding(register.Answer.UNKNOWN, FeeReason.DESTINATION_NOT_STATED)
    reason = FeeReason.DESTINATION_RULES if rows else FeeReason.NO_ROUTE_KNOWN
    return FeeFinding(register.Answer.UNKNOWN, reason, values={"country": destination})
