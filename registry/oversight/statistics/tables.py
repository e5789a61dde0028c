"""The open numbers as words, and as a table that is safe to open."""

import csv
import io
from collections.abc import Iterable

from registry.core.spreadsheets import harmless
from registry.i18n.languages import text
from registry.i18n.wording import country_name, indicator_text, sector_name, word
from registry.oversight.statistics.queries import Release
from registry.oversight.statistics.rules import NOT_STATED
from registry.vocabulary.cases import Dimension, Indicator
from registry.vocabulary.register import Language

COLUMNS = ("quarter", "from", "to", "counted_by", "value", "name", "count")


def cell_name(language: Language, dimension: Dimension, value: str) -> str:
    """What a cell counts, in words."""
    if value == NOT_STATED:
        return text(language, "statistics.not_stated")
    match dimension:
        case Dimension.COUNTRY:
            return country_name(language, value)
        case Dimension.SECTOR:
            return sector_name(language, value)
        case Dimension.INDICATOR:
            return indicator_text(language, Indicator(value))
        case Dimension.OUTCOME:
            return word(language, "statistics.outcome", value)


def as_csv(releases: Iterable[Release], language: Language) -> str:
    """One line a cell, the newest quarter first, by RFC 4180."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for release in releases:
        quarter = release.quarter
        for table in release.tables:
            for value, count in table.cells.items():
                name = cell_name(language, table.dimension, value)
                row = (str(quarter), quarter.first.isoformat(), quarter.last.isoformat(), table.dimension, value, name)
                writer.writerow([*map(harmless, row), count])
    return written.getvalue()
