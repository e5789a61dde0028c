"""What a worker was asked for or paid, and the answer to it."""

from typing import Any

import marshmallow
from marshmallow import fields

from registry.vocabulary.codes import ClaimStep, FeeReason, Problem
from registry.vocabulary.fees import ChargeState, ChargeTime, DepositUse, FeeKind, FeeStandard
from registry.vocabulary.law import Mark
from registry.vocabulary.register import Answer
from schemas.base import InSchema, OutSchema
from schemas.fields import ABSENT, Coded, Count, Country, Line, OneOf, Word
from schemas.law import LawFeeSchema
from schemas.money import Amount, Currency
from schemas.verify import NeedSchema, ReasonSchema

MAX_CHARGES = 10

CHARGED_BY = ("licensed_sender", "unlicensed", "placement_agent", "temporary_agency", "contractor", "employer")
ALLOWED: dict[str, list[str]] = {
    "charged_by": list(CHARGED_BY),
    "labour_contract": list(Answer),
    "when": list(ChargeTime),
    "written_contract": list(Answer),
}
"""What a field takes that the law tells apart; `region` takes the words of the law of the country."""

_DECIMAL = {"pattern": "^[0-9]+(\\.[0-9]+)?$", "example": "1500.50"}


class ChargeSchema(InSchema):
    """One charge."""

    kind = Word(FeeKind, required=True, metadata={"description": "What for, by the ILO's definition."})
    amount = Amount(
        metadata={
            "description": "More than zero, as text, without thousands separators, at most twelve digits and two places; "
            "may be left out.",
            "example": "30000",
        },
    )
    currency = Currency(required=True, metadata={"description": "ISO 4217, in present use.", "example": "CNY"})
    state = Word(ChargeState, required=True, metadata={"description": "Whether it was only asked for, or paid."})
    when = Word(
        ChargeTime,
        metadata={
            "description": "When it is to be paid: before or after the contract that it is for (that of the job, or the "
            "service contract with a company that sends workers abroad), or out of wages.",
            "example": "before_contract",
        },
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
    origin = Country(metadata={"description": "Where the worker was recruited, ISO 3166-1 alpha-2.", "example": "CN"})
    destination = Country(metadata={"description": "Country of the job, ISO 3166-1 alpha-2.", "example": "IT"})
    labour_contract = Word(
        Answer,
        metadata={
            "description": "Whether the worker has a labour contract with the enterprise that charges.",
            "example": "yes",
        },
    )
    written_contract = Word(
        Answer,
        metadata={
            "description": "Whether the worker has a written contract on the service with the one who charges.",
            "example": "yes",
        },
    )
    charged_by = Word(
        CHARGED_BY,
        metadata={
            "description": "Who asks for the money; `unlicensed`: a private person, a middleman, any firm without the licence.",
            "example": "unlicensed",
        },
    )
    region = Line(
        max_length=80,
        metadata={"description": "Where in the country of the job, as `needs` names it: some rules differ by region."},
    )
    contract_months = Count(
        minimum=1, maximum=240, metadata={"description": "How many months the contract runs.", "example": 24}
    )
    monthly_wage = Amount(metadata={"description": "Promised for a month; needs `wage_currency`.", "example": "1500"})
    wage_currency = Currency(metadata={"description": "Currency of `monthly_wage`, ISO 4217.", "example": "EUR"})

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

    reference = fields.String(required=True)
    standard = OneOf(FeeStandard, required=True)
    country = fields.String(required=True, allow_none=True, metadata={"description": "Null: everywhere."})
    kinds = fields.List(OneOf(FeeKind), required=True, metadata={"description": "Empty: every kind."})
    needs_labour_contract = fields.Boolean(
        required=True, metadata={"description": "Holds only with a labour contract with the enterprise that charges."}
    )
    charged_by = OneOf(
        (*CHARGED_BY, "any_intermediary", "seafarer_agent"),
        required=True,
        allow_none=True,
        metadata={"description": "Whose charge it is about; null: anybody's."},
    )
    answer = OneOf(Answer, required=True, metadata={"description": "`unknown`: once stood, not known to stand still."})
    reason = OneOf(FeeReason, required=True)
    most_percent = fields.String(
        required=True, allow_none=True, metadata={"description": "Of the contract wages, as decimal text."}
    )
    source = fields.String(required=True)
    source_on = fields.Date(required=True)
    mark = OneOf(
        Mark,
        required=True,
        metadata={"description": "How sure it is: s read in the source, s2 in a secondary source, k known, not read."},
    )
    note = fields.String(required=True, allow_none=True)


class DepositPurposeSchema(OutSchema):
    use = OneOf(DepositUse, required=True)
    kinds = fields.List(OneOf(FeeKind), required=True, metadata={"description": "Charges that it pays back."})
    kinds_perhaps = fields.List(
        OneOf(FeeKind), required=True, metadata={"description": "Charges that it may pay back; that is not settled."}
    )


class DepositRuleSchema(OutSchema):
    """What the deposit of a country's licensed agencies may be spent on."""

    country = fields.String(required=True)
    uses = fields.List(fields.Nested(DepositPurposeSchema), required=True)
    top_up_working_days = fields.Integer(required=True, metadata={"description": "To fill it again once spent."})
    source = fields.String(required=True)
    source_on = fields.Date(required=True)
    mark = OneOf(Mark, required=True)


class FeeRulesSchema(OutSchema):
    rules = fields.List(fields.Nested(FeeRuleSchema), required=True)
    deposits = fields.List(fields.Nested(DepositRuleSchema), required=True)


class FeeFindingSchema(OutSchema):
    """An answer with its reason. `rule` is the reference of the rule cited; null: none is known."""

    answer = OneOf(Answer, required=True)
    code = OneOf(FeeReason, required=True)
    text = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    mark = fields.String(required=True, allow_none=True)


class FeeNoteSchema(OutSchema):
    code = OneOf(FeeReason, required=True)
    text = fields.String(required=True)


class JudgedChargeSchema(OutSchema):
    """One charge, in the order in which they were given."""

    kind = OneOf(FeeKind, required=True)
    amount = fields.String(required=True, metadata=_DECIMAL)
    currency = fields.String(required=True)
    state = OneOf(ChargeState, required=True)
    lawful_at_origin = fields.Nested(FeeFindingSchema, required=True)
    lawful_at_destination = fields.Nested(
        FeeFindingSchema,
        required=True,
        metadata={
            "description": "`no` only by a ban, or a condition that is not met, that is fresh or confirmed and on the one "
            "in `charged_by`."
        },
    )
    ilo_compliant = fields.Nested(FeeFindingSchema, required=True)
    claim = fields.Nested(
        FeeFindingSchema, required=True, metadata={"description": "Whether it can be claimed back, and from where."}
    )


class FeeTotalSchema(OutSchema):
    """Sums of one currency."""

    currency = fields.String(required=True)
    asked = fields.String(required=True, metadata=_DECIMAL)
    paid = fields.String(required=True, metadata=_DECIMAL)
    total = fields.String(required=True, metadata=_DECIMAL)
    months_of_wage = fields.String(
        required=True, allow_none=True, metadata={"description": "To two places; null where it cannot be told."}
    )


class ClaimBodySchema(OutSchema):
    """Whom to go to, by a row of law; texts are English, and names of bodies in their own language."""

    row = fields.String(required=True)
    country = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, metadata={"description": "Whose charge the row is about."})
    redress = fields.String(required=True, allow_none=True)
    time_limit = fields.String(required=True, allow_none=True)


