"""The organisation's keys: made, exchanged and revoked on a page. A key's text is shown there once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.organisation_acts.key_acts import KEYS, ONE_KEY
from registry.organisations import keys
from registry.organisations.sessions import MemberPresent
from registry.pages.forms import read_digits
from registry.pages.organisations.forms import Form, ListPage
from registry.pages.organisations.guard import page_for_members
from registry.pages.organisations.rendering import page, to
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


def _fields_of_new(_session: Session, _me: MemberPresent) -> dict[str, Any]:
    return {
        "label": request.form.get("name", "")[:200],
        "scopes": [Scope(word) for word in request.form.getlist("scope") if word in list(Scope)],
        "days": _number("days"),
        "is_archiving": KEEPS.get(request.form.get("keeps", "")),
        "is_test": "test" in request.form,
        "networks": request.form.get("networks", "").split(),
    }


def _show_key(session: Session, me: MemberPresent, made: keys.MadeKey) -> Response:
    return list_keys(session, me, made=made.text)


def _number(name: str) -> int:
    """A whole number of the form; -1, which every rule refuses with its own words, for anything else."""
    number = read_digits(request.form.get(name, ""), 5)
    return -1 if number is None else number


PAGE = ListPage(pages, "keys", list_keys)
PAGE.serve("/keys", KEYS, make=Form(_fields_of_new, _show_key))
PAGE.serve("/keys/<reference>", ONE_KEY, exchange=Form(lambda *_: {"overlap_days": _number("overlap")}, _show_key))
