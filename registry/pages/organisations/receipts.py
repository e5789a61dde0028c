"""The due-diligence file on pages: what was kept, what one receipt says and whether it holds, what changed, and files of it.

And lists that were kept whole: found, saved with the manifest that signs them, asked anew and let go.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.bulk.answering.statements import row_proof
from registry.bulk.archive import lists, receipts, rechecks, stamps
from registry.bulk.models import ArchivedList, ArchivedReceipt
from registry.core.clock import now
from registry.core.errors import InvalidInput, NotFound
from registry.core.ids import read_reference
from registry.http.responses import BYTES, File, respond_with_file
from registry.http.transaction import services
from registry.i18n.languages import SPOKEN_OF, has_text, text
from registry.i18n.names import country_name, sector_name
from registry.i18n.wording import reason_text, word
from registry.organisation_acts import receipt_acts
from registry.organisations.sessions import MemberPresent
from registry.pages.forms import read_digits
from registry.pages.organisations.forms import Form, ListPage
from registry.pages.organisations.guard import page_for_members
from registry.pages.organisations.rendering import language, page
from registry.verification.verdicts.queries import VerdictAnswer
from registry.vocabulary.register import Answer, Language

pages = Blueprint("account_receipts", __name__)

RECENT = 5
"""Archived lists that stand beside the receipts; all of them have a page of their own."""


class ReceiptSearch(NamedTuple):
    """What the form says, as it was typed; which receipts it means; and the word of what is wrong with it."""

    said: dict[str, str]
    which: receipts.Filter
    fault: str | None = None


@page_for_members(pages, "/receipts")
def list_receipts(session: Session, me: MemberPresent) -> Response:
    return _receipts_page(session, me, search_form())


@page_for_members(pages, "/receipts/changes")
def list_changes(session: Session, me: MemberPresent) -> Response:
    """A page of receipts is asked anew, and those are listed whose answer is another now."""
    search, at = search_form(), now()
    found, older = ([], None) if search.fault else _find_receipts(session, me, search.which)
    compared = [(one, rechecks.checked_again(one.token, at)) for one in found]
    return page(
        "receipt_changes.html",
        here="receipts",
        **filter_facts(search),
        count=len(found),
        changed=[(one, again) for one, again in compared if again.differences],
        older=older,
    )


@page_for_members(pages, "/receipts/export")
def export_receipts(session: Session, me: MemberPresent) -> Response:
    search, form = search_form(), request.args.get("form", "")
    if form not in receipts.FORMS:
        raise NotFound(f"receipts are saved as {', '.join(receipts.FORMS)}")
    if search.fault is None:
        try:
            return respond_with_file(receipts.export(session, me.organisation.id, form, search.which))
        except InvalidInput:
            search = search._replace(fault="too_many_receipts")
    return _receipts_page(session, me, search)


@page_for_members(pages, "/receipts/<reference>")
def show_receipt(session: Session, me: MemberPresent, reference: str) -> Response:
    """What was asked and answered then, whether the registry signed it, and what it answers to the same today."""
    stored, at = _find_receipt(session, me, reference), now()
    again, spoken = rechecks.checked_again(stored.token, at), language()
    return page(
        "receipt.html",
        here="receipts",
        kept=stored,
        stamps=stamps.standings_of(stored, services().settings.home),
        at=at,
        again=again,
        flaw=text(spoken, f"proof_flaw.{again.checked.flaw}") if again.checked.flaw else "",
        asked=[(name, _value_text(spoken, name, value)) for name, value in stored.question.items()],
        reasons=[_plain_reason_text(spoken, code) for code in again.said.get("reasons", ())],
        reasons_today=[] if again.today is None else _reason_texts(spoken, again.today),
    )


@page_for_members(pages, "/receipts/<reference>/file")
def download_receipt(session: Session, me: MemberPresent, reference: str) -> Response:
    return respond_with_file(receipts.receipt_file(_find_receipt(session, me, reference)))


@page_for_members(pages, "/receipts/<reference>/stamp")
def download_stamp(session: Session, me: MemberPresent, reference: str) -> Response:
    return respond_with_file(receipts.stamp_file(_find_receipt(session, me, reference)))


def _receipts_page(session: Session, me: MemberPresent, form: ReceiptSearch) -> Response:
    found, older = _find_receipts(session, me, receipts.Filter() if form.fault else form.which)
    return page(
        "receipts.html",
        here="receipts",
        **filter_facts(form),
        receipts=[(one, subject_of(one.question)) for one in found],
        older=older,
        days=receipts.days_of(session, me.organisation.id),
        keeps_every=receipts.archives_all(session, me.organisation.id),
        lists=lists.lists_of(session, me.organisation.id, RECENT),
        most_days=receipts.MAX_DAYS,
        most=receipts.MAX_EXPORTED,
        forms=receipts.FORMS,
    )


def _find_receipts(
    session: Session, me: MemberPresent, which: receipts.Filter
) -> tuple[list[ArchivedReceipt], str | None]:
    """A page of receipts, and where the next begins: the reference of the last shown, None at the end."""
    ours, before = me.organisation.id, request.args.get("before", "")
    row = receipts.receipt_named(session, ours, before).id if before else None
    found = list(receipts.receipts_of(session, ours, which, A_PAGE + 1, row))
    return found[:A_PAGE], found[A_PAGE - 1].reference if len(found) > A_PAGE else None


def _find_receipt(session: Session, me: MemberPresent, reference: str) -> ArchivedReceipt:
    return receipts.receipt_named(session, me.organisation.id, reference)


def _value_text(spoken: Language, name: str, value: str) -> str:
    if name in ("country", "origin", "destination"):
        return country_name(spoken, value)
    if name == "sector":
        return sector_name(spoken, value)
    return word(spoken, "activity.brief", value) if name == "activity" else value


def _plain_reason_text(spoken: Language, code: str) -> str:
    """A reason of which the code alone was signed: what it was said of stands in the question."""
    key = f"reason.{code}"
    if not has_text(key):
        return code
    return re.sub("…[.。]", "…", text(spoken, key, **dict.fromkeys(SPOKEN_OF[key], "…")))


def _reason_texts(spoken: Language, today: VerdictAnswer) -> list[str]:
    verdict, ground = today
    return [
        reason_text(spoken, one, ground, has_licence=verdict.licence is not None, answer=verdict.verdict)
        for one in verdict.reasons
    ]


A_PAGE = 50
FILTERS = ("text", "agency", "verdict", "from_on", "to_on")
LIST_FILTERS = ("text", "from_on", "to_on")


def search_form(filters: Sequence[str] = FILTERS) -> ReceiptSearch:
    stated = {name: value for name in filters if (value := request.args.get(name, "").strip()[:200])}
    fault = None
    agency = read_reference(stated.get("agency", ""))
    if "agency" in stated and agency is None:
        fault = "bad_agency"
    stated_word = stated.get("verdict")
    if stated_word is not None and stated_word not in list(Answer):
        fault = "bad_verdict"
    days: dict[str, date | None] = {"from_on": None, "to_on": None}
    for name in days:
        try:
            days[name] = date.fromisoformat(stated[name]) if name in stated else None
        except ValueError:
            fault = "bad_day"
    if fault is not None:
        return ReceiptSearch(stated, receipts.Filter(), fault)
    verdict = Answer(stated_word) if stated_word else None
    return ReceiptSearch(stated, receipts.Filter(agency, verdict, days["from_on"], days["to_on"], stated.get("text")))


def filter_facts(form: ReceiptSearch) -> dict[str, Any]:
    """What templates need of the filter: what was typed, what is wrong, and how it stands in an address."""
    return {
        "said": {name: form.said.get(name, "") for name in FILTERS},
        "fault": form.fault,
        "query": urlencode(form.said),
        "answers": list(Answer),
    }


_SUBJECTS = (
    "licence_number", "uscc", "lei", "vat", "euid", "agency_id", "registration_number", "name", "provider", "sending",
)  # fmt: skip


def subject_of(question: Mapping[str, Any]) -> str:
    """Whom was asked about, as it was asked."""
    return next((str(question[name]) for name in _SUBJECTS if name in question), "")


PARTS = {"manifest": "manifest.jws", "statements": "statements.jsonl"}
COUNTS = ("items", "yes", "no", "unknown", "refused")


@page_for_members(pages, "/receipts/lists")
def list_archived_lists(session: Session, me: MemberPresent) -> Response:
    search, ours, before = search_form(LIST_FILTERS), me.organisation.id, request.args.get("before", "")
    row = _find_list(session, me, before).id if before else None
    found = lists.lists_of(session, ours, A_PAGE + 1, row, search.which)
    return page(
        "kept_lists.html",
        here="receipts",
        **filter_facts(search),
        lists=found[:A_PAGE],
        older=found[A_PAGE - 1].reference if len(found) > A_PAGE else None,
    )


@page_for_members(pages, "/receipts/lists/<reference>")
def show_archived_list(session: Session, me: MemberPresent, reference: str) -> Response:
    """A page on how an archived list was answered, to download its statements and the manifest that signs them."""
    return _list_page(_find_list(session, me, reference))


@page_for_members(pages, "/receipts/lists/<reference>/changes")
def list_changed_rows(session: Session, me: MemberPresent, reference: str) -> Response:
    """Some of its rows are asked anew, and those are listed that are answered otherwise now."""
    stored, after = _find_list(session, me, reference), read_digits(request.args.get("after", "0"), 7)
    if after is None:
        raise NotFound("rows of a list are counted from 0, in digits")
    found = rechecks.verify_again(stored, after, rechecks.ASKED, now())
    return page(
        "kept_list_changes.html",
        here="receipts",
        kept=stored,
        first=after + 1,
        last=after + found.asked,
        found=found,
        rows=[(row, subject_of(row.question)) for row in found.rows],
    )


@page_for_members(pages, "/receipts/lists/<reference>/proof")
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


@page_for_members(pages, "/receipts/lists/<reference>/<part>")
def download_part(session: Session, me: MemberPresent, reference: str, part: str) -> Response:
    stored = _find_list(session, me, reference)
    if part == "manifest":
        body = [stored.manifest.encode()]
    elif part == "statements":
        body = list(lists.statements_of(services().settings, stored))
    elif part == "stamp":
        return respond_with_file(receipts.stamp_file(stored))
    else:
        raise NotFound("a kept list has a manifest, statements and a stamp")
    name = f"{stored.reference}-{PARTS[part]}"
    return respond_with_file(File(body, BYTES, name, sum(map(len, body))))


def _list_page(stored: ArchivedList, fault: str | None = None, row: str = "") -> Response:
    return page(
        "kept_list.html",
        here="receipts",
        kept=stored,
        stamps=stamps.standings_of(stored, services().settings.home),
        counts=COUNTS,
        status=404 if fault else 200,
        fault=fault,
        row=row,
    )


def _find_list(session: Session, me: MemberPresent, reference: str) -> ArchivedList:
    return lists.list_named(session, me.organisation.id, reference)


def _settings(_session: Session, _me: MemberPresent) -> dict[str, Any]:
    return {"days": read_digits(request.form.get("days", ""), 5) or 0, "is_archiving": "every" in request.form}


def _show_fault(session: Session, me: MemberPresent, fault: str) -> Response:
    return _receipts_page(session, me, ReceiptSearch({}, receipts.Filter(), fault))


PAGE = ListPage(pages, "receipts", _show_fault)
PAGE.serve("/receipts", receipt_acts.RECEIPTS, settings=Form(_settings))
PAGE.serve("/receipts/<reference>", receipt_acts.ONE_RECEIPT)
PAGE._replace(place="receipts/lists").serve("/receipts/lists/<reference>", receipt_acts.ONE_LIST)
