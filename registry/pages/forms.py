"""What forms of several portals share: what was refused, a whole number, and the answer to a question of a complaint.

The answer is read for the pages that ask one question at a time, and for those of several.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.complaints.case.questions import Kind, Question
from registry.core.errors import ActRefused

View = Callable[..., Any]

CURRENCIES = ("CNY", "EUR", "USD", "CZK", "PLN", "HUF", "RON", "BGN", "DKK", "SEK", "HKD", "GBP")
"""Of an EU state, of China, or what a debt is counted in. Another one is typed beside the sum."""

PARTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MONEY: ("amount", "currency"),
    Kind.CHARGE: ("amount", "currency", "to", "receipt"),
    Kind.AGENCY: ("agency_id", "name"),
    Kind.CONTACT: ("how", "address"),
}
"""Answers of several fields; what each is called in the form."""


def fault_on(page: View) -> Callable[[View], View]:
    """A form's view: what is refused shows the page of the form again, with the `fault`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def tried(session: Session, me: Any, **path: Any) -> Any:
            try:
                return view(session, me, **path)
            except ActRefused as refused:
                return page(session, me, fault=refused.reason)

        return tried

    return decorate


def read_digits(text: str, max_length: int = 9) -> int | None:
    """A whole number of so many plain digits at most; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= max_length else None


def read_form(question: Question, form: MultiDict[str, str], field: str = "") -> Any:
    """The answer as a form gives it; None where nothing was chosen or typed.

    `field` names the question's field where a form has several; the parts of an answer are `<field>.<part>` then.
    """
    name = field or "answer"
    if question.kind is Kind.MANY:
        return form.getlist(name) or None
    if question.kind in PARTS:
        parts = {part: f"{field}.{part}" if field else part for part in PARTS[question.kind]}
        return {part: form[name] for part, name in parts.items() if form.get(name, "").strip()} or None
    return form.get(name) or None
