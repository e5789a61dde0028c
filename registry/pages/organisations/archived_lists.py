"""Lists that were kept whole, on pages: found, saved with the manifest that signs them, asked anew and let go."""

import json

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.bulk.answering.statements import row_proof
from registry.bulk.archive import lists
from registry.bulk.archive.files import stamp_file
from registry.bulk.archive.rechecks import ASKED, verify_again
from registry.bulk.archive.stamps import standings_of
from registry.bulk.models import ArchivedList
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.responses import File, respond_with_file
from registry.http.schemas import BYTES
from registry.http.transaction import services
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.guard import for_members
from registry.pages.organisations.receipts import A_PAGE, LIST_FILTERS, filter_facts, search_form, subject_of
from registry.pages.organisations.rendering import page, to

pages = Blueprint("account_kept_lists", __name__)

PARTS = {"manifest": "manifest.jws", "statements": "statements.jsonl"}
COUNTS = ("items", "yes", "no", "unknown", "refused")


@pages.get("/receipts/lists")
@for_members
def list_archived_lists(session: Session, me: MemberPresent) -> Response:
    search, ours, before = search_form(LIST_FILTERS), me.organisation.id, request.args.get("before", "")
    row = _find_list(session, me, before).id if before else None
    found = lists.lists_of(session, ours, A_PAGE + 1, row, search.which)
    return page(
        "kept_lists.html",
        here="receipts",
        status=400 if search.fault else 200,
        **filter_facts(search),
        lists=found[:A_PAGE],
        older=found[A_PAGE - 1].reference if len(found) > A_PAGE else None,
    )


@pages.get("/receipts/lists/<reference>")
@for_members
def show_archived_list(session: Session, me: MemberPresent, reference: str) -> Response:
    """A page on how an archived list was answered, to download its statements and the manifest that signs them."""
    return _list_page(_find_list(session, me, reference))


@pages.get("/receipts/lists/<reference>/changes")
@for_members
def list_changes(session: Session, me: MemberPresent, reference: str) -> Response:
    """Some of its rows are asked anew, and those are listed that are answered otherwise now."""
    stored, after = _find_list(session, me, reference), request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 8):
        raise NotFound("rows of a list are counted from 0, in digits")
    found = verify_again(stored, int(after), ASKED, now())
    return page(
        "kept_list_changes.html",
        here="receipts",
        kept=stored,
        first=int(after) + 1,
        last=int(after) + found.asked,
        found=found,
        rows=[(row, subject_of(row.question)) for row in found.rows],
    )


@pages.get("/receipts/lists/<reference>/proof")
@for_members
def download_row_proof(session: Session, me: MemberPresent, reference: str) -> Response:
    """One row with its proof, as a file to be shown without the others. People count from 1, and the file from 0."""
    stored, stated = _find_list(session, me, reference), request.args.get("row", "").strip()
    lines = lists.statements_of(services().settings, stored)
    try:
        if not (stated.isascii() and stated.isdigit() and int(stated[:8]) > 0):
            raise NotFound("rows are counted from 1 here")
        proved = row_proof(lines, str(int(stated) - 1), stored.manifest)
    except NotFound:
        return _list_page(stored, "no_such_row", stated[:20])
    body = [json.dumps(proved, ensure_ascii=False, indent=2).encode() + b"\n"]
    return respond_with_file(File(body, BYTES, f"{stored.reference}-row-{stated}.json", len(body[0])))


@pages.get("/receipts/lists/<reference>/<part>")
@for_members
def download_part(session: Session, me: MemberPresent, reference: str, part: str) -> Response:
    stored = _find_list(session, me, reference)
    if part == "manifest":
        body = [stored.manifest.encode()]
    elif part == "statements":
        body = list(lists.statements_of(services().settings, stored))
    elif part == "stamp":
        return respond_with_file(stamp_file(stored))
    else:
        raise NotFound("a kept list has a manifest, statements and a stamp")
    name = f"{stored.reference}-{PARTS[part]}"
    return respond_with_file(File(body, BYTES, name, sum(map(len, body))))


@pages.post("/receipts/lists/<reference>/remove")
@for_members
def remove(session: Session, me: MemberPresent, reference: str) -> Response:
    lists.let_list_go(session, me.organisation.id, reference)
    return to("receipts/lists")


def _list_page(stored: ArchivedList, fault: str | None = None, row: str = "") -> Response:
    status = 404 if fault else 200
    stamps = standings_of(stored, services().settings.home)
    return page(
        "kept_list.html",
        here="receipts",
        kept=stored,
        stamps=stamps,
        counts=COUNTS,
        status=status,
        fault=fault,
        row=row,
    )


def _find_list(session: Session, me: MemberPresent, reference: str) -> ArchivedList:
    return lists.list_named(session, me.organisation.id, reference)
