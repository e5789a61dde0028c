"""What is wrong with the fields of a form, in words of a page language."""

from collections.abc import Iterable
from datetime import date

from registry.core.errors import Fault
from registry.core.faults import Message
from registry.i18n.languages import has_text, text
from registry.i18n.wording import date_text, licence_field_key
from registry.vocabulary.record import DETAILS
from registry.vocabulary.register import Language

_CHINESE = frozenset({Language.ZH_HANS, Language.ZH_HANT})


def faults_text(language: Language, faults: Iterable[Fault]) -> str:
    """One line for all of them, each with the name of its field."""
    return ("；" if language in _CHINESE else "; ").join(_one(language, fault) for fault in faults)


def message_in(language: Language, message: Message) -> str:
    """The sentence of a message; days in it are written as the language writes them, in English as programs read them."""
    if language is Language.EN:
        return str(message)
    facts = {name: _view(language, name, fact) for name, fact in message.facts.items()}
    return text(language, f"fault.{message.code}", **facts)


def field_name(language: Language, fault: Fault) -> str:
    """What the field of a fault is called where no form says it."""
    field = fault.parameter.partition(".")[0]
    key = licence_field_key(field) if field in DETAILS else f"field.{field}"
    return text(language, key) if has_text(key) else fault.parameter


def _one(language: Language, fault: Fault) -> str:
    return text(language, "faults.one", field=field_name(language, fault), words=fault_words(language, fault))


def fault_words(language: Language, fault: Fault) -> str:
    """What is wrong with a field and what to do, without its name."""
    if fault.message is not None:
        return message_in(language, fault.message)
    if language is Language.EN:
        return fault.detail
    return text(language, "faults.unworded", problem=text(language, f"problem.{fault.code}"), detail=fault.detail)


def _view(language: Language, name: str, fact: object) -> str:
    if isinstance(fact, date):
        return date_text(language, fact)
    if name == "act" and has_text(f"licensing.act.{fact}"):
        return text(language, f"licensing.act.{fact}")
    if name == "state" and has_text(f"case_state.{fact}"):
        return text(language, f"case_state.{fact}")
    return str(fact)
