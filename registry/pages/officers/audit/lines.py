"""The auditor's pages: the unit's lines, whether the chain holds, and a copy to keep elsewhere."""

from collections.abc import Iterator, Sequence
from functools import partial

from flask import Blueprint, Response, request, stream_with_context
from sqlalchemy.orm import Session

from registry.audit import queries as chain
from registry.audit.actions import record
from registry.core.clock import now
from registry.http.transaction import reading
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail as oversight
from registry.oversight.trail import is_reading
from registry.pages.officers.acting import names_in
from registry.pages.officers.audit.details import detail_in, references_in
from registry.pages.officers.audit.filters import AuditFilterForm, number, read_filters
from registry.pages.officers.guard import Afterwards, allowed
from registry.pages.officers.rendering import language, page

pages = Blueprint("console_audit", __name__)

A_PAGE = 50
NOT_OFFICERS = ("complainant", "registry", "operator", "nobody")
"""Actors that are no officers: the complainant, the service itself, its operator, and an unknown at sign-in."""


@pages.get("/audit")
@allowed(Resource.AUDIT, Act.READ)
def lines(session: Session, me: AuthenticatedOfficer) -> Response:
    stated, unit = read_filters(request.args), me.standing.unit
    oversight.note_reading(session, "audit.read", unit, on=now().date(), actor=me.officer.reference, unit=unit)
    found = [] if stated.faults else oversight.lines_of(
        session, unit, stated.wanted, before=number(request.args), limit=A_PAGE + 1
    )  # fmt: skip
    on_page = found[:A_PAGE]
    return page(
        "audit/lines.html",
        here="audit",
        status=400 if stated.faults else 200,
        asked=stated,
        lines=on_page,
        older=on_page[-1].number if len(found) > A_PAGE else None,
        is_first="before" not in request.args,
        people=names_in(session, unit),
        names=oversight.names_of(session, _people_in(on_page)),
        nobody=NOT_OFFICERS,
        is_reading=is_reading,
        detail_of=partial(detail_in, language()),
    )


def _people_in(on_page: Sequence[oversight.Line]) -> list[str]:
    """Who may be named in lines, as references."""
    details = references_in(one.detail for one in on_page)
    return [*(one.actor for one in on_page), *(one.subject or "" for one in on_page), *details]


@pages.get("/audit/verify")
@allowed(Resource.AUDIT, Act.READ)
def verify(_session: Session, _me: AuthenticatedOfficer) -> Afterwards:
    """Deriving a long chain takes a while."""
    typed = request.args.get("head", "").strip()[:100]
    stored = chain.read_head(typed) if typed else None
    is_head = stored is not None or not typed
    return Afterwards(
        lambda: page(
            "audit/verify.html",
            here="audit",
            status=200 if is_head else 400,
            typed=typed,
            found=chain.verify(reading(), stored) if is_head else None,
        )
    )


@pages.get("/audit/export")
@allowed(Resource.AUDIT, Act.EXPORT)
def export(session: Session, me: AuthenticatedOfficer) -> Response:
    stated = read_filters(request.args)
    if stated.faults:
        return page("audit/refused.html", here="audit", status=400, asked=stated)
    unit = me.standing.unit
    record(session, "audit.exported", unit, on=now().date(), actor=me.officer.reference, unit=unit)
    response = Response(stream_with_context(_exported(unit, stated)), content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{unit}-{now().date()}.jsonl"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _exported(unit: str, stated: AuditFilterForm) -> Iterator[bytes]:
    """Read when the line that tells of it is committed, so that the copy holds it too."""
    yield from oversight.exported(reading(), unit, stated.wanted)
