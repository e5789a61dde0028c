"""Forms of the public pages: what was typed into the lookup form, read leniently, and the address that a sent form becomes.

Back and reload never ask to send a form again: an address that only this registry can read holds its fields sealed
(AES-256-GCM) with the hour they were sent. Nothing is stored here, and neither a browser's history nor a log tells what was
asked. What does not fit an address is answered in place.
"""

import re
import secrets
import unicodedata
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, redirect, request

from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.transaction import keyring
from registry.pages.public.rendering import NOT_KEPT
from registry.verification.verdicts.subjects import MAX_CHARACTERS, is_identity_number
from registry.vocabulary import register
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language
from schemas.parameters import is_sector, tidy_sector

COUNTRIES = tuple(sorted(register.EU_STATES | register.SENDING_COUNTRIES))

ELSEWHERE = "ZZ"
"""Any country that the form does not name: an area for which ISO 3166 keeps this code free."""

NOT_COVERED = (*sorted(register.OUTSIDE), ELSEWHERE)
"""Countries that can be chosen, and for which the answer says whom to ask."""

OTHER_SECTOR = "other"
"""A kind of work that the form does not name: it may be any, so whatever the law says of a kind is open."""

READ_BY_CHINESE_CITIZENS = frozenset({Language.ZH_HANS, Language.ZH_HANT})
"""Who asks there is taken for a Chinese citizen, and the page says so."""


@dataclass(frozen=True, slots=True)
class LookupForm:
    """The question as the form holds it.

    `agency_id` is the agency chosen from several, `place` how far the list was paged, `taps` how often the question was
    sent to come here.
    """

    subject: str = ""
    claimed_name: str | None = None
    country: str | None = None
    origin: str | None = None
    activity: register.Activity | None = None
    sector: str | None = None
    recruiter_kind: register.RecruiterKind | None = None
    visa: register.Visa | None = None
    nationality: str | None = None
    work_permit: str | None = None
    occupation: str | None = None
    region: str | None = None
    employer: register.EmployerKind | None = None
    shortage_job: register.Answer | None = None
    on: date | None = None
    agency_id: str | None = None
    place: int = 0
    taps: int = 0

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """The fields that ask the same again, without those that a button is going to set."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name not in without)
        return [(name, str(value)) for name, value in given if value]


def read_form(form: Mapping[str, str]) -> tuple[LookupForm, dict[str, Problem]]:
    """The question, and what is wrong with which field. A field that is wrong is left out of the question."""
    faults: dict[str, Problem] = {}
    subject = form.get("subject", "")
    if _is_unreadable(subject):
        faults["subject"] = Problem.CONTROL_CHARACTER
    elif len(subject) > MAX_CHARACTERS:
        faults["subject"] = Problem.TOO_LONG
    lookup = LookupForm("" if "subject" in faults else " ".join(subject.split()))
    claimed_name = " ".join(form.get("claimed_name", "").split())
    if _is_unreadable(claimed_name):
        faults["claimed_name"] = Problem.CONTROL_CHARACTER
    elif len(claimed_name) > MAX_CHARACTERS:
        faults["claimed_name"] = Problem.TOO_LONG
    elif claimed_name:
        lookup = replace(lookup, claimed_name=claimed_name)
    for name, read in _READERS.items():
        typed = unicodedata.normalize("NFKC", form.get(name, "")).strip()
        if not typed:
            continue
        try:
            lookup = replace(lookup, **{name: read(typed)})
        except ValueError:
            faults[name] = Problem.NOT_A_DATE if name == "on" else Problem.INVALID_VALUE
    if "subject" not in faults:
        if is_identity_number(lookup.subject):
            faults["subject"] = Problem.INVALID_VALUE
            lookup = replace(lookup, subject="")
        elif not lookup.subject and lookup.agency_id is None and lookup.country is None:
            faults["subject"] = Problem.MISSING
    return lookup, faults


def _is_unreadable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError
    return date(int(match[1]), int(match[2]), int(match[3]))


def _country(text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise ValueError
    return text.upper()


def _any_country(text: str) -> str:
    return text.upper() if text.upper() in NOT_COVERED else _country(text)


def _sector(text: str) -> str:
    if text == OTHER_SECTOR:
        return text
    code = tidy_sector(text)
    if not is_sector(code, "2.1"):
        raise ValueError
    return code


def _free_text(text: str) -> str:
    if len(text) > MAX_CHARACTERS or not text.isprintable():
        raise ValueError
    return text


def _occupation(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,4}|other|unknown", text):
        raise ValueError
    return text


def _agency(text: str) -> str:
    reference = read_reference(text)
    if reference is None:
        raise ValueError
    return reference


def _place(text: str) -> int:
    return min(max(int(text), 0), 1000)


_READERS: dict[str, Callable[[str], Any]] = {
    "country": _any_country,
    "origin": _any_country,
    "activity": register.Activity,
    "sector": _sector,
    "recruiter_kind": register.RecruiterKind,
    "visa": register.Visa,
    "nationality": _country,
    "work_permit": _free_text,
    "occupation": _occupation,
    "region": _free_text,
    "employer": register.EmployerKind,
    "shortage_job": register.Answer,
    "on": _day,
    "agency_id": _agency,
    "place": _place,
    "taps": _place,
}


KEPT_FOR = timedelta(hours=2)
"""How long an address answers: long enough to come back to, too short to be worth keeping."""

_NONCE = 12
MAX_SEALED = 2_600
"""Characters of a sealed form in an address: proxies and phones take lines of four thousand."""


class _Sent(msgspec.Struct, array_like=True):
    at: int
    fields: dict[str, str]


def lead_to_answer(language: Language, place: str, fields: Mapping[str, str] | None = None) -> Response | None:
    """The redirect to the address of `fields`, or else of the form just posted; None where they are too long for one."""
    try:
        body = msgspec.json.encode(_Sent(int(now().timestamp()), dict(request.form if fields is None else fields)))
    except UnicodeEncodeError:
        # Half a character cannot stand in an address; the form is answered in place, with its fault.
        return None
    nonce = secrets.token_bytes(_NONCE)
    raw = nonce + _cipher().encrypt(nonce, zlib.compress(body, 9), place.encode())
    sealed = urlsafe_b64encode(raw).decode().rstrip("=")
    if len(sealed) > MAX_SEALED:
        return None
    response = redirect(f"/{language}/{place}/{sealed}", 303)
    response.headers["Cache-Control"] = NOT_KEPT
    return response  # type: ignore[return-value]


def open_sent_form(place: str, sealed: str) -> Mapping[str, str] | None:
    """The fields that an address holds; None where it is not one of ours, or too old."""
    try:
        raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        body = _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], place.encode())
        sent = msgspec.json.decode(zlib.decompress(body), type=_Sent)
    except (ValueError, InvalidTag):
        return None
    age = now().timestamp() - sent.at
    return sent.fields if -60 <= age <= KEPT_FOR.total_seconds() else None


def _cipher() -> AESGCM:
    """The cipher of addresses: its key is derived from a secret of this registry and serves nothing else."""
    return AESGCM(bytes.fromhex(keyring().digest("visits", "registry sent form v1")))
