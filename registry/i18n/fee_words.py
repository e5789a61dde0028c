"""The fee checker as both edges ask and word it."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency

from registry.core.clock import day_at, now
from registry.core.codes import FeeReason
from registry.i18n.languages import text
from registry.i18n.wording import LOCALES, country_name
from registry.register.law.loading import Law
from registry.verification.fees.rules import Charge, FeeAnswer, FeeFinding, FeeQuestion, Wage, fee_rules_in, judge
from registry.vocabulary.register import Answer, Language

_SAID = {Answer.YES: True, Answer.NO: False}


def fees_answered(parameters: dict[str, Any], law: Law) -> FeeAnswer:
    """The answer to a question as FeesSchema loads it, by the law as it is now. Nothing of it is kept."""
    wage = parameters.get("monthly_wage")
    question = FeeQuestion(
        tuple(Charge(**charge) for charge in parameters["charges"]),
        None if wage is None else Wage(wage, parameters["wage_currency"]),
        parameters.get("origin"),
        parameters.get("destination"),
        _SAID.get(parameters.get("labour_contract", Answer.UNKNOWN)),
    )
    return judge(question, fee_rules_in(law, day_at(now(), None)))


def finding_text(language: Language, finding: FeeFinding) -> str:
    values = {name: country_name(language, value) for name, value in finding.values.items()}
    return text(language, f"fee.reason.{finding.reason}", **values)


def months_text(language: Language, reason: FeeReason) -> str:
    return text(language, f"fee.reason.{reason}")


def exact(amount: Decimal) -> str:
    """The amount as plain digits, never with an exponent."""
    return format(amount, "f")


def money_text(language: Language, amount: Decimal, currency: str) -> str:
    """The amount as the language writes it, with the currency's code, which unlike its sign is never ambiguous."""
    return str(
        format_currency(amount, currency, format="#,##0.00\xa0¤¤", locale=LOCALES[language], currency_digits=False)
    )
