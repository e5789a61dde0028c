"""What the forms of sanctions bring along, read into what the actions take. What cannot be read is said beside its field."""

from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from registry.codes import Problem
from registry.console.typed import any_day_in, any_number_in, day_in
from registry.desk_terms import Timing, ToldFirst
from registry.errors import Fault, InvalidInput
from registry.sanctions.actions import Look, Terms
from registry.sanctions.models import Sanction
from registry.terms import SanctionKind

Form = MultiDict[str, str]
Word = TypeVar("Word", bound=StrEnum)


def terms(form: Form) -> Terms:
    """Raises InvalidInput."""
    return Terms(
        word(form, "kind", SanctionKind),
        form.get("legal_ground", ""),
        day_in(form, "effective_from"),
        until=any_day_in(form, "until"),
        appeal_deadline=any_day_in(form, "appeal_deadline"),
        publish_until=any_day_in(form, "publish_until"),
        public_text=form.get("public_text", ""),
        amount=form.get("amount", ""),
        currency=form.get("currency", ""),
        points=any_number_in(form, "points"),
    )


TERMS = (
    "kind", "amount", "currency", "points", "legal_ground", "public_text", "effective_from", "until", "appeal_deadline",
    "publish_until",
)  # fmt: skip


def typed_of(sanction: Sanction) -> dict[str, str]:
    """A sanction's terms as its form shows them."""
    found = {name: getattr(sanction, name) for name in TERMS}
    return {name: str(value) for name, value in found.items() if value is not None}


def otherwise(sanction: Sanction, form: Form) -> list[tuple[str, str, str]]:
    """The terms that stand there otherwise than they were typed: name, what stands there, what was typed."""
    stands = typed_of(sanction)
    both = [(name, stands.get(name, ""), form.get(name, "").strip()) for name in TERMS]
    return [one for one in both if one[1] != one[2]]


def look(form: Form) -> Look:
    """Raises InvalidInput."""
    return Look(
        any_number_in(form, "workers"),
        any_number_in(form, "permits_at_risk"),
        any_number_in(form, "deposit_claims"),
        frozenset(ToldFirst(one) for one in form.getlist("told") if one in set(ToldFirst)),
        form.get("teller", ""),
        word(form, "timing", Timing),
        waits_until=any_day_in(form, "waits_until"),
    )


def word(form: Form, name: str, words: type[Word]) -> Word:
    typed = form.get(name, "")
    if typed not in {one.value for one in words}:
        raise InvalidInput([Fault.of(name, Problem.MISSING, "choose_one")])
    return words(typed)
