"""What was typed into the form of an act, as the fields that the act states; and a licence's terms as they stand in the form."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from registry.core.errors import NotFound
from registry.register.agencies import record
from registry.supervision.licensing.rules import ActRule
from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import ConditionCode

_TERMS = frozenset({"valid_from", "valid_to", "corridors", "sectors", "activities", "conditions"})
_SPLIT = re.compile(r"[\s,;、，；]+")
CONDITION_FIELDS = tuple(f"condition_{code}" for code in ConditionCode)


def act_named(text: str) -> LicenceAct:
    """Raises NotFound for what is no act."""
    if text not in list(LicenceAct):
        raise NotFound("there is no such act")
    return LicenceAct(text)


def stated_in(form: "MultiDict[str, str]", act: LicenceAct, rule: ActRule) -> dict[str, Any]:
    """The fields of the act as `propose` takes them. A term left blank is not stated; of an amendment that is a statement."""
    sent: dict[str, Any] = {}
    for field in (*rule.needs, *rule.takes):
        value = _READERS.get(field, _line)(form, field)
        if value is not None or (field in _TERMS and act is LicenceAct.AMEND):
            sent[field] = value
    return sent


def _line(form: "MultiDict[str, str]", field: str) -> str | None:
    return form.get(field, "").strip() or None


def _words(text: str) -> list[str]:
    return [word for word in _SPLIT.split(text) if word]


def _corridors(form: "MultiDict[str, str]", field: str) -> list[dict[str, str]] | None:
    """`CN>CZ`, one after the other; `*` is any country."""
    found = []
    for word in _words(re.sub(r"\s*[>→]\s*", ">", form.get(field, ""))):
        origin, _, destination = word.upper().partition(">")
        ends = {"origin": origin, "destination": destination}
        found.append({name: end for name, end in ends.items() if end not in ("", "*")})
    return found or None


def _sectors_of(text: str) -> list[dict[str, str]]:
    """`56.11`, or `56.10/2.0` for a code of the former revision."""
    parts = (word.partition("/") for word in _words(text))
    return [{"code": code, "nace_revision": revision or "2.1"} for code, _, revision in parts]


def _sectors(form: "MultiDict[str, str]", field: str) -> list[dict[str, str]] | None:
    return _sectors_of(form.get(field, "")) or None


def _activities(form: "MultiDict[str, str]", field: str) -> list[str] | None:
    return form.getlist(field) or None


def _conditions(form: "MultiDict[str, str]", field: str) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = []
    for code in ConditionCode:
        text = form.get(f"condition_{code}", "").strip()
        if not text:
            continue
        match code:
            case ConditionCode.ONLY_SECTORS | ConditionCode.NOT_SECTORS:
                found.append({"code": code, "sectors": _sectors_of(text)})
            case ConditionCode.ONLY_DESTINATIONS | ConditionCode.NOT_DESTINATIONS:
                found.append({"code": code, "destinations": _words(text.upper())})
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
        ("valid_from", str(licence.valid_from or "")),
        ("valid_to", str(licence.valid_to or "")),
        ("corridors", ", ".join(f"{one.origin or '*'}>{one.destination or '*'}" for one in licence.corridors or ())),
        ("sectors", sectors_text(licence.sectors or ())),
    ]
    typed += [("activities", one) for one in licence.activities or ()]
    for one in licence.conditions or ():
        text = one.text or sectors_text(one.sectors) or " ".join(one.destinations) or "yes"
        typed.append((f"condition_{one.code}", text))
    return MultiDict(typed)


def sectors_text(sectors: "tuple[record.Sector, ...] | tuple[()]") -> str:
    return ", ".join(one.code if one.nace_revision == "2.1" else f"{one.code}/{one.nace_revision}" for one in sectors)
