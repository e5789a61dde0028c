"""The organisation's keys: made, exchanged and revoked on a page. A key's text is shown there once."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.errors import InvalidInput
from registry.organisations import keys
from registry.organisations.sessions import MemberPresent
from registry.pages.forms import fault_on, read_digits
from registry.pages.organisations.guard import form_for_members, page_for_members
from registry.pages.organisations.rendering import page, to
from registry.pages.organisations.sign_in import acting, require_password
from registry.vocabulary.organisations import Scope

pages = Blueprint("account_keys", __name__)

KEEPS: Mapping[str, bool | None] = {"usual": None, "every": True, "none": False}
"""Whether what a key asks is kept as receipts, by the word of the form."""


@page_for_members(pages, "/")
def home(session: Session, me: MemberPresent) -> Response:
    return to("keys")


@page_for_members(pages, "/keys")
def list_keys(session: Session, me: MemberPresent, *, fault: str | None = None, made: str | None = None) -> Response:
    today = day_at(now(), None)
    found = keys.keys_of(session, me.organisation.id, today)
    return page(
        "keys.html",
        here="keys",
        fault=fault,
        made=made,
        keys=found,
        usage={one.id: keys.usage_of(session, one.id, today - timedelta(days=29)) for one in found},
        scopes=list(Scope),
        said={
            "name": request.form.get("name", "") if fault else "",
            "days": request.form.get("days", str(keys.DAYS)) if fault else str(keys.DAYS),
            "keeps": request.form.get("keeps", "usual") if fault else "usual",
            "scopes": request.form.getlist("scope") if fault else ["verify"],
            "networks": request.form.get("networks", "")[:2000] if fault else "",
            "is_test": bool(fault) and "test" in request.form,
        },
        keeps=list(KEEPS),
        most_days=keys.MAX_DAYS,
        overlap=keys.OVERLAP_DAYS,
        most_overlap=keys.MAX_OVERLAP,
    )


@form_for_members(pages, "/keys")
@fault_on(list_keys)
def make(session: Session, me: MemberPresent) -> Response:
    scopes = [Scope(word) for word in request.form.getlist("scope") if word in list(Scope)]
    require_password(session, me)
    try:
        made = keys.make(
            acting(session, me),
            request.form.get("name", "")[:200],
            scopes,
            _number("days"),
            is_archiving=KEEPS.get(request.form.get("keeps", "")),
            is_test="test" in request.form,
            networks=request.form.get("networks", "").split(),
        )
    except InvalidInput:
        return list_keys(session, me, fault="bad_networks")
    return list_keys(session, me, made=made.text)


@form_for_members(pages, "/keys/<reference>/exchange")
@fault_on(list_keys)
def exchange(session: Session, me: MemberPresent, reference: str) -> Response:
    require_password(session, me)
    made = keys.rotate(acting(session, me), reference, _number("overlap"))
    return list_keys(session, me, made=made.text)


@form_for_members(pages, "/keys/<reference>/revoke")
def revoke(session: Session, me: MemberPresent, reference: str) -> Response:
    keys.revoke(acting(session, me), reference)
    return to("keys")


def _number(name: str) -> int:
    """A whole number of the form; -1, which every rule refuses with its own words, for anything else."""
    number = read_digits(request.form.get(name, ""), 5)
    return -1 if number is None else number
