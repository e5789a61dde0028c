"""The public log for people: what it is, its latest signed head, and each entry with its proof."""

from datetime import timedelta

import msgspec
from babel.dates import format_timedelta
from flask import Blueprint, Response
from sqlalchemy import select

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.heartbeats import why_not_signed
from registry.http.transaction import public_reading
from registry.i18n.names import LOCALES
from registry.log import models, queries, tree
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.vocabulary.register import Language

pages = Blueprint("log_pages", __name__)

OLD = timedelta(days=1)
"""A head is signed anew at least this often."""

LAST = 2**62
"""No index lies behind it."""
NEWEST = 10
"""Entries that the log's page shows."""
ADDRESSES = (
    ("checkpoint", "/log/checkpoint"),
    ("vkey", "/log/vkey"),
    ("policy", "/log/policy"),
    ("trust", "/.well-known/registry-trust.json"),
)


@pages.get("/<language:language>/log")
def show_log(language: Language) -> Response:
    head = queries.published(public_reading())
    age = now() - head.signed_at if head else timedelta(0)
    return page(
        "log.html",
        language,
        here="log",
        # Its age is the point: nothing here is kept.
        cache_control=NOT_KEPT,
        head=head,
        age=format_timedelta(age, locale=LOCALES[language], threshold=2),
        is_old=age > OLD,
        is_not_signed=why_not_signed(public_reading(), now()) is not None,
        behind=_size() - head.size if head else 0,
        newest=queries.newest_entries(public_reading(), head.size, NEWEST) if head else [],
        addresses=ADDRESSES,
    )


@pages.get("/<language:language>/log/<int:index>")
def show_entry(language: Language, index: int) -> Response:
    """One entry with its proof. Its content is shown on the record's page, as far as the law lets us."""
    if index > LAST:
        raise NotFound("the log has no such entry")
    found = queries.entry_at(public_reading(), index)
    head = queries.published(public_reading())
    is_signed = head is not None and index < head.size
    return page(
        "log_entry.html",
        language,
        here="log",
        cache_control=SHORT if is_signed else NOT_KEPT,
        entry=found,
        prev=msgspec.json.decode(found.leaf).get("prev"),
        hash=tree.leaf_hash(found.leaf).hex(),
        proof=queries.proof_text(public_reading(), index) if is_signed else None,
        agency_id=found.key.removeprefix("agency/") if found.key.startswith("agency/") else None,
        licence_id=found.key.removeprefix("licence/") if found.key.startswith("licence/") else None,
    )


def _size() -> int:
    """Entries committed, signed or not."""
    return public_reading().execute(select(models.LogState.size)).scalar_one()
