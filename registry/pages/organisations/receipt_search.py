"""Which receipts and kept lists are looked for on pages: what the form says, read, and how it stands in an address."""

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


class Asked(NamedTuple):
    """What the form says, as it was typed; which receipts it means; and the word of what is wrong with it."""

    said: dict[str, str]
    which: Filter
    fault: str | None = None


def asked_for(filters: Sequence[str] = FILTERS) -> Asked:
    said = {name: value for name in filters if (value := request.args.get(name, "").strip()[:200])}
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


def filter_facts(asked: Asked) -> dict[str, Any]:
    """What templates need of the filter: what was typed, what is wrong, and how it stands in an address."""
    return {
        "said": {name: asked.said.get(name, "") for name in FILTERS},
        "fault": asked.fault,
        "query": urlencode(asked.said),
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
