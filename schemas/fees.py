"""What a worker was asked for or paid, and the answer to it."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import marshmallow
from marshmallow import fields

from registry.vocabulary import fees
from registry.vocabulary.codes import ClaimStep, FeeReason, Problem
from registry.vocabulary.law import Mark
from registry.vocabulary.register import Answer
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import ABSENT, Coded, Count, Country, Fault, Line, OneOf, Sent, Word, line
from schemas.law import LawFeeSchema
from schemas.verify import NeedSchema, ReasonSchema

MAX_CHARGES = 10

CHARGED_BY = ("licensed_sender", "unlicensed", "placement_agent", "temporary_agency", "contractor", "employer")
ALLOWED: dict[str, list[str]] = {
    "charged_by": list(CHARGED_BY),
    "labour_contract": list(Answer),
    "when": list(fees.ChargeTime),
    "written_contract": list(Answer),
}
"""What a field takes that the law tells apart; `region` takes the words of the law of the country."""

_DECIMAL = {"pattern": "^[0-9]+(\\.[0-9]+)?$", "example": "1500.50"}


MAX_AMOUNT_LENGTH = 16
AMOUNT_PATTERN = "^[0-9]{1,12}([.,][0-9]{1,2})?$"

_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_GROUPED = re.compile(r"[0-9]+(?:[.,' \u2019][0-9]+)+")
_MARKS = re.compile(r"[0-9][0-9.,]*")
_MAX_TYPED = 60


class Amount(Sent[Decimal]):
    """A sum of more than zero as text, with at most twelve digits and two places. Gives an exact decimal.

    Text with thousands separators is asked back, never guessed: 1.000 is a thousand to one reader and one to another.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if not isinstance(value, str):
            raise Fault(Problem.NOT_AN_AMOUNT, 'must be text, for example "1500.50": a JSON number is not exact')
        text = unicodedata.normalize("NFKC", line(value, _MAX_TYPED))
        if not _AMOUNT.fullmatch(text):
            raise _refusal(text)
        amount = Decimal(text.replace(",", "."))
        if not amount:
            raise Fault(Problem.NOT_AN_AMOUNT, "must be more than zero")
        return amount


def _refusal(text: str) -> Fault:
    digits = sum(character.isdigit() for character in text)
    if _MARKS.fullmatch(text) and digits > 12:
        return Fault(Problem.NOT_AN_AMOUNT, "must have at most twelve digits before the decimal point")
    if _GROUPED.fullmatch(text):
        return Fault(
            Problem.AMBIGUOUS_AMOUNT,
            "could be read in two ways: write it without thousands separators, for example 1000 or 1000.50",
        )
    return Fault(
        Problem.NOT_AN_AMOUNT,
        "must be a sum of more than zero in digits, with at most two places, for example 1000 or 1000.50",
    )


class Currency(Sent[str]):
    """A currency in present use by its three letters, ISO 4217, in any letter case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        code = unicodedata.normalize("NFKC", line(value, 40)).upper()
        if code in fees.CURRENCIES:
            return code
        meant = fees.CURRENCY_SPELLINGS.get(code)
        hint = f"; did you mean {meant}?" if meant else ", for example CNY or EUR"
        raise Fault(Problem.UNKNOWN_CURRENCY, f"must be a currency in use by its three letters, ISO 4217{hint}")


class ChargeSchema(InSchema):
    """One charge."""

    kind = Word(fees.FeeKind, "What for, by the ILO's definition.", required=True)
    amount = Amount(
        "More than zero, as text, without thousands separators, at most twelve digits and two places; may be left out.",
        example="30000",
    )
    currency = Currency("ISO 4217, in present use.", required=True, example="CNY")
    state = Word(fees.ChargeState, "Whether it was only asked for, or paid.", required=True)
    when = Word(
        fees.ChargeTime,
        "When it is to be paid: before or after the contract that it is for (that of the job, or the "
        "service contract with a company that sends workers abroad), or out of wages.",
        example="before_contract",
    )


def _number_of_charges(charges: list[Any]) -> None:
    if not charges:
        raise marshmallow.ValidationError([Coded(Problem.MISSING, "name at least one charge")])
    if len(charges) > MAX_CHARGES:
        raise marshmallow.ValidationError(
            [Coded(Problem.TOO_MANY, f"at most {MAX_CHARGES} charges at a time; these are {len(charges)}")]
        )


class FeesSchema(InSchema):
    """Up to ten charges, and what is known about the job."""

    charges = fields.List(
        fields.Nested(ChargeSchema),
        required=True,
        validate=_number_of_charges,
        error_messages=ABSENT | {"invalid": [Coded(Problem.INVALID_VALUE, "must be a list of charges")]},
    )
    origin = Country("Where the worker was recruited, ISO 3166-1 alpha-2.", example="CN")
    destination = Country("Country of the job, ISO 3166-1 alpha-2.", example="IT")
    labour_contract = Word(
        Answer, "Whether the worker has a labour contract with the enterprise that charges.", example="yes"
    )
    written_contract = Word(
        Answer, "Whether the worker has a written contract on the service with the one who charges.", example="yes"
    )
    charged_by = Word(
        CHARGED_BY,
        "Who asks for the money; `unlicensed`: a private person, a middleman, any firm without the licence.",
        example="unlicensed",
    )
    region = Line("Where in the country of the job, as `needs` names it: some rules differ by region.", max_length=80)
    contract_months = Count("How many months the contract runs.", minimum=1, maximum=240, example=24)
    monthly_wage = Amount("Promised for a month; needs `wage_currency`.", example="1500")
    wage_currency = Currency("Currency of `monthly_wage`, ISO 4217.", example="EUR")

    @marshmallow.pre_load
    def _few(self, data: Any, **kwargs: Any) -> Any:
        """Refuse too many charges before each of them is read."""
        charges = data.get("charges") if isinstance(data, dict) else None
        if isinstance(charges, list) and len(charges) > MAX_CHARGES:
            try:
                _number_of_charges(charges)
            except marshmallow.ValidationError as error:
                raise marshmallow.ValidationError({"charges": error.messages}) from None
        return data

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        has_wage, has_currency = "monthly_wage" in loaded, "wage_currency" in loaded
        if has_wage and not has_currency:
            return [("wage_currency", Problem.MISSING, "is needed beside `monthly_wage`")]
        if has_currency and not has_wage:
            return [("wage_currency", Problem.CONTRADICTORY, "is the currency of `monthly_wage`, which is missing")]
        return []


class FeeRuleSchema(OutSchema):
    """One rule about fees. Rules are tried in their order; what no rule names is unknown."""

    reference = out.string()
    standard = out.one_of(fees.FeeStandard)
    country = out.string("Null: everywhere.", allow_none=True)
    kinds = out.list_of(OneOf(fees.FeeKind), "Empty: every kind.")
    needs_labour_contract = out.boolean("Holds only with a labour contract with the enterprise that charges.")
    charged_by = out.one_of(
        (*CHARGED_BY, "any_intermediary", "seafarer_agent"),
        "Whose charge it is about; null: anybody's.",
        allow_none=True,
    )
    answer = out.one_of(Answer, "`unknown`: once stood, not known to stand still.")
    reason = out.one_of(FeeReason)
    most_percent = out.string("Of the contract wages, as decimal text.", allow_none=True)
    source = out.string()
    source_on = out.date()
    mark = out.one_of(Mark, "How sure it is: s read in the source, s2 in a secondary source, k known, not read.")
    note = out.string(allow_none=True)


class DepositPurposeSchema(OutSchema):
    use = out.one_of(fees.DepositUse)
    kinds = out.list_of(OneOf(fees.FeeKind), "Charges that it pays back.")
    kinds_perhaps = out.list_of(OneOf(fees.FeeKind), "Charges that it may pay back; that is not settled.")


class DepositRuleSchema(OutSchema):
    """What the deposit of a country's licensed agencies may be spent on."""

    country = out.string()
    uses = out.list_of(DepositPurposeSchema)
    top_up_working_days = out.integer("To fill it again once spent.")
    source = out.string()
    source_on = out.date()
    mark = out.one_of(Mark)