class FeeStepSchema(OutSchema):
    code = OneOf(ClaimStep, required=True)
    text = fields.String(required=True)
    bodies = fields.List(fields.Nested(ClaimBodySchema), required=True)


class FeeAnswerSchema(OutSchema):
    """Two answers to each charge, the totals, and where money can be claimed. No exchange rate is ever assumed."""

    charges = fields.List(fields.Nested(JudgedChargeSchema), required=True)
    totals = fields.List(fields.Nested(FeeTotalSchema), required=True)
    months = fields.Nested(FeeNoteSchema, required=True)
    deposit = fields.Nested(DepositRuleSchema, required=True, allow_none=True)
    at_destination = fields.Nested(FeeFindingSchema, required=True)
    steps = fields.List(
        fields.Nested(FeeStepSchema), required=True, metadata={"description": "How to claim, in the order to go."}
    )
    needs = fields.List(
        fields.Nested(NeedSchema),
        required=True,
        metadata={"description": "What was not stated and the law tells apart: ask again with it."},
    )
    law = fields.List(
        fields.Nested(ReasonSchema),
        required=True,
        metadata={"description": "Permits that the destination does not give: who takes money for one sells nothing."},
    )
    destination_rules = fields.List(
        fields.Nested(LawFeeSchema),
        required=True,
        metadata={"description": "What the destination's law says of charges, and how money comes back."},
    )
