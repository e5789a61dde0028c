"""Who is here, for one request and in one transaction; and what becomes of a form that came without one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from registry.clock import now
from registry.complaints import visits
from registry.complaints.visits import Sealer, Visit
from registry.errors import NoVisit
from registry.public.intake import cookies, entering
from registry.public.intake.rendering import again, box_page, lead
from registry.terms import Language
from registry.web.complaints import sealer
from registry.web.transaction import writing

NOT_HELD = ("token", "number", "proof", "cookie")


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody with a visit. What is done in `session` is committed when the view ends well."""

    session: Session
    sealer: Sealer
    visit: Visit
    at: datetime
    language: Language

    @property
    def today(self) -> date:
        return self.at.date()

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        return box_page(template, self.language, status=status, form_token=self.visit.form_token, **context)

    def to(self, path: str) -> Response:
        """Lead on, so that going back or loading again sends nothing twice."""
        return lead(self.language, path)


def visiting(view: Callable[..., Response]) -> Callable[..., Response]:
    """Hand the view who is here. Before the number was typed back, everything leads to that."""
    return _entering(view, is_number=False)


def visiting_number(view: Callable[..., Response]) -> Callable[..., Response]:
    """As `visiting`, for the pages on which the number is shown and typed back."""
    return _entering(view, is_number=True)


def _entering(view: Callable[..., Response], *, is_number: bool) -> Callable[..., Response]:
    @wraps(view)
    def entered(language: Language, **given: Any) -> Response:
        try:
            with writing() as session:
                visit = visits.visit(session, sealer(), cookies.value_of(cookies.VISIT), now())
                here = Here(session, sealer(), visit, now(), language)
                if request.method == "POST" and not cookies.is_token(request.form.get("token", ""), visit.form_token):
                    return again(language, visit.form_token, request.path, held())
                if not is_number and not visit.is_confirmed:
                    return here.to("/number")
                return view(here, **given)
        except NoVisit:
            return entering.knock(language, held() if request.method == "POST" else ())

    return entered


def held() -> list[tuple[str, str]]:
    """What was typed into a form that could not be taken, so that nobody types it twice. Nothing that opens anything."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_HELD]
