"""The visitor of a request and its transaction; and what becomes of a form that came without a visit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, request

from registry.complaints.case import access, complaint_codes, visits
from registry.core.clock import now
from registry.core.errors import NoVisit
from registry.http.complaint_services import MailboxRequest, sealer
from registry.http.transaction import writing
from registry.pages.intake import cookies, sign_in
from registry.pages.intake.rendering import again, box_page, lead
from registry.vocabulary.register import Language

NOT_HELD = ("token", "number", "last_six", "proof", "cookie")
WITH_WORDS = (Language.ZH_HANS, Language.ZH_HANT)
"""Languages in which a number is shown as words, too."""


@dataclass(frozen=True, slots=True)
class PageRequest(MailboxRequest):
    """A request of the holder of a mailbox that is answered by a page."""

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        words: dict[str, Any] = {"form_token": self.visit.form_token} | shown_code(self.visit, self.language)
        return box_page(template, self.language, status=status, **words | context)

    def to(self, path: str) -> Response:
        """Lead on, so that going back or loading again sends nothing twice."""
        return lead(self.language, path)


def visiting(view: Callable[..., Response]) -> Callable[..., Response]:
    """Hand the view the visitor. Before the number was typed back, everything leads to that."""
    return _entering(view, is_number=False)


def shown_code(visit: visits.Visit, language: Language) -> dict[str, Any]:
    """The number while it was not typed back: its digits in groups, and on Chinese pages its six words."""
    if visit.code is None:
        return {"groups": [], "words": []}
    words = complaint_codes.words_of(visit.code, language) if language in WITH_WORDS else []
    return {"groups": complaint_codes.grouped(visit.code).split(" "), "words": words}


def drafting(view: Callable[..., Response]) -> Callable[..., Response]:
    """As `visiting`, for pages on which a draft is written: before its number was typed back that stands on top of them."""
    return _entering(view, is_number=False, is_draft=True)


def visiting_number(view: Callable[..., Response]) -> Callable[..., Response]:
    """As `visiting`, for the pages on which the number is shown and typed back."""
    return _entering(view, is_number=True)


def _entering(view: Callable[..., Response], *, is_number: bool, is_draft: bool = False) -> Callable[..., Response]:
    @wraps(view)
    def came_in(language: Language, **given: Any) -> Response:
        try:
            with open_visit(language) as visitor:
                if not is_number and not visitor.visit.is_confirmed and not (is_draft and is_beside(visitor.visit)):
                    return visitor.to("/number")
                return view(visitor, **given)
        except NoVisit:
            return sign_in.number_page(language, submitted_fields() if request.method == "POST" else ())
        except StaleForm as stale:
            return again(language, stale.form_token, request.path, submitted_fields())

    return came_in


@contextmanager
def open_visit(language: Language, *, is_read_alone: bool = False) -> Iterator[PageRequest]:
    """The visitor and the transaction of the request.

    Raises NoVisit, and StaleForm where a form has another visit's token.

    `is_read_alone`: nothing will be done for the form that came, and it is not looked at.
    """
    # Read first: a slow telephone sends for a while, and no one is to wait for it at the database.
    given = request.form.get("token", "") if request.method == "POST" and not is_read_alone else None
    at = now()
    with writing() as session:
        visit = visits.visit(session, sealer(), cookies.value_of(cookies.VISIT), at, is_code_beside=True)
        if given is not None and not cookies.is_token(given, visit.form_token):
            raise StaleForm(visit.form_token)
        yield PageRequest(session, sealer(), visit, at, language)


def is_beside(visit: visits.Visit) -> bool:
    """Whether the number of a new draft stands on top of what is written; a number that replaces another is typed back first."""
    return visit.code is not None and not access.is_replacement(visit.box)


class StaleForm(Exception):
    """A form that came with the mark of an earlier visit, or from another site. `form_token` is that of this visit."""

    def __init__(self, form_token: str) -> None:
        super().__init__("a form without the mark of this visit")
        self.form_token = form_token


def submitted_fields() -> list[tuple[str, str]]:
    """What was typed into a form that was not accepted, so that it is not typed twice. Never a number or token."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_HELD]
