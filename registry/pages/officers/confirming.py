"""Acts that cannot be undone say first what follows, and ask once: the same form comes back with a question."""

from collections.abc import Mapping

from flask import Response, request

from registry.pages.forms import FORM_FIELD
from registry.pages.officers.rendering import page

FIELD = "confirmed"

ASKED: Mapping[str, str] = {
    "closeHearing": "close_hearing",
    "approveSanction": "approve_sanction",
    "confirmSanctionEnd": "end_sanction",
    "withdrawSanction": "drop_sanction",
    "closeOfficer": "close_officer",
}
"""Operations that are asked about, and where their words stand: `confirm.<words>.ask`, `.follows` and `.yes`."""

ASKED_MOVES: Mapping[str, str] = {"closed": "close_case", "merged": "merge_case", "out_of_scope": "out_of_scope"}
"""Moves of a case that are asked about."""


def question_of(operation: str) -> str | None:
    """The words that an act is asked about with, before it is done; None where it is done at once, or was confirmed."""
    if request.form.get(FIELD) == "yes":
        return None
    if operation == "moveCase":
        return ASKED_MOVES.get(request.form.get("to", ""))
    return ASKED.get(operation)


def question_page(words: str, back: str) -> Response:
    """The page that says what follows. Its form brings along all that was sent; `back` leads to where it came from."""
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in (FORM_FIELD, FIELD)]
    return page("confirm.html", here="", words=words, sent=sent, action=request.path, back=back, confirmed=FIELD)
