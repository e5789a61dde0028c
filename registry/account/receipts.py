"""The due-diligence file on pages: what was kept, what one receipt says and whether it holds, what changed, and files of it."""

import re
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.account.guard import for_members
from registry.account.rendering import language, page, to
from registry.clock import now
from registry.diligence import actions, lists, queries
from registry.diligence.models import KeptList, KeptReceipt
from registry.diligence.queries import Filter
from registry.employers.sessions import MemberPresent
from registry.errors import ActRefused, InvalidInput, NotFound
from registry.ids import read_reference
from registry.terms import Answer, Language
from registry.verdicts.queries import Answered
from registry.web.answers import File, respond_with_file
from registry.web.languages import SPOKEN_OF, has_text, text
from registry.web.payloads import BYTES
from registry.web.receipt_files import FORMS, MOST_EXPORTED, export, receipt_file
from registry.web.rechecks import checked_again
from registry.web.transaction import services
from registry.web.wording import country_name, reason_text, sector_name, word

pages = Blueprint("account_receipts", __name__)

A_PAGE = 50
PARTS = {"manifest": "manifest.jws", "statements": "statements.jsonl"}
COUNTS = ("items", "yes", "no", "unknown", "refused")
FILTERS = ("text", "agency", "verdict", "from_on", "to_on")


class Asked(NamedTuple):
    """What the form says, as it was typed; which receipts it means; and the word of what is wrong with it."""

    said: dict[str, str]
    which: Filter
    fault: str | None = None


@pages.get("/receipts")
@for_members
def listed(session: Session, me: MemberPresent) -> Response:
    return _page(session, me, _asked())


@pages.get("/receipts/changes")
@for_members
def changes(session: Session, me: MemberPresent) -> Response:
    """A page of receipts is asked anew, and those are listed whose answer is another now."""
    asked, at = _asked(), now()
    found, older = ([], None) if asked.fault else _found(session, me, asked.which)
    compared = [(one, checked_again(one.token, at)) for one in found]
    return page(
        "receipt_changes.html",
        here="receipts",
        status=400 if asked.fault else 200,
        **_filter_facts(asked),
        count=len(found),
        changed=[(one, again) for one, again in compared if again.differences],
        older=older,
    )


@pages.get("/receipts/export")
@for_members
def save(session: Session, me: MemberPresent) -> Response:
    asked, form = _asked(), request.args.get("form", "")
    if form not in FORMS:
        raise NotFound(f"receipts are saved as {', '.join(FORMS)}")
    if asked.fault is None:
        try:
            return respond_with_file(export(session, me.organisation.id, form, asked.which))
        except InvalidInput:
            asked = asked._replace(fault="too_many_receipts")
    return _page(session, me, asked)


@pages.post("/receipts/settings")
@for_members
def settings(session: Session, me: MemberPresent) -> Response:
    typed = request.form.get("days", "")
    try:
        days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
        actions.choose_days(session, me.organisation.id, days)
        actions.choose_every(session, me.organisation.id, "every" in request.form)
    except ActRefused as refused:
        return _page(session, me, Asked({}, Filter(), refused.reason))
    return to("receipts")


@pages.get("/receipts/lists/<reference>")
@for_members
def one_list(session: Session, me: MemberPresent, reference: str) -> Response:
    """How a kept list was answered; its statements and the manifest that signs them are saved from here."""
    kept = _list(session, me, reference)
    return page("kept_list.html", here="receipts", kept=kept, counts=COUNTS)


@pages.get("/receipts/lists/<reference>/<part>")
@for_members
def list_file(session: Session, me: MemberPresent, reference: str, part: str) -> Response:
    kept = _list(session, me, reference)
    if part == "manifest":
        body = [kept.manifest.encode()]
    elif part == "statements":
        body = list(lists.statements_of(services().settings.home, kept))
    else:
        raise NotFound("a kept list has a manifest and statements")
    name = f"{kept.reference}-{PARTS[part]}"
    return respond_with_file(File(body, BYTES, name, sum(map(len, body))))


@pages.post("/receipts/lists/<reference>/remove")
@for_members
def remove_list(session: Session, me: MemberPresent, reference: str) -> Response:
    lists.let_list_go(session, me.organisation.id, read_reference(reference) or reference)
    return to("receipts")


