"""Visits of complainants by token, one transaction each. A token comes in a header, never in a URL."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NamedTuple

from flask import request

from registry.complaints.case import complaint_codes, visits
from registry.core.clock import now
from registry.core.errors import NoVisit
from registry.http.clients import network_here
from registry.http.complaint_services import MailboxRequest, sealer
from registry.http.responses import requested_language
from registry.http.transaction import keyring, services, writing

_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{43})")


def visiting(view: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the view the visitor, or raise NoVisit before anything else is done."""

    @wraps(view)
    def entering(self: Any, **given: Any) -> Any:
        with open_visit() as visitor:
            return view(self, visitor, **given)

    return needs_visit(entering)


@contextmanager
def open_visit() -> Iterator[MailboxRequest]:
    """The visitor of this request, and the transaction of the request. Raises NoVisit before anything else is done."""
    token, at = token_of(request.headers.get("Authorization")), now()
    with writing() as session:
        visit = visits.visit(session, sealer(), token, at)
        yield MailboxRequest(session, sealer(), visit, at, requested_language(request.environ))


def needs_visit(view: Callable[..., Any]) -> Callable[..., Any]:
    """Say in the document that a view asks for a token; that it does, is its own business."""
    view.needs = "visit"  # type: ignore[attr-defined]
    return view


class New(NamedTuple):
    """A receipt that was made just now, and what it comes to."""

    code: str
    root: complaint_codes.Root


def visiting_with_new_receipt(view: Callable[..., Any]) -> Callable[..., Any]:
    """As `visiting`, with a receipt derived before the transaction, and only for a visitor."""
    entering = visiting(view)

    @wraps(view)
    def minting(self: Any, **given: Any) -> Any:
        require_visit()
        code = complaint_codes.new_code()
        return entering(self, new=New(code, complaint_codes.derive(keyring(), code, network_here())), **given)

    return needs_visit(minting)


def require_visit() -> None:
    """Raises NoVisit. Changes nothing and holds nothing, for what is costly or slow and comes before the transaction."""
    with services().reading_sessions() as session:
        visits.visit(session, sealer(), token_of(request.headers.get("Authorization")), now(), is_extended=False)


def token_of(header: str | None) -> str:
    """The token of an Authorization header. Raises NoVisit where there is none, or more than one."""
    match = _BEARER.fullmatch(header or "")
    if match is None:
        raise NoVisit("a token is needed: Authorization: Bearer and what startComplaint or startVisit gave")
    return match[1]
