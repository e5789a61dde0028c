"""Leaving at once: the visit ends, the browser forgets, and something harmless is on the screen."""

from flask import Blueprint, Response, redirect

from registry.public.intake.rendering import AWAY
from registry.terms import Language

pages = Blueprint("intake_leaving", __name__)


@pages.post("/<language:language>/box/leave")
def leave(language: Language) -> Response:
    """Never refused, whatever the form lacks: at worst somebody has to type his number again."""
    response = redirect(AWAY[language], 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response  # type: ignore[return-value]