@pages.get("/receipts/<reference>")
@for_members
def one(session: Session, me: MemberPresent, reference: str) -> Response:
    """What was asked and answered then, whether the registry signed it, and what it answers to the same today."""
    kept, at = _named(session, me, reference), now()
    again, spoken = checked_again(kept.token, at), language()
    return page(
        "receipt.html",
        here="receipts",
        kept=kept,
        at=at,
        again=again,
        flaw=text(spoken, f"proof_flaw.{again.checked.flaw}") if again.checked.flaw else "",
        asked=[(name, _value(spoken, name, value)) for name, value in kept.question.items()],
        reasons=[_plain_reason(spoken, code) for code in again.said.get("reasons", ())],
        reasons_today=[] if again.today is None else _reasons(spoken, again.today),
    )


@pages.get("/receipts/<reference>/file")
@for_members
def file(session: Session, me: MemberPresent, reference: str) -> Response:
    return respond_with_file(receipt_file(_named(session, me, reference)))


@pages.post("/receipts/<reference>/remove")
@for_members
def remove(session: Session, me: MemberPresent, reference: str) -> Response:
    actions.let_go(session, me.organisation.id, read_reference(reference) or reference)
    return to("receipts")


def _page(session: Session, me: MemberPresent, asked: Asked) -> Response:
    found, older = _found(session, me, Filter() if asked.fault else asked.which)
    return page(
        "receipts.html",
        here="receipts",
        status=400 if asked.fault else 200,
        **_filter_facts(asked),
        receipts=[(one, _subject(one)) for one in found],
        older=older,
        days=queries.days_of(session, me.organisation.id),
        keeps_every=queries.keeps_every(session, me.organisation.id),
        lists=lists.lists_of(session, me.organisation.id, A_PAGE),
        most_days=actions.MOST_DAYS,
        most=MOST_EXPORTED,
        forms=FORMS,
    )


def _found(session: Session, me: MemberPresent, which: Filter) -> tuple[list[KeptReceipt], str | None]:
    """A page of receipts, and where the next begins: the reference of the last shown, None at the end."""
    ours, before = me.organisation.id, request.args.get("before", "")
    row = queries.row_of(session, ours, read_reference(before) or before) if before else None
    found = list(queries.receipts_of(session, ours, which, A_PAGE + 1, row))
    return found[:A_PAGE], found[A_PAGE - 1].reference if len(found) > A_PAGE else None


def _asked() -> Asked:
    said = {name: value for name in FILTERS if (value := request.args.get(name, "").strip()[:200])}
    fault = None
    agency = read_reference(said.get("agency", ""))
    if "agency" in said and agency is None:
        fault = "bad_agency"
    word_said = said.get("verdict")
    if word_said is not None and word_said not in list(Answer):
        fault = "bad_verdict"
    days: dict[str, date | None] = {"from_on": None, "to_on": None}
    for name in days:
        try:
            days[name] = date.fromisoformat(said[name]) if name in said else None
        except ValueError:
            fault = "bad_day"
    if fault is not None:
        return Asked(said, Filter(), fault)
    verdict = Answer(word_said) if word_said else None
    return Asked(said, Filter(agency, verdict, days["from_on"], days["to_on"], said.get("text")))


def _filter_facts(asked: Asked) -> dict[str, Any]:
    """What templates need of the filter: what was typed, what is wrong, and how it stands in an address."""
    return {
        "said": {name: asked.said.get(name, "") for name in FILTERS},
        "fault": asked.fault,
        "query": urlencode(asked.said),
        "answers": list(Answer),
    }


def _named(session: Session, me: MemberPresent, reference: str) -> KeptReceipt:
    return queries.receipt_named(session, me.organisation.id, read_reference(reference) or reference)


def _list(session: Session, me: MemberPresent, reference: str) -> KeptList:
    return lists.list_named(session, me.organisation.id, read_reference(reference) or reference)


_SUBJECTS = ("licence_number", "uscc", "lei", "vat", "euid", "agency_id", "registration_number", "name")


def _subject(kept: KeptReceipt) -> str:
    """Whom was asked about, as it was asked."""
    return next((kept.question[name] for name in _SUBJECTS if name in kept.question), "")


def _value(spoken: Language, name: str, value: str) -> str:
    if name in ("country", "origin", "destination"):
        return country_name(spoken, value)
    if name == "sector":
        return sector_name(spoken, value)
    return word(spoken, "activity.brief", value) if name == "activity" else value


def _plain_reason(spoken: Language, code: str) -> str:
    """A reason of which the code alone was signed: what it was said of stands in the question."""
    key = f"reason.{code}"
    if not has_text(key):
        return code
    return re.sub("…[.。]", "…", text(spoken, key, **dict.fromkeys(SPOKEN_OF[key], "…")))


def _reasons(spoken: Language, today: Answered) -> list[str]:
    verdict, ground = today
    return [
        reason_text(spoken, one, ground, has_licence=verdict.licence is not None, answer=verdict.verdict)
        for one in verdict.reasons
    ]
