"""Forms that are refused keep what was typed: the page is shown again and says why, and nothing of the attempt is written."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.core.errors import (
    ActRefused,
    ChannelChangeRefused,
    Fault,
    IllegalMove,
    InvalidInput,
    NotNow,
    RegistryError,
    StaleVersion,
)
from registry.i18n.faults import fault_words, field_name
from registry.pages.officers.field_faults import FieldFault
from registry.pages.officers.reasons import refusal_text
from registry.pages.officers.rendering import language
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

_REFUSED = (ChannelChangeRefused, InvalidInput, IllegalMove, NotNow, StaleVersion, ActRefused)


_NONE: Mapping[str, str] = MappingProxyType({})


class Refusal(NamedTuple):
    """Why a form was refused: `code` has its words at `problem.<code>`, `detail` says what to do, in `language`.

    `faults` are those of single fields, each shown beside its field; empty where it is about the whole form.
    """

    status: int
    code: Problem
    detail: str
    language: Language
    faults: tuple[FieldFault, ...] = ()


def attempt(session: Session, act: Callable[[], object], names: Mapping[str, str] = _NONE) -> Refusal | None:
    """Do something, or undo all of it and say why it was refused.

    `names` says what a field is called in the form where the payload calls it otherwise.
    """
    try:
        with session.begin_nested():
            act()
    except _REFUSED as refused:
        return refusal_of(refused, names)
    return None


def refusal_of(refused: RegistryError, names: Mapping[str, str] = _NONE) -> Refusal:
    """What a page says of a refusal, in the language of the officer."""
    status = 400 if isinstance(refused, InvalidInput) else 409
    spoken = language()
    detail = refusal_text(spoken, refused)
    faults = (
        tuple(_field(spoken, fault, names) for fault in refused.faults) if isinstance(refused, InvalidInput) else ()
    )
    return Refusal(status, refused.code, *((refused.text, Language.EN) if detail is None else (detail, spoken)), faults)


def _field(spoken: Language, fault: Fault, names: Mapping[str, str]) -> FieldFault:
    parameter = fault.parameter.partition(".")[0]
    return FieldFault(names.get(parameter, parameter), field_name(spoken, fault), fault_words(spoken, fault))
