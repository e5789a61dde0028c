"""What was typed into the form of an act, as the fields that the act states; and a licence's terms as they stand in the form."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from registry.core.errors import NotFound
from registry.register.agencies import record
from registry.supervision.licensing.rules import ActRule
from registry.vocabulary.record import TERM_DAYS, TERM_LINES, TERMS
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, SENDING_COUNTRIES, ConditionCode
from registry.vocabulary.supervision import LicenceAct

_SPLIT = re.compile(r"[\s,;、，；]+")
PICK = "_pick"
"""Ends the name of the boxes beside a line: what is ticked is stated as what is typed there."""
ANY = "*"
SECTORS = CORRIDOR_SECTORS
COUNTRIES = tuple(sorted(EU_STATES))
ORIGINS = (*sorted(SENDING_COUNTRIES), ANY)
FORM_DAYS = frozenset({"to_on", "until", "publish_until", *TERM_DAYS})
"""Fields of acts that are days."""


def act_named(text: str) -> LicenceAct:
    """Raises NotFound for what is no act."""
    if text not in list(LicenceAct):
        raise NotFound("there is no such act")
    return LicenceAct(text)


def stated_in(form: "MultiDict[str, str]", act: LicenceAct, rule: ActRule) -> dict[str, Any]:
    """The fields of the act as a proposal takes them. A term left blank is not stated; of an amendment that is a statement."""
    sent: dict[str, Any] = {}
    for field in (*rule.needs, *rule.takes):
        value = _READERS.get(field, _line)(form, field)
        if value is not None or (field in TERMS and act is LicenceAct.AMEND):
            sent[field] = value
    return sent


def _line(form: "MultiDict[str, str]", field: str) -> str | None:
    return form.get(field, "").strip() or None


def _words(text: str) -> list[str]:
    return [word for word in _SPLIT.split(text) if word]


def _corridors(form: "MultiDict[str, str]", field: str) -> list[dict[str, str]] | None:
    """From one country to each that is ticked; and `CN>CZ`, one after the other, where `*` is any country."""
    found: list[dict[str, str]] = []
    origin = form.get(f"{field}_from", ORIGINS[0])
    picked = [f"{origin}>{one}" for one in form.getlist(f"{field}{PICK}")]
    for word in dict.fromkeys([*picked, *_words(re.sub(r"\s*[>→]\s*", ">", form.get(field, "")))]):
        origin, _, destination = word.upper().partition(">")
        ends = {"origin": origin, "destination": destination}
        found.append({name: end for name, end in ends.items() if end not in ("", "*")})
    return found or None


def _sectors_of(form: "MultiDict[str, str]", field: str) -> list[dict[str, str]]:
    """Those ticked, and `56.11`, or `56.10/2.0` for a code of the former revision."""
    parts = (word.partition("/") for word in _picked(form, field))
    return [{"code": code, "nace_revision": revision or "2.1"} for code, _, revision in parts]


def _picked(form: "MultiDict[str, str]", field: str) -> list[str]:
    """What was ticked and what was typed, each once."""
    return list(dict.fromkeys([*form.getlist(f"{field}{PICK}"), *_words(form.get(field, "").upper())]))


def _sectors(form: "MultiDict[str, str]", field: str) -> list[dict[str, str]] | None:
    return _sectors_of(form, field) or None


def _activities(form: "MultiDict[str, str]", field: str) -> list[str] | None:
    return form.getlist(field) or None


def _conditions(form: "MultiDict[str, str]", field: str) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = []
    for code in ConditionCode:
        field = f"condition_{code}"
        text = form.get(field, "").strip()
        if not text and not form.getlist(f"{field}{PICK}"):
            continue
        match code:
            case ConditionCode.ONLY_SECTORS | ConditionCode.NOT_SECTORS:
                found.append({"code": code, "sectors": _sectors_of(form, field)})
            case ConditionCode.ONLY_DESTINATIONS | ConditionCode.NOT_DESTINATIONS:
                found.append({"code": code, "destinations": _picked(form, field)})
            case ConditionCode.NO_NEW_RECRUITMENT:
                found.append({"code": code})
            case ConditionCode.OTHER:
                found.append({"code": code, "text": text})
    return found or None


_READERS: Mapping[str, Any] = {
    "corridors": _corridors,
    "sectors": _sectors,
    "activities": _activities,
    "conditions": _conditions,
}


def terms_typed(licence: record.Licence) -> "MultiDict[str, str]":
    """The form as it would have been filled in for the terms that stand there now."""
    typed: list[tuple[str, str]] = [
        *((name, str(getattr(licence, name) or "")) for name in (*TERM_DAYS, *TERM_LINES)),
        *_corridors_typed(licence.corridors or ()),
        *_ticked("sectors", _sector_words(licence.sectors or ()), SECTORS),
    ]
    typed += [("activities", one) for one in licence.activities or ()]
    for one in licence.conditions or ():
        field = f"condition_{one.code}"
        if one.text or not (one.sectors or one.destinations):
            typed.append((field, one.text or "yes"))
        typed += _ticked(field, _sector_words(one.sectors), SECTORS) if one.sectors else []
        typed += _ticked(field, one.destinations, COUNTRIES) if one.destinations else []
    return MultiDict(typed)


def _corridors_typed(corridors: Sequence[record.Corridor]) -> list[tuple[str, str]]:
    """The boxes can say one origin: that of the first corridor to a country among them; others stay in the line."""
    ends = [(one.origin or ANY, one.destination or ANY) for one in corridors]
    origin = next((one for one, to in ends if one in ORIGINS and to in COUNTRIES), ORIGINS[0])
    picked = [to for one, to in ends if one == origin and to in COUNTRIES]
    rest = [f"{one}>{to}" for one, to in ends if one != origin or to not in COUNTRIES]
    boxes = [(f"corridors{PICK}", to) for to in picked]
    return [("corridors_from", origin), *boxes, ("corridors", ", ".join(rest))]


def _ticked(field: str, words: Sequence[str], offered: Collection[str]) -> list[tuple[str, str]]:
    boxes = [(f"{field}{PICK}", one) for one in words if one in offered]
    return [*boxes, (field, ", ".join(one for one in words if one not in offered))]


def sectors_text(sectors: "tuple[record.Sector, ...] | tuple[()]") -> str:
    return ", ".join(_sector_words(sectors))


def _sector_words(sectors: Sequence[record.Sector]) -> list[str]:
    return [one.code if one.nace_revision == "2.1" else f"{one.code}/{one.nace_revision}" for one in sectors]
