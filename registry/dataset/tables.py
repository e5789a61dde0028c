"""What stands in the tables of the dataset: their columns, and a row from what the log says. Pure.

A row follows from entries of the log and the day alone, so anybody who has the log can make it again. Nothing in it was ever
written by a natural person or names one: no free text, channel, deposit, employer or intermediary.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from registry.register.agencies import record
from registry.vocabulary.record import DETAILS, TERM_DAYS, TERM_LINES, described
from registry.vocabulary.register import NameKind

VERSION = 1

LICENCES, EVENTS = "licences", "events"

NOTICE = (
    "This dataset states what official lists said and what the registry published. It is no answer to whether a recruiter may "
    "recruit for a place of work on a day: ask /api/v1/verify, which says why. A name that is not in it is unknown, not banned."
)
"""The sentence that must not be dropped where the data are passed on."""

WITHHELD_EVENT = "event.withheld"
"""What an event is called whose publicity has ended by law."""

AGENCY, LICENCE, AGREEMENT = "agency", "licence", "agreement"
KINDS = (AGENCY, LICENCE, AGREEMENT)
"""Kinds of keys of log entries that are events of the dataset."""


class Type(StrEnum):
    """Of a column's values. Days are `YYYY-MM-DD`, instants RFC 3339 in UTC; a list holds texts or objects."""

    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    NUMBER = "number"
    LIST = "list"


class Column(NamedTuple):
    """A column; `flat` makes a text of one element of its list, for tables that hold no objects."""

    name: str
    type: Type
    description: str
    flat: Callable[[Any], str] = str


