"""How money that was paid is claimed, as steps: proof, help, and the bodies that the law at each end names. Pure."""

from collections.abc import Iterator, Sequence

from registry.register.law.rows import Fee
from registry.register.law.words import ChargedBy
from registry.verification.fees.question import FeeQuestion, JudgedCharge, Step
from registry.vocabulary.codes import ClaimStep, FeeReason
from registry.vocabulary.fees import ChargeState

_INTERMEDIARIES = frozenset({ChargedBy.PLACEMENT_AGENT, ChargedBy.TEMPORARY_AGENCY, ChargedBy.UNLICENSED})


def is_on(row: Fee, charged_by: ChargedBy | None) -> bool:
    """Whether a row is about the one who charges; where that was not said, none is."""
    return charged_by is not None and (
        row.by is charged_by or (row.by is ChargedBy.ANY_INTERMEDIARY and charged_by in _INTERMEDIARIES)
    )


def claim_steps(question: FeeQuestion, law: Sequence[Fee], charges: Sequence[JudgedCharge]) -> Iterator[Step]:
    """How to claim: proof first, then the bodies that the law at each end names, and by when."""
    if any(one.charge.state is ChargeState.ASKED for one in charges):
        yield Step(ClaimStep.DO_NOT_PAY)
    if all(one.charge.state is ChargeState.ASKED for one in charges):
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
