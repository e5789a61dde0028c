"""Rows of law as everybody may see them: what was not read and what is for checking alone is left out."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import asdict

from registry.register.law.loading import TABLES, Law, rows_of, shipped_law
from registry.register.law.rows import Coming, CountryLaw, DatedRow, Fee, HelpLineRow, OfficialListRow, Regime, Row
from registry.register.law.rules import where_to_ask
from registry.register.law.weights import is_fresh, is_in_force, is_readable, may_decide, undisputed
from registry.vocabulary.law import CitedRow
from registry.vocabulary.register import OUTSIDE

_FOR_KEEPERS = (
    "copy_url", "unread", "confirmation", "full_text", "second_reading", "checked_how", "is_from_unread", "counts",
    "for_editors",
)  # fmt: skip


def row_payload(law: Law, row: Row, day: date, today: date) -> dict[str, Any]:
    """One row's fields; `weight` is what it may do to an answer about `day` that is given `today`.

    `overlay` is the overlay that states it, if one does.

    Disputed fields are as if unknown. A first day that was not read is None.
    """
    fields = asdict(undisputed(row))
    overlay = law.overlaid.get(row.id)
    if isinstance(row, DatedRow):
        del fields["from_"]
        fields["from"] = None if row.is_from_unread else row.from_
    return {name: value for name, value in fields.items() if name not in _FOR_KEEPERS} | {
        "source": row.source.title,
        "publisher_of_source": row.source.publisher,
        "source_date": row.source.date,
        "source_on": law.read_on(row),
        "is_whole_text": row.full_text,
        "is_fresh": is_fresh(row, today),
        "confirmed_on": None if row.confirmation is None else row.confirmation.on,
        "overlay": None if overlay is None else overlay.version,
        "overlaid_on": None if overlay is None else overlay.in_force_on,
        "weight": may_decide(row, day, today=today),
    }


def cited(row_ids: Iterable[str], law: Law | None) -> list[CitedRow]:
    """The rows of these ids that may be shown, as `law` has them (None: as it was released). Others are left out."""
    rows = (law or shipped_law()).rows
    return [
        CitedRow(row.id, row.country, row.article, _own_text(row), row.as_of, row.mark, row.url)
        for row_id in row_ids
        if (row := rows.get(row_id)) is not None and is_readable(row)
    ]


def is_as_released(row: CitedRow) -> bool:
    """Whether a row has words, and they are those of this release: no overlay changed them."""
    shipped = shipped_law().rows.get(row.id)
    return shipped is not None and row.text is not None and _own_text(shipped) == row.text


def _own_text(row: Row) -> str | None:
    """What a row says in its own words; of a rule on charges what for, how much, and when."""
    if isinstance(row, Fee):
        charge = f"{row.charge.capitalize()}: {row.for_what}"
        return "; ".join(part for part in (charge, row.how_much, row.conditions) if part)
    if isinstance(row, Coming):
        return f"{row.on}: {row.what}"
    if isinstance(row, Regime) and row.transition is not None:
        return row.transition.text
    if row.country in OUTSIDE:
        # Of a country that is not answered for, who asks is told what to look at and where.
        if isinstance(row, OfficialListRow):
            return f"{row.title}: {row.publisher}, {row.url}"
        if isinstance(row, HelpLineRow):
            return f"{row.name}: {row.number}. {row.for_what.capitalize()}. Not called by the registry yet."
        if isinstance(row, Regime):
            return row.note
    text: str | None = getattr(row, "text", None)
    return text


def law_payload(
    law: Law,
    today: date,
    *,
    country: str | None = None,
    activity: str | None = None,
    on: date | None = None,
    tables: Sequence[str] = TABLES,
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table that may be shown, of one country or all; with `on` only those in force that day.

    `activity` narrows regimes, and limits that are about activities; rows of other tables are about none.
    """
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in tables}
    for one in law.countries.values():
        if country not in (None, one.country):
            continue
        for table, row in rows_of(one):
            if table in found and _is_asked(row, activity, on):
                found[table].append(row_payload(law, row, on or today, today))
    return found


def _is_asked(row: Row, activity: str | None, on: date | None) -> bool:
    if not is_readable(row) or (on is not None and not is_in_force(row, on)):
        return False
    if activity is None:
        return True
    about: Iterable[str] = (getattr(row, "activity", activity),) if hasattr(row, "activity") else ()
    about = tuple(getattr(row, "activities", ())) or about
    return not about or activity in set(about)


def withdrawn_payload(law: Law, country: str, tables: Sequence[str] = TABLES) -> list[dict[str, Any]]:
    """The rows of a country that an overlay withdrew, with what they said, and by which overlay, since when and why."""
    return [
        {
            "id": one.row.id,
            "table": one.table,
            "article": one.row.article,
            "text": getattr(one.row, "text", None),
            "version": one.mark.version,
            "withdrawn_on": one.mark.in_force_on,
            "reason": one.mark.reason,
        }
        for one in law.withdrawn.values()
        if one.row.country == country and one.table in tables and is_readable(one.row)
    ]


def country_payload(law: CountryLaw) -> dict[str, Any]:
    """What a country is to the registry, and where to ask about one that it does not answer for."""
    return {
        "country": law.country,
        "name": law.name,
        "role": law.role,
        "read_on": law.read_on,
        "checked_on": law.checked_on,
        "ask": where_to_ask(law),
    }
