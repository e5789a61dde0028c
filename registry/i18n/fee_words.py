"""The fee checker as both edges ask and word it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency

from registry.core.clock import day_at, now
from registry.i18n.languages import has_text, text
from registry.i18n.names import LOCALES, country_name
from registry.i18n.wording import date_text
from registry.register.law import loading, words
from registry.verification.fees.question import Charge, FeeAnswer, FeeFinding, FeeQuestion, Step, Wage
from registry.verification.fees.rules import fee_rules_in, judge
from registry.vocabulary.codes import ClaimStep, FeeReason
from registry.vocabulary.register import Answer, Language

_SAID = {Answer.YES: True, Answer.NO: False}


def fees_answered(parameters: dict[str, Any], law: loading.Law) -> FeeAnswer:
    """The answer to a question as FeesSchema loads it, by the law as it is now. Nothing of it is kept."""
    wage = parameters.get("monthly_wage")
    question = FeeQuestion(
        tuple(Charge(**{"amount": None} | charge) for charge in parameters["charges"]),
        None if wage is None else Wage(wage, parameters["wage_currency"]),
        parameters.get("origin"),
        parameters.get("destination"),
        _SAID.get(parameters.get("labour_contract", Answer.UNKNOWN)),
        words.ChargedBy(parameters["charged_by"]) if "charged_by" in parameters else None,
        parameters.get("contract_months"),
        _SAID.get(parameters.get("written_contract", Answer.UNKNOWN)),
        parameters.get("region"),
    )
    today = day_at(now(), None)
    return judge(question, fee_rules_in(law, today), today)


def finding_text(language: Language, finding: FeeFinding) -> str:
    """A finding as sentences. What a text says that is too old to decide has words of its own."""
    values = {name: _WORDED.get(name, _plain)(language, value) for name, value in finding.values.items()}
    key = f"fee.reason.{finding.reason}"
    is_open = finding.answer is Answer.UNKNOWN and has_text(f"{key}.old")
    return text(language, f"{key}.old" if is_open else key, **values)


def _plain(_: Language, value: str) -> str:
    return value


_WORDED: Mapping[str, Callable[[Language, str], str]] = {
    "country": country_name,
    "on": lambda language, value: date_text(language, date.fromisoformat(value)),
}


def step_text(language: Language, step: Step) -> str:
    """What to do in a step; of the last one, whether any time limit is known."""
    is_open = step.code is ClaimStep.IN_TIME and not step.rows
    return text(language, f"fee.step.{step.code}{'.unknown' if is_open else ''}")


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
