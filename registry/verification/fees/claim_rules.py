"""What charges come to, and how what was paid is claimed back: proof, help, and the bodies that the law names. Pure."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from registry.register.law.rows import Fee
from registry.register.law.words import ChargedBy
from registry.verification.fees.question import (
    Charge,
    DepositRule,
    FeeFinding,
    FeeQuestion,
    FeeRule,
    JudgedCharge,
    Step,
    Total,
    Use,
    Wage,
)
from registry.vocabulary import fees, register
from registry.vocabulary.codes import ClaimStep, FeeReason


def totals_of(question: FeeQuestion) -> tuple[Total, ...]:
    """By currency, in the order in which the charges name them; a charge without an amount counts in none."""
    sums: dict[str, dict[fees.ChargeState, Decimal]] = {}
    for charge in question.charges:
        if charge.amount is None:
            continue
        of_currency = sums.setdefault(charge.currency, dict.fromkeys(fees.ChargeState, Decimal(0)))
        of_currency[charge.state] += charge.amount
    return tuple(
        Total(
            currency,
            of_currency[fees.ChargeState.ASKED],
            of_currency[fees.ChargeState.PAID],
            _months(sum(of_currency.values(), Decimal(0)), currency, question.wage),
        )
        for currency, of_currency in sums.items()
    )


def _months(amount: Decimal, currency: str, wage: Wage | None) -> Decimal | None:
    if wage is None or wage.currency != currency:
        return None
    return (amount / wage.amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def how_months(wage: Wage | None, totals: Sequence[Total]) -> FeeReason:
    """Whether all totals could be counted in months of the wage, and why not."""
    if wage is None:
        return FeeReason.WAGE_NOT_STATED
    return FeeReason.OTHER_CURRENCY if any(total.months is None for total in totals) else FeeReason.MONTHS_COUNTED


def speaks_of(rule: FeeRule | Use, kind: fees.FeeKind) -> bool:
    """Whether a rule, or a use of a deposit, is about charges of that kind."""
    # Of a deposit's uses those without kinds pay for other things than charges; a rule without kinds is about all.
    return kind in rule.kinds or (isinstance(rule, FeeRule) and not rule.kinds)


def claim_back(charge: Charge, lawful: FeeFinding, deposit: DepositRule | None) -> FeeFinding:
    """Whether the charge can be claimed back, and from which deposit. What was not paid cannot be."""
    if charge.state is fees.ChargeState.ASKED:
        return FeeFinding(register.Answer.NO, FeeReason.NOT_PAID)
    uses = () if deposit is None else deposit.uses
    is_paid_back = any(speaks_of(use, charge.kind) for use in uses)
    if not is_paid_back and not any(charge.kind in use.kinds_perhaps for use in uses):
        return FeeFinding(register.Answer.UNKNOWN, FeeReason.NO_CLAIM_KNOWN)
    if is_paid_back and lawful.answer is register.Answer.NO:
        return FeeFinding(register.Answer.YES, FeeReason.CLAIM_FROM_DEPOSIT, deposit)
    return FeeFinding(register.Answer.UNKNOWN, FeeReason.CLAIM_PERHAPS_FROM_DEPOSIT, deposit)


_INTERMEDIARIES = frozenset({ChargedBy.PLACEMENT_AGENT, ChargedBy.TEMPORARY_AGENCY, ChargedBy.UNLICENSED})


def is_on(row: Fee, charged_by: ChargedBy | None) -> bool:
    """Whether a row is about the one who charges; where that was not said, none is."""
    return charged_by is not None and (
        row.by is charged_by or (row.by is ChargedBy.ANY_INTERMEDIARY and charged_by in _INTERMEDIARIES)
    )


def claim_steps(question: FeeQuestion, law: Sequence[Fee], charges: Sequence[JudgedCharge]) -> Iterator[Step]:
    """How to claim: proof first, then the bodies that the law at each end names, and by when."""
    if any(one.charge.state is fees.ChargeState.ASKED for one in charges):
        yield Step(ClaimStep.DO_NOT_PAY)
    if all(one.charge.state is fees.ChargeState.ASKED for one in charges):
        return
    yield Step(ClaimStep.KEEP_PROOF)
    yield Step(ClaimStep.ASK_HELP)
    origin = _naming_bodies(law, question.origin, question.charged_by)
    if origin:
        yield Step(ClaimStep.BODY_AT_ORIGIN, origin)
    if any(one.claim.reason in _FROM_DEPOSIT for one in charges):
        yield Step(ClaimStep.DEPOSIT)
    there = (
        ()
        if question.destination == question.origin
        else _naming_bodies(law, question.destination, question.charged_by)
    )
    if there:
        yield Step(ClaimStep.BODY_AT_DESTINATION, there)
    yield Step(ClaimStep.IN_TIME, tuple(row for row in (*origin, *there) if row.time_limit))


_FROM_DEPOSIT = frozenset({FeeReason.CLAIM_FROM_DEPOSIT, FeeReason.CLAIM_PERHAPS_FROM_DEPOSIT})


def _naming_bodies(law: Sequence[Fee], country: str | None, charged_by: ChargedBy | None) -> tuple[Fee, ...]:
    """Rows that name a body to go to, for the one who charged; for each body one."""
    rows = [row for row in law if row.country == country and row.redress]
    about = [row for row in rows if row.by is charged_by or is_on(row, charged_by)] or rows
    return tuple({row.redress: row for row in about}.values())
