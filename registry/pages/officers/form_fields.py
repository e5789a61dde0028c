"""What was typed into a field of a page, or what is wrong with it, said beside the field."""

from collections.abc import Mapping
from datetime import date

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem


def day(text: str) -> date | None:
    """A day like 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_in(form: Mapping[str, str], field: str) -> date:
    """Raises InvalidInput."""
    found = day(form.get(field, "").strip())
    if found is None:
        raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "day_like")])
    return found


def any_day_in(form: Mapping[str, str], field: str) -> date | None:
    """None where nothing was typed. Raises InvalidInput."""
    return day_in(form, field) if form.get(field, "").strip() else None


def any_number_in(form: Mapping[str, str], field: str, unread: str = "number_digits") -> int | None:
    """None where nothing was typed: it is not known. Raises InvalidInput, saying the message `unread`."""
    typed = form.get(field, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, unread)])
    return int(typed)
