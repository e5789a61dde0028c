"""What a worker was asked to pay, the rules about it, and the shape of the answer. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from registry.register.law.rows import Coming, Fee, PermitRoute
from registry.register.law.words import ChargedBy
from registry.verification.verdicts.question import Finding
from registry.vocabulary import codes, fees, register
from registry.vocabulary.law import Mark


class FeeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule about charges of `kinds`; without `kinds` about every kind, without `country` in every country.

    `needs_labour_contract`: it holds only for a worker who has a labour contract with the enterprise that charges.
    `most_percent`: of the contract wages, as decimal text. `charged_by`: whose charge it is about; None: anybody's.
    """

    reference: str
    standard: fees.FeeStandard
    country: str | None = None
    kinds: tuple[fees.FeeKind, ...] = ()
    needs_labour_contract: bool = False
    charged_by: ChargedBy | None = None
    answer: register.Answer
    reason: codes.FeeReason
    most_percent: str | None = None
    source: str
    source_on: date
    mark: Mark
    note: str | None = None


class Use(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a deposit may be spent on; `kinds` are the charges that it pays back, `kinds_perhaps` those it may."""

    use: fees.DepositUse
    kinds: tuple[fees.FeeKind, ...] = ()
    kinds_perhaps: tuple[fees.FeeKind, ...] = ()


class DepositRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The money that licensed agencies of a country must keep for workers' claims, and what it is for."""

    country: str
    uses: tuple[Use, ...]
    top_up_working_days: int
    source: str
    source_on: date
    mark: Mark


class FeeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`law`: what was read in the law of any country about charges to workers, to be shown for a destination. `routes`:
    the ways to a permit there. `regions`: by country, its parts as its rows of law name them. `changes`: by country, what
    changes in its law.
    """

    rule: tuple[FeeRule, ...]
    deposit: tuple[DepositRule, ...]
    law: tuple[Fee, ...] = ()
    routes: tuple[PermitRoute, ...] = ()
    regions: dict[str, tuple[str, ...]] = {}
    changes: dict[str, tuple[Coming, ...]] = {}


@dataclass(frozen=True, slots=True)
class Charge:
    """What a worker was asked for, or paid. `amount` is more than zero, `currency` as ISO 4217 has it.

    `amount` and `when` it is to be paid are None when they were not said.
    """

    kind: fees.FeeKind
    amount: Decimal | None
    currency: str
    state: fees.ChargeState
    when: fees.ChargeTime | None = None


@dataclass(frozen=True, slots=True)
class Wage:
    """The wage that was promised for a month."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class FeeQuestion:
    """`has_labour_contract`: with the enterprise that charges; None when it was not said.

    `charged_by`: who asks for the money; None when it was not said. `contract_months`: how long the contract runs.
    `has_written_contract`: on the service, with the one who charges; None when it was not said. `region`: where in the
    destination the job is, as its law calls it, or `other`.
    """

    charges: tuple[Charge, ...]
    wage: Wage | None = None
    origin: str | None = None
    destination: str | None = None
    has_labour_contract: bool | None = None
    charged_by: ChargedBy | None = None
    contract_months: int | None = None
    has_written_contract: bool | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class FeeFinding:
    """An answer, why, and the rule or row of law it stands on; without one none is known."""

    answer: register.Answer
    reason: codes.FeeReason
    rule: FeeRule | DepositRule | Fee | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_forbidden(self) -> bool:
        """Whether a rule that was read forbids the charge. One too old to decide does so too: its answer stays unknown."""
        return self.answer is register.Answer.NO or (self.rule is not None and self.reason in _BANS)


_BANS = frozenset(
    {
        codes.FeeReason.DEPOSIT_FORBIDDEN,
        codes.FeeReason.NO_FEE_WITH_LABOUR_CONTRACT,
        codes.FeeReason.UNLICENSED_NO_FEE,
        codes.FeeReason.CONTRACTOR_NO_FEE,
        codes.FeeReason.DESTINATION_FORBADE,
        codes.FeeReason.FORBIDDEN_BEFORE_CONTRACT,
        codes.FeeReason.FORBIDDEN_FROM_WAGES,
        codes.FeeReason.FORBIDDEN_WITHOUT_WRITTEN_CONTRACT,
        codes.FeeReason.FORBIDDEN_ABOVE_MAXIMUM,
    }
)
"""Reasons that quote a ban, whatever its age."""


@dataclass(frozen=True, slots=True)
class JudgedCharge:
    charge: Charge
    lawful_at_origin: FeeFinding
    lawful_at_destination: FeeFinding
    ilo_compliant: FeeFinding
    claim: FeeFinding

    @property
    def is_forbidden(self) -> bool:
        """Whether the law of either end forbids it, as it was read."""
        return self.lawful_at_origin.is_forbidden or self.lawful_at_destination.is_forbidden


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
class Step:
    """A step to take, and the rows of law that name whom to go to."""

    code: codes.ClaimStep
    rows: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeAnswer:
    """`months` says how the totals were told as months; `deposit` is what the origin's agencies must keep, if known.

    `destination_rules`: what the law of the destination says of charges. `steps`: how to claim, in order.
    `needs`: fields that were not stated and that the law tells apart; `regions`: what `region` takes there. `permits`:
    those that the destination does not give, those that are open, and what changes in its law soon.
    """

    charges: tuple[JudgedCharge, ...]
    totals: tuple[Total, ...]
    months: codes.FeeReason
    deposit: DepositRule | None
    at_destination: FeeFinding
    destination_rules: tuple[Fee, ...] = ()
    steps: tuple[Step, ...] = ()
    needs: tuple[str, ...] = ()
    permits: tuple[Finding, ...] = ()
    regions: tuple[str, ...] = ()
