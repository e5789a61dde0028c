"""What single fields of a row say: words of closed sets, days, terms, statuses, free text. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from registry.register.imports import personal, report, rows, values
from registry.register.imports.mapping import Layout, SourceMapping, names_of
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus

COUNTS_LATE = frozenset({"valid_from", "status_until"})
"""Days of which the last of a month counts where the month alone is named; of the others the first (decision 0169)."""


class FieldRules:
    """Reads fields of rows. `findings` collects what is odd about rows that are taken all the same."""

    def __init__(self, mapping: SourceMapping, layout: Layout) -> None:
        self.findings: list[report.Finding] = []
        self.place = {field: place for place, field in enumerate(layout.columns)}
        self.column = {field: names_of(names)[0] for field, names in layout.columns.items()}
        self.words = {
            field: {values.folded(word): to for word, to in table.items()} for field, table in mapping.words.items()
        }
        self._forms = tuple(mapping.dates)
        self._country = mapping.authority.country
        self._status = mapping.constants.status
        self._other_lists = [values.folded(word) for word in layout.other_lists]
        self._cached_words: dict[tuple[str, str], StrEnum | None] = {}

    def note(self, row: rows.Row, field: str, flaw: Flaw, value: str | None = None) -> None:
        """Take down what is odd about a row that is taken all the same."""
        self.findings.append(report.Finding(row.line, self.column.get(field, field), flaw, value, row.part))

    def free(self, row: rows.Row, cells: Sequence[str], field: str, longest: int) -> str | None:
        """A free field, unless a natural person's number stands in it."""
        place = self.place.get(field)
        if place is None:
            return None
        text = values.tidy(cells[place])
        if personal.holds_personal_number(text):
            self.note(row, field, Flaw.PERSONAL_DATA)
            return None
        if len(text) > longest:
            self.note(row, field, Flaw.CUT_SHORT)
            text = values.cut_short(text, longest)
        return text or None

    def day(self, row: rows.Row, cells: Sequence[str], field: str) -> date | None:
        """The day in a column of days; None where none stands or is set. Refused for what is no day."""
        place = self.place.get(field)
        if place is None:
            return None
        text = cells[place]
        if not text or not (text := text.strip()):
            return None
        day = values.day_of(text, self._forms, values.Edge.LAST if field in COUNTS_LATE else values.Edge.FIRST)
        if day is None and self.words.get(field, {}).get(values.folded(text)) == "":
            # The table says that this word sets no day, like "unlimited".
            return None
        if day is None:
            excerpt = None if personal.holds_personal_number(text) else text[:80]
            raise report.Refused(self.column[field], Flaw.NOT_A_DATE, excerpt)
        self._note_month(row, field, text)
        return day

    def term(self, row: rows.Row, cells: Sequence[str]) -> values.Term:
        """First and last day, from a column each, or both from the column of either."""
        issued = self._term_in(row, cells, "valid_from", None)
        first = issued[0] if issued is not None else self.day(row, cells, "valid_from")
        if not self._text(cells, "valid_to"):
            return first, issued[1] if issued is not None else None
        counted_from = (
            first if issued else values.day_of(self._text(cells, "valid_from"), self._forms, values.Edge.FIRST)
        )
        ends = self._term_in(row, cells, "valid_to", counted_from)
        if ends is None:
            return first, self.day(row, cells, "valid_to")
        return first or ends[0], ends[1]

    def _term_in(self, row: rows.Row, cells: Sequence[str], field: str, issued_on: date | None) -> values.Term | None:
        """The term that stands in a column of days; None where a day or nothing stands there."""
        text = self._text(cells, field)
        term = values.days_of_term(text, self._forms, issued_on) if text else None
        if term is not None:
            self._note_month(row, field, text)
        return term

    def _text(self, cells: Sequence[str], field: str) -> str:
        place = self.place.get(field)
        return cells[place].strip() if place is not None else ""

    def _note_month(self, row: rows.Row, field: str, text: str) -> None:
        if values.names_a_month(text):
            self.note(row, field, Flaw.MONTH_ONLY, text[:80])

    def status(self, row: rows.Row, cells: Sequence[str], marked: LicenceStatus | None) -> LicenceStatus:
        """The status of its column, else of the heading, else of every row; a remark or a mark may say that it is worse."""
        headed = row.heading.status if row.heading is not None else None
        status: LicenceStatus | None = self.word(cells, "status", LicenceStatus, headed or self._status)
        if status is None:
            raise report.Refused(self.column["status"], Flaw.UNKNOWN_WORD, "")
        for aside in (marked, self._remarked(cells)):
            if aside is not None and STATUSES[status].recruit is Answer.YES:
                status = aside
        return status

    def _remarked(self, cells: Sequence[str]) -> LicenceStatus | None:
        """The status that a remark says. Refused where it speaks of an end in words that the mapping does not tell."""
        text = self._text(cells, "remark")
        if not text:
            return None
        meant = self.words.get("status", {}).get(values.folded(text))
        if meant:
            return LicenceStatus(meant)
        word = values.word_about(values.Topic.END, text) or next(
            (one for one in self._other_lists if one in values.folded(text)), None
        )
        if word is not None:
            raise report.Refused(self.column["remark"], Flaw.UNREAD_STATUS, word)
        return None

    def word(self, cells: Sequence[str], field: str, words: type[StrEnum], otherwise: Any) -> Any:
        """The word of a closed set that a cell means, by the value table or as it stands; `otherwise` if it is empty."""
        place = self.place.get(field)
        if place is None:
            return otherwise
        text = cells[place]
        if (field, text) not in self._cached_words:
            self._cached_words[field, text] = self._looked_up(field, text, words)
        found = self._cached_words[field, text]
        return otherwise if found is None else found

    def _looked_up(self, field: str, text: str, words: type[StrEnum]) -> StrEnum | None:
        word = values.folded(text)
        meant = self.words.get(field, {}).get(word, word)
        if not meant:
            return None
        try:
            return words(meant)
        except ValueError:
            excerpt = None if personal.holds_personal_number(text) else text[:80]
            raise report.Refused(self.column[field], Flaw.UNKNOWN_WORD, excerpt, f"one of {', '.join(words)}") from None

    def country(self, cells: Sequence[str]) -> str:
        """The ISO code of the agency's country, the authority's where the cell is empty. Refused when it means none."""
        text = self._text(cells, "country")
        if not text:
            return self._country
        code = self.words.get("country", {}).get(values.folded(text), text)
        if len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper()
        raise report.Refused(self.column["country"], Flaw.NOT_A_COUNTRY, text[:80])
