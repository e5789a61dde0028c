"""Forms that are refused keep what was typed: the page is shown again and says why, and nothing of the attempt is written."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.core.codes import Problem
from registry.core.errors import (
    ActRefused,
    ChannelChangeRefused,
    IllegalMove,
    InvalidInput,
    NotNow,
    RegistryError,
    StaleVersion,
)
from registry.pages.officers.reasons import refusal_text
from registry.pages.officers.rendering import language
from registry.vocabulary.register import Language

_REFUSED = (ChannelChangeRefused, InvalidInput, IllegalMove, NotNow, StaleVersion, ActRefused)


class Refusal(NamedTuple):
    """Why a form was refused: `code` has its words at `problem.<code>`, `detail` says what to do, in `language`."""

    status: int
    code: Problem
    detail: str
    language: Language


def attempt(session: Session, act: Callable[[], object]) -> Refusal | None:
    """Do something, or undo all of it and say why it was refused."""
    try:
        with session.begin_nested():
            act()
    except _REFUSED as refused:
        return refusal_of(refused)
    return None


def refusal_of(refused: RegistryError) -> Refusal:
    """What a page says of a refusal, in the language of the officer."""
    status = 400 if isinstance(refused, InvalidInput) else 409
    spoken = language()
    detail = refusal_text(spoken, refused)
    return Refusal(status, refused.code, *((refused.text, Language.EN) if detail is None else (detail, spoken)))