class Table(NamedTuple):
    """A table: its columns, and the columns of its key, in whose order its rows stand."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    description: str

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)


def _name(one: Mapping[str, Any]) -> str:
    return str(one["name"])


def _identifier(one: Mapping[str, Any]) -> str:
    return f"{one['scheme']}:{one['value']}"


def _period(one: Mapping[str, Any]) -> str:
    return f"{one['status'] or 'withheld'} {one['from'] or ''}/{one['to'] or ''}"


def _corridor(one: Mapping[str, Any]) -> str:
    return f"{one['origin'] or '*'}>{one['destination'] or '*'}"


def _sector(one: Mapping[str, Any]) -> str:
    return f"{one['code']} (NACE {one['nace_revision']})"


def _sanction(one: Mapping[str, Any]) -> str:
    return f"{one['kind']} {one['from'] or ''}/{one['to'] or ''}"


TABLES = {
    LICENCES: Table(
        LICENCES,
        (
            Column("agency_id", Type.TEXT, "Reference of the agency that holds the licence."),
            Column("licence_id", Type.TEXT, "Reference of the licence."),
            Column("agency_name", Type.TEXT, "Its legal name, or the first name that the list gives."),
            Column("agency_names", Type.LIST, "All names, former ones too.", _name),
            Column("agency_country", Type.TEXT, "Where it is established, ISO 3166-1 alpha-2."),
            Column("agency_role", Type.TEXT, "sending, receiving or both, seen from the worker."),
            Column("agency_place", Type.TEXT, "Its town, where the list says so."),
            Column("agency_dissolved_on", Type.DAY, "The day on which it ceased to exist."),
            Column("identifiers", Type.LIST, "Its numbers in other registers, by scheme.", _identifier),
            Column("authority", Type.TEXT, "Reference of the authority that gave the licence."),
            Column("country", Type.TEXT, "Country of that authority."),
            Column("kind", Type.TEXT, "Kind of licence, by the law of that country."),
            Column("number", Type.TEXT, "Number of the licence, where one is printed; unique for its authority alone."),
            Column("valid_from", Type.DAY, "First day of its term."),
            Column("valid_to", Type.DAY, "Last day of its term."),
            *(Column(name, Type.DAY if name in TERM_DAYS else Type.TEXT, described(name)) for name in DETAILS),
            Column("status", Type.TEXT, "The last status that was stated; empty where the law withholds it."),
            Column("status_from", Type.DAY, "First day of that status."),
            Column("status_to", Type.DAY, "Last day of that status."),
            Column("status_history", Type.LIST, "Every status that was stated, in order.", _period),
            Column("corridors", Type.LIST, "Origin and destination it is limited to; an absent one is any.", _corridor),
            Column("sectors", Type.LIST, "Sectors it is limited to.", _sector),
            Column("activities", Type.LIST, "What it allows."),
            Column("conditions", Type.LIST, "Codes of the conditions it is given under."),
            Column("sanctions", Type.LIST, "Sanctions against the licence, or the agency as a whole.", _sanction),
            Column("source", Type.TEXT, "Reference of the list it was read from."),
            Column("retrieved_at", Type.INSTANT, "When it was first read so."),
            Column("log_index", Type.NUMBER, "Index of the log's entry that says it."),
        ),
        ("agency_id", "licence_id"),
        "Every licence of a legal person, as the registry's log said last.",
    ),
    EVENTS: Table(
        EVENTS,
        (
            Column("index", Type.NUMBER, "Index of the log's entry."),
            Column("at", Type.INSTANT, "When it was published."),
            Column("type", Type.TEXT, "What happened; event.withheld where the law lets nobody tell any more."),
            Column("agency_id", Type.TEXT, "Reference of the agency that it is about."),
            Column("licence_id", Type.TEXT, "Reference of the licence that it is about, if it is about one."),
            Column("agreement_id", Type.TEXT, "Reference of the agreement that it is about, if it is about one."),
            Column("source", Type.TEXT, "Reference of the list or authority that it comes from."),
        ),
        ("index",),
        "Every entry of the log about an agency that is a legal person, its licences and its agreements.",
    ),
}


def licence_row(
    agency: record.Agency, licence: record.Licence, log_index: int, sanctions: Iterable[record.Sanction]
) -> dict[str, Any]:
    """The row of a licence; both records are as they may be shown on the day."""
    last = licence.status_history[-1] if licence.status_history else None
    concerned = (one for one in sanctions if one.licence_id in (None, licence.licence_id) and one.kind is not None)
    return plain(
        {
            "agency_id": agency.agency_id,
            "licence_id": licence.licence_id,
            "agency_name": display_name(agency),
            "agency_names": _ordered(
                {"name": one.name, "script": one.script, "kind": one.kind, "from": one.from_, "to": one.to}
                for one in agency.names
            ),
            "agency_country": agency.country,
            "agency_role": agency.role,
            "agency_place": agency.place,
            "agency_dissolved_on": agency.dissolved_on,
            "identifiers": _ordered(
                {"scheme": one.scheme, "value": one.value, "from": one.from_, "to": one.to}
                for one in agency.identifiers
            ),
            "authority": licence.authority,
            "country": licence.country,
            "kind": licence.kind,
            "number": licence.number,
            **{name: getattr(licence, name) for name in (*TERM_DAYS, *TERM_LINES)},
            "status": last.status if last else None,
            "status_from": last.from_ if last else None,
            "status_to": last.to if last else None,
            "status_history": [
                {"status": one.status, "from": one.from_, "to": one.to, "ground": one.ground}
                for one in licence.status_history
            ],
            "corridors": _scope(licence.corridors, lambda one: {"origin": one.origin, "destination": one.destination}),
            "sectors": _scope(licence.sectors, lambda one: {"code": one.code, "nace_revision": one.nace_revision}),
            "activities": _scope(licence.activities, lambda one: one),
            "conditions": _scope(licence.conditions, lambda one: one.code),
            "sanctions": _ordered(
                {
                    "sanction_id": one.sanction_id,
                    "kind": one.kind,
                    "legal_ground": one.legal_ground,
                    "published_on": one.published_on,
                    "from": one.from_,
                    "to": one.to,
                    "ended_as": one.ended_as,
                }
                for one in concerned
            ),
            "source": licence.source,
            "retrieved_at": licence.retrieved_at,
            "log_index": log_index,
        }
    )


def event_row(index: int, at: str, type_: str, key: str, body: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The row of an entry; `body` is the record that stands in it."""
    kind, _, reference = key.partition("/")
    return {
        "index": index,
        "at": at,
        "type": WITHHELD_EVENT if kind == LICENCE and is_withheld(body, day) else type_,
        "agency_id": reference if kind == AGENCY else body["sending" if kind == AGREEMENT else "agency_id"],
        "licence_id": reference if kind == LICENCE else None,
        "agreement_id": reference if kind == AGREEMENT else None,
        "source": body["source"],
    }


def is_withheld(body: Mapping[str, Any], day: date) -> bool:
    """Whether the last status of a logged licence may not be shown any more on a day."""
    history = body.get("status_history") or [{}]
    until = history[-1].get("publish_until")
    return until is not None and date.fromisoformat(until) < day


def display_name(agency: record.Agency) -> str | None:
    """The legal name that holds now, else the first of all by its kind and letters."""
    order = list(NameKind)
    names = sorted(agency.names, key=lambda one: (one.to is not None, order.index(one.kind), one.name))
    return names[0].name if names else None


def _scope(parts: Sequence[Any] | None, element: Callable[[Any], Any]) -> list[Any] | None:
    """A scope as a list; None where none was stated, which is not the same as an empty one."""
    return None if parts is None else _ordered(element(one) for one in parts)


def _ordered(parts: Iterable[Any]) -> list[Any]:
    """Sorted by canonical bytes: what has no order of its own has one form."""
    return sorted(parts, key=record.canonical)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of JSON values alone."""
    found: dict[str, Any] = msgspec.to_builtins(row)
    return found


def line_of(row: Mapping[str, Any]) -> bytes:
    """A line of JSON Lines: canonical JSON (RFC 8785) of a row, and a line feed."""
    return record.canonical(row) + b"\n"


def flat_value(column: Column, value: Any) -> str | int | list[str] | None:
    """A value for a table without objects: a list becomes a list of texts."""
    if column.type is not Type.LIST or value is None:
        return value  # type: ignore[no-any-return]
    return [column.flat(one) for one in value]
