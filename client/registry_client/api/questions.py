"""What is asked, field by field; the registry refuses a field it does not know."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict

Day = date | str
"""A day, or its text like 2026-11-24."""


class Question(TypedDict, total=False):
    """May this recruiter recruit? One way to name the recruiter, and the job's context."""

    licence_number: str
    authority: str
    uscc: str
    vat: str
    lei: str
    euid: str
    registration_number: str
    country: str
    agency_id: str
    name: str
    claimed_name: str
    origin: str
    destination: str
    sector: str
    nace_revision: str
    activity: str
    visa: str
    recruiter_kind: str
    nationality: str
    occupation: str
    work_permit: str
    region: str
    employer: str
    shortage_job: str
    on: Day
    known_at: datetime | str
    receipt: bool
    keep: bool


class CorridorQuestion(TypedDict, total=False):
    """Both ends: `receiving` an agency or `receiving_employer`, who hires directly."""

    sending: str
    sending_scheme: str
    receiving: str
    receiving_scheme: str
    receiving_employer: str
    destination: str
    sector: str
    nace_revision: str
    activity: str
    visa: str
    nationality: str
    occupation: str
    work_permit: str
    region: str
    employer: str
    shortage_job: str
    on: Day


class Constants(TypedDict, total=False):
    """What holds for every row that says nothing else. Of corridors neither `origin` nor
    `recruiter_kind` is said."""

    origin: str
    destination: str
    sector: str
    nace_revision: str
    activity: str
    visa: str
    recruiter_kind: str
    nationality: str
    occupation: str
    work_permit: str
    region: str
    employer: str
    shortage_job: str
    on: Day


class StatedDetail(TypedDict, total=False):
    """What a recruiter said of itself."""

    agency_id: str
    country: str
    number: str
    name: str
    phone: str
    wechat: str
    email: str
    website: str
    bank_account: str
    staff_number: str
    qq: str
    advert: str


class Search(TypedDict, total=False):
    """Which agencies. `scheme` and `value` are an identifier in place of `q`."""

    q: str
    scheme: str
    value: str
    country: str
    role: str
    origin: str
    destination: str
    sector: str
    status: str


def as_body(question: Mapping[str, Any]) -> dict[str, Any]:
    """For JSON: what is None is left out, days and instants become text."""
    return {name: _plain(value) for name, value in question.items() if value is not None}


def as_query(question: Mapping[str, Any]) -> dict[str, str]:
    """For a query string."""
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in as_body(question).items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value
