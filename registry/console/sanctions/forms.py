"""What the forms of sanctions bring along, read into what the actions take. What cannot be read is said beside its field."""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from registry.codes import Problem
from registry.desk_terms import Timing, ToldFirst
from registry.errors import Fault, InvalidInput
from registry.sanctions.actions import Look, Terms
from registry.terms import SanctionKind

Form = MultiDict[str, str]
Word = TypeVar("Word", bound=StrEnum)


def terms(form: Form) -> Terms:
    """Raises InvalidInput."""
    first = day(form, "effective_from")
    if first is None:
        raise InvalidInput([Fault("effective_from", Problem.MISSING, "must be a day")])
    return Terms(
        word(form, "kind", SanctionKind),
        form.get("legal_ground", ""),
        first,
        until=day(form, "until"),
        appeal_deadline=day(form, "appeal_deadline"),
        publish_until=day(form, "publish_until"),
        public_text=form.get("public_text", ""),
    )


def look(form: Form) -> Look:
    """Raises InvalidInput."""
    return Look(
        number(form, "workers"),
        number(form, "permits_at_risk"),
        number(form, "deposit_claims"),
        frozenset(ToldFirst(one) for one in form.getlist("told") if one in set(ToldFirst)),
        form.get("teller", ""),
        word(form, "timing", Timing),
        waits_until=day(form, "waits_until"),
    )


def word(form: Form, name: str, words: type[Word]) -> Word:
    typed = form.get(name, "")
    if typed not in {one.value for one in words}:
        raise InvalidInput([Fault(name, Problem.MISSING, "choose one of these")])
    return words(typed)


def day(form: Form, name: str) -> date | None:
    """None where nothing was typed."""
    typed = form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "must be a day like 2026-12-31")]) from None


def number(form: Form, name: str) -> int | None:
    """None where nothing was typed: it is not known."""
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "must be a number of people, or empty")])
    return int(typed)
