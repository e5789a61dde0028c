"""Search of archived receipts and lists on pages: what the form says, read, and how it stands in a URL."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request

from registry.bulk.archive.queries import Filter
from registry.core.ids import read_reference
from registry.vocabulary.register import Answer

A_PAGE = 50
FILTERS = ("text", "agency", "verdict", "from_on", "to_on")
LIST_FILTERS = ("text", "from_on", "to_on")


class ReceiptSearch(NamedTuple):
    """What the form says, as it was typed; which receipts it means; and the word of what is wrong with it."""

    said: dict[str, str]
    which: Filter
    fault: str | None = None


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
        return ReceiptSearch(stated, Filter(), fault)
    verdict = Answer(stated_word) if stated_word else None
    return ReceiptSearch(stated, Filter(agency, verdict, days["from_on"], days["to_on"], stated.get("text")))


def filter_facts(form: ReceiptSearch) -> dict[str, Any]:
    """What templates need of the filter: what was typed, what is wrong, and how it stands in an address."""
    return {
        "said": {name: form.said.get(name, "") for name in FILTERS},
        "fault": form.fault,
        "query": urlencode(form.said),
        "answers": list(Answer),
    }


_SUBJECTS = (
    "licence_number",
    "uscc",
    "lei",
    "vat",
    "euid",
    "agency_id",
    "registration_number",
    "name",
    "provider",
    "sending",
)


def subject_of(question: Mapping[str, Any]) -> str:
    """Whom was asked about, as it was asked."""
    return next((str(question[name]) for name in _SUBJECTS if name in question), "")
