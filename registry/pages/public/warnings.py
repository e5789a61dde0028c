"""Clone warnings as pages show them: dated, with who said it."""

from datetime import date
from typing import NamedTuple

from registry.core.clock import day_at
from registry.i18n.languages import text
from registry.i18n.names import authority_name
from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.vocabulary.register import Language

OURSELVES = "registry"
"""The source of a warning that no list of ours stated."""


class ShownWarning(NamedTuple):
    """`source` is the authority's name where the warning came from a list of ours, else as the official named it."""

    text: str
    source: str
    said_on: date
    from_: date | None
    to: date | None


def warnings_on(agency: record.Agency, snapshot: SourceSnapshot, language: Language, day: date) -> list[ShownWarning]:
    """The warnings that hold on a day, the newest first."""
    return [
        ShownWarning(
            text(language, "status.withheld_by_law") if one.text == record.WITHHELD else one.text,
            _source(one.source, snapshot, language),
            day_at(one.retrieved_at, None),
            one.from_,
            one.to,
        )
        for one in sorted(agency.clone_warnings, key=lambda one: one.retrieved_at, reverse=True)
        if record.holds_on(one, day)
    ]


def _source(reference: str, snapshot: SourceSnapshot, language: Language) -> str:
    if reference == OURSELVES:
        return text(language, "page.warning.registry")
    known = snapshot.sources.get(reference)
    return authority_name(language, known.authority, snapshot) if known else reference
