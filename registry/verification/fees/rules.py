"""Was this charge lawful where the worker was recruited, is it what the ILO asks, and what can be claimed back.

Rules about charges are rows of the countries' law; fees.toml has the ILO's standard and what deposits are for. Sums are exact
decimals; no exchange rate is ever assumed.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.resources import files

import msgspec

from registry.core.codes import FeeReason
from registry.register.law.loading import Law, shipped_law
from registry.register.law.rows import Fee
from registry.register.law.weights import DECIDING, is_readable, may_decide
from registry.register.law.words import Charging
from registry.vocabulary.register import Answer, ChargeState, DepositUse, FeeKind, FeeStandard, Mark


class FeeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule about charges of `kinds`; without `kinds` about every kind, without `country` in every country.

    `needs_labour_contract`: it holds only for a worker who has a labour contract with the enterprise that charges.
    `most_percent`: of the contract wages, as decimal text.
    """

    reference: str
    standard: FeeStandard
    country: str | None = None
    kinds: tuple[FeeKind, ...] = ()
    needs_labour_contract: bool = False
    answer: Answer
    reason: FeeReason
    most_percent: str | None = None
    source: str
    source_on: date
    mark: Mark
    note: str | None = None


class Use(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a deposit may be spent on; `kinds` are the charges that it pays back."""

    use: DepositUse
    kinds: tuple[FeeKind, ...] = ()


class DepositRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The money that licensed agencies of a country must keep for workers' claims, and what it is for."""

    country: str
    uses: tuple[Use, ...]
    top_up_working_days: int
    source: str
    source_on: date
    mark: Mark


class FeeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`law`: what was read in the law of any country about charges to workers, to be shown for a destination."""

    rule: tuple[FeeRule, ...]
    deposit: tuple[DepositRule, ...]
    law: tuple[Fee, ...] = ()


def shipped_fee_rules(today: date) -> FeeRules:
    """The rules this release knows, as `fee_rules_in`, without those of an overlay."""
    return fee_rules_in(shipped_law(), today)


@lru_cache(maxsize=8)
def fee_rules_in(law: Law, today: date) -> FeeRules:
    """The rules that are known, as they may decide that day; every other country and charge is unknown."""
    text = (files("registry.verification.fees") / "fees.toml").read_text(encoding="utf-8")
    shipped = msgspec.convert(tomllib.loads(text), FeeRules)
    rows = [(row, law.read_on(row)) for one in law.countries.values() for row in one.fee if is_readable(row)]
    of_law = (fee_rule(row, read_on, today) for row, read_on in rows if row.reference is not None)
    # A rule for some workers alone is tried before one for all.
    ordered = sorted(of_law, key=lambda rule: not rule.needs_labour_contract)
    return FeeRules(rule=(*shipped.rule, *ordered), deposit=shipped.deposit, law=tuple(row for row, _ in rows))


def fee_rule(row: Fee, read_on: date, today: date) -> FeeRule:
    """A row of law as a rule of the country of recruitment. A ban answers `no` only while its row may decide."""
    assert row.reference is not None
    assert row.reason is not None
    is_ban = row.charge is Charging.FORBIDDEN and may_decide(row, today) in DECIDING
    return FeeRule(
        reference=row.reference,
        standard=FeeStandard.ORIGIN,
        country=row.country,
        kinds=row.kinds,
        needs_labour_contract=row.needs_labour_contract,
        answer=Answer.NO if is_ban else Answer.UNKNOWN,
        reason=row.reason,
        most_percent=row.most_percent,
        source=f"{row.article} ({row.source.title})",
        source_on=read_on,
        mark=row.mark,
        note=row.disputed or row.note,
    )


@dataclass(frozen=True, slots=True)
class Charge:
    """What a worker was asked for, or paid. `amount` is more than zero, `currency` as ISO 4217 has it."""

    kind: FeeKind
    amount: Decimal
    currency: str
    state: ChargeState


@dataclass(frozen=True, slots=True)
class Wage:
    """The wage that was promised for a month."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class FeeQuestion:
    """`has_labour_contract`: with the enterprise that charges; None when it was not said."""

    charges: tuple[Charge, ...]
    wage: Wage | None = None
    origin: str | None = None
    destination: str | None = None
    has_labour_contract: bool | None = None


@dataclass(frozen=True, slots=True)
class FeeFinding:
    """An answer, why, and the rule it stands on; without a rule none is known."""

    answer: Answer
    reason: FeeReason
    rule: FeeRule | DepositRule | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedCharge:
    charge: Charge
    lawful_at_origin: FeeFinding
    ilo_compliant: FeeFinding
    claim: FeeFinding


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of one currency. `months` of the promised wage, to two places; None when they are unknown."""

    currency: str
    asked: Decimal
    paid: Decimal
    months: Decimal | None

    @property
    def whole(self) -> Decimal:
        return self.asked + self.paid


@dataclass(frozen=True, slots=True)
class FeeAnswer:
    """`months` says how the totals were told as months; `deposit` is what the origin's agencies must keep, if known.

    `destination_rules`: what the law of the destination says of charges, to be read; nothing is computed with it.
    """

    charges: tuple[JudgedCharge, ...]
    totals: tuple[Total, ...]
    months: FeeReason
    deposit: DepositRule | None
    at_destination: FeeFinding
    destination_rules: tuple[Fee, ...] = ()


def judge(question: FeeQuestion, rules: FeeRules) -> FeeAnswer:
    """Each charge by the origin's law and by the ILO's standard, the totals, and where money can be claimed."""
    deposit = next((one for one in rules.deposit if one.country == question.origin), None)
    totals = _totals(question)
    there = tuple(row for row in rules.law if row.country == question.destination)
    return FeeAnswer(
        tuple(_judged(charge, question, rules, deposit) for charge in question.charges),
        totals,
        _how_months(question.wage, totals),
        deposit,
        _at_destination(question.destination, there),
        there,
    )


def _judged(charge: Charge, question: FeeQuestion, rules: FeeRules, deposit: DepositRule | None) -> JudgedCharge:
    lawful = _lawful(charge, question, rules.rule, rules.law)
    return JudgedCharge(charge, lawful, _by_ilo(charge, rules.rule), _claim(charge, lawful, deposit))


def _lawful(charge: Charge, question: FeeQuestion, rules: Sequence[FeeRule], law: Sequence[Fee]) -> FeeFinding:
    if question.origin is None:
        return FeeFinding(Answer.UNKNOWN, FeeReason.ORIGIN_NOT_STATED)
    for rule in rules:
        is_asked = rule.standard is FeeStandard.ORIGIN and rule.country == question.origin
        holds = not rule.needs_labour_contract or question.has_labour_contract is True
        if is_asked and holds and _speaks_of(rule, charge.kind):
            return FeeFinding(rule.answer, rule.reason, rule)
    # Who is recruited where the job is has the law of that country shown beside the answer.
    is_beside = question.origin == question.destination and any(row.country == question.origin for row in law)
    reason = FeeReason.DESTINATION_RULES if is_beside else FeeReason.NO_RULE_KNOWN
    return FeeFinding(Answer.UNKNOWN, reason, values={"country": question.origin})


def _by_ilo(charge: Charge, rules: Sequence[FeeRule]) -> FeeFinding:
    for rule in rules:
        if rule.standard is FeeStandard.ILO and _speaks_of(rule, charge.kind):
            return FeeFinding(rule.answer, rule.reason, rule)
    return FeeFinding(Answer.UNKNOWN, FeeReason.NO_STANDARD_KNOWN)


def _speaks_of(rule: FeeRule | Use, kind: FeeKind) -> bool:
    # Of a deposit's uses those without kinds pay for other things than charges; a rule without kinds is about all.
    return kind in rule.kinds or (isinstance(rule, FeeRule) and not rule.kinds)


def _claim(charge: Charge, lawful: FeeFinding, deposit: DepositRule | None) -> FeeFinding:
    """Whether the charge can be claimed back, and from which deposit. What was not paid cannot be."""
    if charge.state is ChargeState.ASKED:
        return FeeFinding(Answer.NO, FeeReason.NOT_PAID)
    if deposit is None or not any(_speaks_of(use, charge.kind) for use in deposit.uses):
        return FeeFinding(Answer.UNKNOWN, FeeReason.NO_CLAIM_KNOWN)
    if lawful.answer is Answer.NO:
        return FeeFinding(Answer.YES, FeeReason.CLAIM_FROM_DEPOSIT, deposit)
    return FeeFinding(Answer.UNKNOWN, FeeReason.CLAIM_PERHAPS_FROM_DEPOSIT, deposit)


def _totals(question: FeeQuestion) -> tuple[Total, ...]:
    """By currency, in the order in which the charges name them."""
    sums: dict[str, dict[ChargeState, Decimal]] = {}
    for charge in question.charges:
        of_currency = sums.setdefault(charge.currency, dict.fromkeys(ChargeState, Decimal(0)))
        of_currency[charge.state] += charge.amount
    return tuple(
        Total(
            currency,
            of_currency[ChargeState.ASKED],
            of_currency[ChargeState.PAID],
            _months(sum(of_currency.values(), Decimal(0)), currency, question.wage),
        )
        for currency, of_currency in sums.items()
    )


def _months(amount: Decimal, currency: str, wage: Wage | None) -> Decimal | None:
    if wage is None or wage.currency != currency:
        return None
    return (amount / wage.amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _how_months(wage: Wage | None, totals: Sequence[Total]) -> FeeReason:
    if wage is None:
        return FeeReason.WAGE_NOT_STATED
    return FeeReason.OTHER_CURRENCY if any(total.months is None for total in totals) else FeeReason.MONTHS_COUNTED


def _at_destination(destination: str | None, rows: Sequence[Fee]) -> FeeFinding:
    """Whether the destination's law says something of charges. What it says is shown; no answer is drawn from it."""
    if destination is None:
        return FeeFinding(Answer.UNKNOWN, FeeReason.DESTINATION_NOT_STATED)
    reason = FeeReason.DESTINATION_RULES if rows else FeeReason.NO_ROUTE_KNOWN
    return FeeFinding(Answer.UNKNOWN, reason, values={"country": destination})
