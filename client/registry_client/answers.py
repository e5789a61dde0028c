"""Whether the API says what the log says: each licence as answered, against its latest entry."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from registry_client.entries import status_on
from registry_client.network import Fetch, Unreachable
from registry_client.store import Store
from registry_client.strict import Unreadable, canonical, list_of, parsed_day, read_object
from registry_client.verdicts import Verdict

ANSWER_LIMIT = 1_000_000
WITHHELD = "withheld_by_law"
AS_LOGGED = (
    "licence_id",
    "agency_id",
    "authority",
    "country",
    "kind",
    "number",
    "status_place",
    "valid_from",
    "valid_to",
)
LISTS = ("corridors", "sectors", "activities")
ATTEMPTS = 4
PATIENCE = 60
"""Seconds that are waited at most when the registry asks for fewer requests."""


def choose(store: Store, limit: int) -> list[tuple[int, str]]:
    """Index and reference of the licences to ask of: first those whose entry is new, then the others in turn."""
    compared = int(store.get("compared") or 0)
    licences = [(index, key.partition("/")[2]) for index, key, _ in store.latest_of_kind("licence", store.size)]
    new = [one for one in licences if one[0] >= compared][:limit]
    old = [one for one in licences if one[0] < compared]
    turn = int(store.get("turn") or 0) % len(old) if old else 0
    return new + (old[turn:] + old[:turn])[: limit - len(new)]


def compare_answers(
    fetch: Fetch, store: Store, references: Sequence[tuple[int, str]], verdict: Verdict, progress: Callable[[str], None]
) -> list[str]:
    """Judge each licence's answer; returns the references whose answer differs, without a finding: the log may have moved."""
    differing = []
    for count, (_, reference) in enumerate(references, 1):
        try:
            wrong = difference(fetch, store, reference)
        except Unreachable as error:
            if error.status in (404, 410):
                differing.append(reference)
                continue
            verdict.unknown("unreachable", why=str(error))
            if error.status == 0:
                # It does not answer at all: the others would each wait as long.
                break
            continue
        if wrong is not None:
            differing.append(reference)
        if count % 50 == 0 or count == len(references):
            progress(f"{count} of {len(references)} answers compared")
    return differing


def report_differences(fetch: Fetch, store: Store, references: Sequence[str], verdict: Verdict) -> None:
    """Say what still differs, now that the log was followed once more."""
    for reference in references:
        try:
            wrong = difference(fetch, store, reference)
        except Unreachable as error:
            if error.status in (404, 410):
                verdict.bad("answer_missing", licence=reference)
            else:
                verdict.unknown("unreachable", why=str(error))
            continue
        if wrong is not None:
            verdict.bad("answer_differs", licence=reference, name=wrong)


def difference(fetch: Fetch, store: Store, reference: str) -> str | None:
    """What the API says otherwise than the licence's latest entry; None where it follows. Raises Unreachable."""
    found = store.latest(f"licence/{reference}", store.size)
    if found is None:
        return "licence_id"
    record = found[2]
    agency = store.latest(f"agency/{record.get('agency_id')}", store.size)
    try:
        answer = read_object(_patiently(fetch, f"/api/v1/licences/{reference}"), "answer")
        on = parsed_day(answer.get("on"), "on")
        return _differing(record, {} if agency is None else agency[2], answer, on)
    except Unreadable:
        return "form"


def _patiently(fetch: Fetch, path: str) -> bytes:
    """Asks again where the registry asks for fewer requests. Raises Unreachable."""
    for attempt in range(ATTEMPTS):
        try:
            return fetch(path, ANSWER_LIMIT)
        except Unreachable as error:
            if error.status != 429 or attempt == ATTEMPTS - 1:
                raise
            time.sleep(min(max(error.retry_after, 1), PATIENCE))
    raise AssertionError("every attempt returns or raises")


def _differing(record: Mapping[str, Any], agency: Mapping[str, Any], answer: Mapping[str, Any], on: date) -> str | None:
    is_protected = "private" in record
    for name in AS_LOGGED:
        if name == "number" and is_protected:
            continue
        if answer.get(name) != record.get(name) and answer.get(name) != WITHHELD:
            return name
    for name in LISTS:
        # Absent in one form is null or absent in the other; an empty list was stated to be empty.
        if _set_of(answer.get(name)) != _set_of(record.get(name)):
            return name
    if _codes_of(answer.get("conditions")) != _codes_of(record.get("conditions")):
        return "conditions"
    is_withheld = False
    answered = list_of(answer.get("status_history") or [], "status_history")
    logged = list_of(record.get("status_history") or [], "status_history")
    if len(answered) != len(logged):
        return "status_history"
    for one, other in zip(answered, logged, strict=True):
        if not isinstance(one, dict) or not isinstance(other, dict):
            return "status_history"
        if WITHHELD in one.values():
            is_withheld = True
        elif any(one.get(name) != other.get(name) for name in ("status", "from", "to", "until")):
            return "status_history"
    if answer.get("status") != status_on(record, agency, on) and not is_withheld:
        return "status"
    return None


def _set_of(value: Any) -> set[bytes] | None:
    return {canonical(part) for part in value} if isinstance(value, list) else None


def _codes_of(value: Any) -> list[str] | None:
    """Conditions by what is not a free text."""
    if not isinstance(value, list):
        return None
    return sorted(str(part.get("code")) if isinstance(part, dict) else "?" for part in value)
