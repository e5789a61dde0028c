"""Forms that are refused keep what was typed: the page is shown again and says why, and nothing of the attempt is written."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.codes import Problem
from registry.console.rendering import language
from registry.errors import (
    ActRefused,
    ChannelChangeRefused,
    IllegalMove,
    InvalidInput,
    NotNow,
    RegistryError,
    StaleVersion,
)
from registry.terms import Language
from registry.web.languages import has_text, text

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
        return _refusal(refused)
    return None


def _refusal(refused: RegistryError) -> Refusal:
    status = 400 if isinstance(refused, InvalidInput) else 409
    if isinstance(refused, ActRefused) and has_text(f"console.fault.{refused.reason}"):
        return Refusal(status, refused.code, text(language(), f"console.fault.{refused.reason}"), language())
    if isinstance(refused, IllegalMove) and refused.lack is not None and language() is not Language.EN:
        kind, _, lack = refused.lack.partition(".")
        if has_text(f"{kind}.lack.{lack}"):
            return Refusal(status, refused.code, text(language(), f"{kind}.lack.{lack}"), language())
    return Refusal(status, refused.code, refused.text, Language.EN)
