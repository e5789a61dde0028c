"""A complaint's questions and answers as words: for the pages that ask them, for their review, and for officers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from registry.complaints.case.answer_rules import ANSWERED_COUNTRIES, OTHER
from registry.complaints.case.questions import QUESTIONNAIRE, UNSAID, Kind, PaidTo, Part, Question
from registry.core.errors import Fault
from registry.i18n.fee_words import money_text
from registry.i18n.languages import has_text, text
from registry.i18n.names import countries, country_name, sector_name
from registry.i18n.wording import listed, word
from registry.vocabulary.register import CORRIDOR_SECTORS, Language

YES_NO = ("yes", "no", *UNSAID)


def part_title(language: Language, part: Part) -> str:
    return text(language, f"question.part.{part}")


def question_text(language: Language, question: Question) -> str:
    values = {"kind": word(language, "fee.kind", question.fee_kind)} if question.fee_kind else {}
    return text(language, question.text_key, **values)


def why_text(language: Language, question: Question) -> str:
    """Why it is asked."""
    return text(language, f"{question.text_key}.why")


def help_text(language: Language, question: Question) -> str:
    """What helps to answer it; empty where nothing needs to be said."""
    key = f"{question.text_key}.help"
    return text(language, key) if has_text(key) else ""


def choices(language: Language, question: Question) -> list[tuple[str, str]]:
    """The options to choose from, with their words: what is not said stands last. Of text and numbers there are none."""
    unsaid = [(code, text(language, f"option.{code}")) for code in UNSAID]
    match question.kind:
        case Kind.YES_NO:
            return [(code, text(language, f"option.{code}")) for code in YES_NO]
        case Kind.CHOICE | Kind.MANY:
            return [(code, option_text(language, question, code)) for code in question.options] + unsaid
        case Kind.COUNTRY:
            named = countries(language, ANSWERED_COUNTRIES)
            return [*named, (OTHER, text(language, f"option.{OTHER}")), *unsaid]
        case Kind.SECTOR:
            sectors = [(code, text(language, f"sector.{code}")) for code in CORRIDOR_SECTORS]
            return [*sectors, (OTHER, text(language, f"option.{OTHER}")), *unsaid]
        case Kind.CONTACT:
            return [(code, option_text(language, question, code)) for code in question.options]
        case _:
            return []


def payees(language: Language) -> list[tuple[str, str]]:
    """To whom a charge was paid, with their words."""
    return [(code.value, _payee(language, code)) for code in PaidTo]


def _payee(language: Language, code: str) -> str:
    return text(language, f"option.{code}" if code in UNSAID else f"option.paid_to.{code}")


def option_text(language: Language, question: Question, code: str) -> str:
    if code in UNSAID:
        return text(language, f"option.{code}")
    return word(language, "fee.kind" if question.options_of == "fee_kind" else f"option.{question.code}", code)


def answer_text(language: Language, question: Question, value: Any) -> str:
    """An answer as it is shown again; what was written stands as it was written."""
    if isinstance(value, str) and value in UNSAID and question.kind is not Kind.TEXT:
        return text(language, f"option.{value}")
    match question.kind:
        case Kind.YES_NO:
            return text(language, f"option.{value}")
        case Kind.CHOICE:
            return option_text(language, question, value)
        case Kind.MANY:
            return listed(language, [option_text(language, question, code) for code in value])
        case Kind.COUNTRY:
            return text(language, f"option.{OTHER}") if value == OTHER else country_name(language, value)
        case Kind.SECTOR:
            return text(language, f"option.{OTHER}") if value == OTHER else sector_name(language, value)
        case Kind.MONEY:
            return _sum(language, value)
        case Kind.CHARGE:
            return listed(language, _charge(language, value))
        case Kind.AGENCY:
            return str(value.get("name") or value["agency_id"])
        case Kind.CONTACT:
            return f"{option_text(language, question, value['how'])}: {value['address']}"
        case _:
            return str(value)


def _sum(language: Language, value: Mapping[str, str]) -> str:
    return money_text(language, Decimal(value["amount"]), value["currency"])


def _charge(language: Language, value: Mapping[str, str]) -> list[str]:
    stated = [_sum(language, value)] if "amount" in value else []
    if "to" in value:
        stated.append(f"{text(language, 'question.paid.to')} {_payee(language, value['to'])}")
    if "receipt" in value:
        receipt = text(language, f"option.{value['receipt']}")
        stated.append(f"{text(language, 'question.paid.receipt')} {receipt}")
    return stated


def in_words(language: Language, code: str, value: Any) -> tuple[str, str]:
    """A question and its answer. One that is asked no more keeps its name."""
    question = QUESTIONNAIRE.by_code.get(code)
    if question is None:
        return code, str(value)
    return question_text(language, question), answer_text(language, question, value)


def fault_text(language: Language, question: Question, fault: Fault) -> str:
    """What is wrong with an answer and what to do, in the reader's own words."""
    is_number = question.kind is Kind.NUMBER and fault.code == "invalid_value"
    return text(language, "question.fault.number" if is_number else f"question.fault.{fault.code}", most=question.most)
