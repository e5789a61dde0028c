"""Pages of the intake: kept nowhere, nothing in address or title tells what they are about, and each can be left at once."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, request

from registry.http.errors import is_for_programs
from registry.http.paths import is_of_intake
from registry.http.portals import see_other
from registry.http.responses import content_policy, negotiated
from registry.pages.public.rendering import AWAY, NOT_KEPT, is_demo, rendered
from registry.vocabulary.register import Language


def box_policy(language: Language, **more: str) -> str:
    """The policy of a page of the intake: its forms lead to us, or away when somebody leaves; nowhere else."""
    return content_policy(form_action=f"'self' {AWAY[language]}", **more)


_POLICIES = {language: box_policy(language) for language in AWAY}


def box_page(template: str, language: Language, *, status: int = 200, **context: Any) -> Response:
    """A page of the intake. `form_token` goes into each of its forms; without a visit there is none to guard."""
    words: dict[str, Any] = {"form_token": "", "is_demo": is_demo(), "shows_all_numbers": is_demo(), "here": ""}
    body = rendered(f"intake/{template}", language, keeps_query=False, **words | context)
    response = Response(body, status, mimetype="text/html")
    response.headers["Content-Language"] = language
    return response


def lead(language: Language, path: str) -> Response:
    """Lead on, so that going back or loading again sends nothing twice."""
    return see_other(f"/{language}/box{path}")


def again(
    language: Language, form_token: str, path: str, typed: Sequence[tuple[str, str]], *, status: int = 409
) -> Response:
    """A page that asks to send a form again, as it bore the token of an earlier visit or came from another site."""
    return box_page("again.html", language, status=status, form_token=form_token, path=path, typed=typed)


def seal_off(app: Flask) -> None:
    """Give every answer under the intake's addresses, errors too, the headers that keep it from being kept."""
    app.after_request(_sealed_off)


def _sealed_off(response: Response) -> Response:
    path = request.path
    if is_of_intake(path) and not is_for_programs(path):
        response.headers["Cache-Control"] = NOT_KEPT
        # A file has a stricter policy of its own.
        response.headers.setdefault("Content-Security-Policy", _POLICIES[negotiated(request)])
    return response