class FeeRulesSchema(OutSchema):
    rules = out.list_of(FeeRuleSchema)
    deposits = out.list_of(DepositRuleSchema)


class FeeFindingSchema(OutSchema):
    """An answer with its reason. `rule` is the reference of the rule cited; null: none is known."""

    answer = out.one_of(Answer)
    code = out.one_of(FeeReason)
    text = out.string()
    rule = out.string(allow_none=True)
    source = out.string(allow_none=True)
    mark = out.string(allow_none=True)


class FeeNoteSchema(OutSchema):
    code = out.one_of(FeeReason)
    text = out.string()


class JudgedChargeSchema(OutSchema):
    """One charge, in the order in which they were given."""

    kind = out.one_of(fees.FeeKind)
    amount = out.string(metadata=_DECIMAL)
    currency = out.string()
    state = out.one_of(fees.ChargeState)
    lawful_at_origin = out.nested(FeeFindingSchema)
    lawful_at_destination = out.nested(
        FeeFindingSchema,
        "`no` only by a ban, or a condition that is not met, that is fresh or confirmed and on the one "
        "in `charged_by`.",
    )
    ilo_compliant = out.nested(FeeFindingSchema)
    claim = out.nested(FeeFindingSchema, "Whether it can be claimed back, and from where.")


class FeeTotalSchema(OutSchema):
    """Sums of one currency."""

    currency = out.string()
    asked = out.string(metadata=_DECIMAL)
    paid = out.string(metadata=_DECIMAL)
    total = out.string(metadata=_DECIMAL)
    months_of_wage = out.string("To two places; null where it cannot be told.", allow_none=True)


class ClaimBodySchema(OutSchema):
    """Whom to go to, by a row of law; texts are English, and names of bodies in their own language."""

    row = out.string()
    country = out.string()
    region = out.string(allow_none=True)
    by = out.string("Whose charge the row is about.")
    redress = out.string(allow_none=True)
    time_limit = out.string(allow_none=True)


class FeeStepSchema(OutSchema):
    code = out.one_of(ClaimStep)
    text = out.string()
    bodies = out.list_of(ClaimBodySchema)


class FeeAnswerSchema(OutSchema):
    """Two answers to each charge, the totals, and where money can be claimed. No exchange rate is ever assumed."""

    charges = out.list_of(JudgedChargeSchema)
    totals = out.list_of(FeeTotalSchema)
    months = out.nested(FeeNoteSchema)
    deposit = out.nested(DepositRuleSchema, allow_none=True)
    at_destination = out.nested(FeeFindingSchema)
    steps = out.list_of(FeeStepSchema, "How to claim, in the order to go.")
    needs = out.list_of(NeedSchema, "What was not stated and the law tells apart: ask again with it.")
    law = out.list_of(
        ReasonSchema, "Permits that the destination does not give: who takes money for one sells nothing."
    )
    destination_rules = out.list_of(
        LawFeeSchema, "What the destination's law says of charges, and how money comes back."
    )
