"""What a worker was asked to pay: is it lawful, is it what the ILO asks, what can be claimed back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Required, TypedDict

from registry_client.api.answers import Reason, Whole

MAX_CHARGES = 10
"""Charges of one question."""


class Charge(TypedDict):
    """`kind` by the ILO's definition, `currency` by ISO 4217, `state` is asked or paid."""

    kind: str
    amount: Decimal | str | int
    currency: str
    state: str


class FeeQuestion(TypedDict, total=False):
    """Charges, and what is known of the job; `monthly_wage` needs `wage_currency`."""

    charges: Required[Iterable[Charge]]
    origin: str
    destination: str
    charged_by: str
    labour_contract: str
    contract_months: int
    monthly_wage: Decimal | str | int
    wage_currency: str


@dataclass(frozen=True, slots=True)
class FeeFinding:
    """An answer with its reason, and the rule it stands on where one is known."""

    answer: str
    code: str
    text: str = ""
    rule: str | None = None
    source: str | None = None
    mark: str | None = None

    @property
    def is_yes(self) -> bool:
        return self.answer == "yes"


@dataclass(frozen=True, slots=True)
class JudgedCharge:
    kind: str
    amount: Decimal
    currency: str
    state: str
    lawful_at_origin: FeeFinding
    ilo_compliant: FeeFinding
    claim: FeeFinding
    lawful_at_destination: FeeFinding | None = None


@dataclass(frozen=True, slots=True)
class FeeTotal:
    """Sums of one currency; `months_of_wage` is None where it cannot be told."""

    currency: str
    asked: Decimal
    paid: Decimal
    total: Decimal
    months_of_wage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DepositPurpose:
    use: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DepositRule(Whole):
    """What the deposit of a country's licensed agencies may be spent on."""

    country: str
    uses: tuple[DepositPurpose, ...]
    top_up_working_days: int
    source: str = ""
    source_on: date | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class LawFee(Whole):
    """What a country's law says of charges. `partly` means neither free nor allowed: read the texts."""

    id: str
    country: str
    charge: str
    by: str
    by_whom: str
    for_what: str
    article: str | None = None
    region: str | None = None
    how_much: str | None = None
    conditions: str | None = None
    redress: str | None = None
    time_limit: str | None = None
    source: str = ""
    mark: str = ""
    as_of: date | None = None
    weight: str = ""


@dataclass(frozen=True, slots=True)
class ClaimBody(Whole):
    """Whom to go to, by a row of law; texts are English."""

    row: str
    country: str
    redress: str | None = None
    time_limit: str | None = None
    region: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class ClaimStep(Whole):
    """A step on the way to money that was paid."""

    code: str
    text: str = ""
    bodies: tuple[ClaimBody, ...] = ()


@dataclass(frozen=True, slots=True)
class Fees(Whole):
    """Each charge in the order in which it was named, the totals, and where money can be claimed."""

    charges: tuple[JudgedCharge, ...]
    totals: tuple[FeeTotal, ...]
    months: Reason
    at_destination: FeeFinding
    deposit: DepositRule | None = None
    destination_rules: tuple[LawFee, ...] = ()
    steps: tuple[ClaimStep, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeRule(Whole):
    """Rules are tried in their order; what none names is unknown. `country` None: everywhere. `kinds` empty: every kind."""

    reference: str
    standard: str
    answer: str
    reason: str
    country: str | None = None
    kinds: tuple[str, ...] = ()
    needs_labour_contract: bool = False
    most_percent: Decimal | None = None
    source: str = ""
    source_on: date | None = None
    mark: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FeeRules(Whole):
    rules: tuple[FeeRule, ...]
    deposits: tuple[DepositRule, ...]


def fee_body(question: FeeQuestion) -> dict[str, Any]:
    """For JSON: amounts are decimal text, so that none is rounded on the way."""
    body: dict[str, Any] = {name: value for name, value in question.items() if value is not None}
    body["charges"] = [{**one, "amount": str(one["amount"])} for one in question["charges"]]
    if "monthly_wage" in body:
        body["monthly_wage"] = str(body["monthly_wage"])
    return body
