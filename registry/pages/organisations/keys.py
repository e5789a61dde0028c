"""The organisation's keys: made, exchanged and revoked on a page. A key's text is shown there once."""

from collections.abc import Mapping

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, NotFound
from registry.core.ids import read_reference
from registry.organisations import keys
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.guard import for_members
from registry.pages.organisations.reauthentication import password_fault
from registry.pages.organisations.rendering import page, to
from registry.vocabulary.organisations import Scope

pages = Blueprint("account_keys", __name__)

KEEPS: Mapping[str, bool | None] = {"usual": None, "every": True, "none": False}
"""Whether what a key asks is kept as receipts, by the word of the form."""


@pages.get("/")
@for_members
def home(session: Session, me: MemberPresent) -> Response:
    return to("keys")


@pages.get("/keys")
@for_members
def listed(session: Session, me: MemberPresent) -> Response:
    return _page(session, me)


@pages.post("/keys")
@for_members
def make(session: Session, me: MemberPresent) -> Response:
    fault = password_fault(session, me)
    if fault is not None:
        return _page(session, me, fault=fault)
    scopes = [Scope(word) for word in request.form.getlist("scope") if word in list(Scope)]
    try:
        name = request.form.get("name", "")[:200]
        made = keys.make(
            session,
            me.organisation,
            name,
            scopes,
            _number("days"),
            today=day_at(now(), None),
            keeps_every=KEEPS.get(request.form.get("keeps", "")),
            is_test="test" in request.form,
        )
    except ActRefused as refused:
        return _page(session, me, fault=refused.reason)
    return _page(session, me, made=made[1])


@pages.post("/keys/<reference>/exchange")
@for_members
def exchange(session: Session, me: MemberPresent, reference: str) -> Response:
    fault, at = password_fault(session, me), now()
    if fault is not None:
        return _page(session, me, fault=fault)
    try:
        overlap = _number("overlap")
        made = keys.rotate(session, me.organisation, _read(reference), overlap, at=at, today=day_at(at, None))
    except ActRefused as refused:
        return _page(session, me, fault=refused.reason)
    return _page(session, me, made=made[1])


@pages.post("/keys/<reference>/revoke")
@for_members
def revoke(session: Session, me: MemberPresent, reference: str) -> Response:
    at = now()
    keys.revoke(session, me.organisation.id, _read(reference), at=at, today=day_at(at, None))
    return to("keys")


def _page(session: Session, me: MemberPresent, *, fault: str | None = None, made: str | None = None) -> Response:
    return page(
        "keys.html",
        here="keys",
        status=400 if fault else 200,
        fault=fault,
        made=made,
        keys=keys.keys_of(session, me.organisation.id, day_at(now(), None)),
        scopes=list(Scope),
        said={
            "name": request.form.get("name", "") if fault else "",
            "days": request.form.get("days", str(keys.DAYS)) if fault else str(keys.DAYS),
            "keeps": request.form.get("keeps", "usual") if fault else "usual",
            "scopes": request.form.getlist("scope") if fault else ["verify"],
            "is_test": bool(fault) and "test" in request.form,
        },
        keeps=list(KEEPS),
        most_days=keys.MAX_DAYS,
        overlap=keys.OVERLAP_DAYS,
        most_overlap=keys.MAX_OVERLAP,
    )


def _number(name: str) -> int:
    """A whole number of the form; -1, which every rule refuses with its own words, for anything else."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _read(reference: str) -> str:
    found = read_reference(reference)
    if found is None:
        raise NotFound("there is no such key")
    return found
