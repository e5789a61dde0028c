"""From the cells of a row to what the list says: a mapping's rules, worked out once and applied to every row. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from operator import itemgetter
from typing import Any

import msgspec

from registry.register.agencies.keys import identifier_key, number_key
from registry.register.imports.identifiers import NumberRule, checked
from registry.register.imports.mapping import (
    CHANNEL_FIELDS,
    IDENTIFIER_FIELDS,
    NAME_FIELDS,
    Layout,
    SourceMapping,
    names_of,
)
from registry.register.imports.personal import (
    holds_personal_number,
    is_personal_number,
    is_vat_of_a_person,
    looks_like_identity_card,
)
from registry.register.imports.report import Finding, Refused
from registry.register.imports.rows import Row
from registry.register.imports.scope_rules import ScopeRules
from registry.register.imports.statements import (
    StatedChannel,
    StatedIdentifier,
    StatedLicence,
    StatedName,
    Statement,
    row_key_of,
)
from registry.register.imports.values import cut_short, day_of, days_of_term, folded, is_rounded, script_of, tidy
from registry.vocabulary.codes import Flaw
from registry.vocabulary.record import DETAILS, MAX_LINE, TERM_DAYS, TERM_LINES
from registry.vocabulary.register import ChannelKind, HolderKind, IdentifierScheme, LicenceStatus, NameKind, Role

MAX_LENGTHS = {
    "name": 400,
    "number": 120,
    "place": 200,
    "identifier": 80,
    "channel": 200,
    "status_ground": 400,
    "condition": 1000,
}
"""Characters that each kind of value may have."""

_NAME_KINDS = {
    "name": NameKind.LEGAL,
    "trade_name": NameKind.TRADE,
    "short_name": NameKind.SHORT,
    "former_name": NameKind.FORMER,
}

LICENCE_FIELDS = (
    *TERM_DAYS, *TERM_LINES, "status", "status_from", "status_until", "status_ground", "publish_until",
)  # fmt: skip
AGENCY_FIELDS = ("holder_kind", "role", "country", "place", "dissolved_on")
REMEMBERED = 50_000

Read = tuple[str, Statement]


class RowRules:
    """Reads the rows of one list. `findings` collects what is odd about rows that are taken all the same."""

    def __init__(self, mapping: SourceMapping, layout: Layout) -> None:
        self.findings: list[Finding] = []
        self.country = mapping.authority.country
        self._mapping = mapping
        self._layout = layout
        self._forms = tuple(mapping.dates)
        self._licence_digits = mapping.number.digits
        self._number_rule = NumberRule(mapping.registration_number.digits, mapping.registration_number.check)
        fields = list(layout.columns)
        self._place = {field: place for place, field in enumerate(fields)}
        self._column = {field: names_of(names)[0] for field, names in layout.columns.items()}
        self._names = [(self._place[f], f, _NAME_KINDS[f]) for f in NAME_FIELDS if f in self._place]
        self._identifiers = [(self._place[f], f, IdentifierScheme(f)) for f in IDENTIFIER_FIELDS if f in self._place]
        self._channels = [(self._place[f], f, ChannelKind(f)) for f in CHANNEL_FIELDS if f in self._place]
        self._words = {
            field: {folded(word): to for word, to in table.items()} for field, table in mapping.words.items()
        }
        self._holder = mapping.holder
        self._is_legal = _pattern(mapping.holder.legal_person)
        self._is_sole = _pattern(mapping.holder.sole_trader)
        self._role = mapping.constants.role or (Role.SENDING if self.country == "CN" else Role.RECEIVING)
        self._scope = ScopeRules(mapping, layout, self._words)
        own = [self._place[field] for field in LICENCE_FIELDS if field in self._place]
        self._licence_cells = cells_at([*own, *self._scope.places])
        self._licences: dict[tuple[str, ...], StatedLicence] = {}
        self._cached_words: dict[tuple[str, str], Any] = {}
        self._key = mapping.source.key
        self._constant_holder = mapping.constants.holder_kind
        self._has_number = "number" in self._place
        self._has_more = any(field in self._place for field in (*CHANNEL_FIELDS, *AGENCY_FIELDS))

    def read(self, row: Row) -> Read:
        """The agency's key on the list and what the row says. Raises Refused when the row cannot be taken."""
        cells = row.cells
        if cells is None:
            if row.flaw is not None:
                raise Refused("", row.flaw, detail=row.detail)
            flaw = Flaw.TOO_MANY_CELLS if row.found > row.wanted else Flaw.TOO_FEW_CELLS
            raise Refused("", flaw, detail=f"{row.found} cells, the header has {row.wanted}")
        if row.flaw is not None:
            self.findings.append(Finding(row.line, "", row.flaw, part=row.part, detail=row.detail))
        names = self._stated_names(row, cells)
        key, identifiers = self._stated_identifiers(row, cells)
        number = self._number(row, cells) if self._has_number else None
        if key is None:
            key = self._key_of(names, number)
        licence = self._stated_licence(row, cells, number)
        if not self._has_more:
            holder_kind = self._constant_holder or self._holder_kind(names[0].name)
            return row_key_of(key), Statement(
                self.country, self._role, holder_kind, names, identifiers, None, None, (), (licence,)
            )
        holder_kind = self._word(cells, "holder_kind", HolderKind, self._constant_holder)
        if holder_kind is None:
            holder_kind = self._holder_kind(names[0].name)
        statement = Statement(
            self._country(cells),
            self._word(cells, "role", Role, self._role) or self._role,
            holder_kind,
            names,
            identifiers,
            self._free(row, cells, "place", MAX_LENGTHS["place"]),
            self._day(cells, "dissolved_on"),
            self._stated_channels(row, cells, holder_kind) if self._channels else (),
            (licence,),
        )
        return row_key_of(key), statement

    def key_of(self, row: Row) -> str | None:
        """The key of a row that was refused, where it can be read all the same: such an agency has not vanished."""
        if row.cells is None:
            return None
        try:
            key, _ = self._stated_identifiers(row, row.cells, is_quiet=True)
            if key is None:
                key = self._key_of(self._stated_names(row, row.cells), self._number(row, row.cells, is_quiet=True))
        except Refused:
            return None
        return row_key_of(key)

    def _note(self, row: Row, field: str, flaw: Flaw, value: str | None = None) -> None:
        self.findings.append(Finding(row.line, self._column.get(field, field), flaw, value, row.part))

    def _stated_names(self, row: Row, cells: Sequence[str]) -> tuple[StatedName, ...]:
        names: list[StatedName] = []
        for place, field, kind in self._names:
            name = tidy(cells[place])
            if not name:
                if field == "name":
                    raise Refused(self._column[field], Flaw.NAME_MISSING)
                continue
            if len(name) > MAX_LENGTHS["name"]:
                if field != "name":
                    self._note(row, field, Flaw.TOO_LONG)
                    continue
                raise Refused(self._column[field], Flaw.TOO_LONG, detail=f"{len(name)} characters")
            if holds_personal_number(name):
                if field != "name":
                    self._note(row, field, Flaw.PERSONAL_DATA)
                    continue
                raise Refused(self._column[field], Flaw.PERSONAL_DATA)
            if not names or not any(name == other.name for other in names):
                names.append(StatedName(name, script_of(name, self.country), kind))
        return tuple(names)

    def _stated_identifiers(
        self, row: Row, cells: Sequence[str], *, is_quiet: bool = False
    ) -> tuple[str | None, tuple[StatedIdentifier, ...]]:
        """The key, if an identifier is the list's key, and the identifiers that can be kept."""
        key = None
        stated = []
        for place, field, scheme in self._identifiers:
            text = cells[place]
            if not text or not (text := tidy(text)):
                if field == self._key:
                    raise Refused(self._column[field], Flaw.KEY_MISSING)
                continue
            found = checked(scheme, text, self._number_rule)
            value = found.value
            flaw = found.flaw
            if value is None or len(value) > MAX_LENGTHS["identifier"]:
                value, flaw = None, flaw or Flaw.TOO_LONG
            elif (found.has_failed_check or len(value) != self._number_rule.digits) and self._is_personal(
                scheme, value, found.has_failed_check
            ):
                value, flaw = None, Flaw.PERSONAL_DATA
            if flaw is not None:
                excerpt = None if flaw is Flaw.PERSONAL_DATA or is_personal_number(text) else text[:80]
                if value is None and field == self._key:
                    raise Refused(self._column[field], flaw, excerpt)
                if not is_quiet:
                    self._note(row, field, flaw, excerpt)
            if value is None:
                continue
            stated.append(StatedIdentifier(scheme, value, found.has_failed_check))
            if field == self._key:
                key = f"{field}:{value if value.isalnum() else identifier_key(scheme, value)}"
        return key, tuple(stated)

    @staticmethod
    def _is_personal(scheme: IdentifierScheme, value: str, has_failed_check: bool) -> bool:
        match scheme:
            case IdentifierScheme.USCC:
                return has_failed_check and looks_like_identity_card(value)
            case IdentifierScheme.VAT:
                return is_vat_of_a_person(value)
            case IdentifierScheme.REGISTRATION_NUMBER:
                return len(value) == 18 and looks_like_identity_card(value)
        return False

    def _key_of(self, names: Sequence[StatedName], number: str | None) -> str:
        if self._key == "number":
            if number is None:
                raise Refused(self._column["number"], Flaw.KEY_MISSING)
            return f"number:{number_key(number)}"
        return f"name:{folded(names[0].name)}"

    def _holder_kind(self, name: str) -> HolderKind:
        if self._is_sole is not None and self._is_sole(name):
            return HolderKind.SOLE_TRADER
        if self._is_legal is not None:
            # Legal forms mostly stand at the end, where a search is short; it begins at a word as the whole name does.
            end = name[name.rfind(" ", 0, -10) + 1 :]
            if self._is_legal(end) or self._is_legal(name):
                return HolderKind.LEGAL_PERSON
        return self._holder.otherwise

    def _stated_licence(self, row: Row, cells: Sequence[str], number: str | None) -> StatedLicence:
        """Lists repeat terms and scopes: each combination of cells is worked out once."""
        mark = self._licence_cells(cells)
        licence = self._licences.get(mark)
        if licence is None:
            findings = len(self.findings)
            licence = self._worked_out_licence(row, cells)
            # What is odd about a combination must be said of every row that has it.
            if len(self._licences) < REMEMBERED and len(self.findings) == findings:
                self._licences[mark] = licence
        return licence if number is None else msgspec.structs.replace(licence, number=number)

    def _worked_out_licence(self, row: Row, cells: Sequence[str]) -> StatedLicence:
        valid_from, valid_to = self._term(cells)
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            raise Refused(self._column["valid_to"], Flaw.DATES_REVERSED, f"{valid_from} to {valid_to}")
        status = self._word(cells, "status", LicenceStatus, self._mapping.constants.status)
        if status is None:
            raise Refused(self._column["status"], Flaw.UNKNOWN_WORD, "")
        scope = self._scope.scope(cells)
        if scope.held_back:
            self._note(row, "conditions", Flaw.PERSONAL_DATA)
        if scope.was_cut:
            self._note(row, "conditions", Flaw.CUT_SHORT)
        return StatedLicence(
            scope.kind,
            None,
            valid_from,
            valid_to,
            status,
            self._day(cells, "status_from"),
            self._day(cells, "status_until"),
            self._free(row, cells, "status_ground", MAX_LENGTHS["status_ground"]),
            self._day(cells, "publish_until"),
            scope.activities,
            scope.sectors,
            scope.corridors,
            scope.conditions,
            **self._details(row, cells),
        )

    def _details(self, row: Row, cells: Sequence[str]) -> dict[str, Any]:
        """Days and lines of the licence's terms that have a column of their name, and the region of the whole list."""
        stated = {
            field: self._day(cells, field) if field in TERM_DAYS else self._free(row, cells, field, MAX_LINE)
            for field in DETAILS
            if field in self._place
        }
        region = stated.get("region") or self._mapping.source.region
        return {**stated, "region": region} if region else stated

    def _stated_channels(self, row: Row, cells: Sequence[str], holder_kind: HolderKind) -> tuple[StatedChannel, ...]:
        stated = []
        for place, field, kind in self._channels:
            value = tidy(cells[place])
            if not value:
                continue
            if holder_kind is not HolderKind.LEGAL_PERSON:
                self._note(row, field, Flaw.CHANNEL_OF_A_PERSON)
            elif len(value) > MAX_LENGTHS["channel"]:
                self._note(row, field, Flaw.TOO_LONG)
            else:
                stated.append(StatedChannel(kind, value))
        return tuple(stated)

    def _number(self, row: Row, cells: Sequence[str], *, is_quiet: bool = False) -> str | None:
        """The licence number, opaque text."""
        place = self._place.get("number")
        if place is None:
            return None
        text, column = tidy(cells[place]), self._column["number"]
        if len(text) > MAX_LENGTHS["number"]:
            raise Refused(column, Flaw.TOO_LONG, detail=f"{len(text)} characters")
        if is_rounded(text):
            raise Refused(column, Flaw.ROUNDED_NUMBER, text)
        if looks_like_identity_card(text):
            raise Refused(column, Flaw.PERSONAL_DATA)
        if 0 < len(text) < self._licence_digits and text.isascii() and text.isdigit():
            text = text.zfill(self._licence_digits)
            if not is_quiet:
                self._note(row, "number", Flaw.LOST_ZEROS, text)
        return text or None

    def _free(self, row: Row, cells: Sequence[str], field: str, longest: int) -> str | None:
        """A free field, unless a natural person's number stands in it."""
        place = self._place.get(field)
        if place is None:
            return None
        text = tidy(cells[place])
        if holds_personal_number(text):
            self._note(row, field, Flaw.PERSONAL_DATA)
            return None
        if len(text) > longest:
            self._note(row, field, Flaw.CUT_SHORT)
            text = cut_short(text, longest)
        return text or None

    def _day(self, cells: Sequence[str], field: str) -> date | None:
        place = self._place.get(field)
        if place is None:
            return None
        text = cells[place]
        if not text or not (text := text.strip()):
            return None
        day = day_of(text, self._forms)
        if day is None and self._words.get(field, {}).get(folded(text)) == "":
            # The table says that this word sets no day, like "unlimited".
            return None
        if day is None:
            excerpt = None if holds_personal_number(text) else text[:80]
            raise Refused(self._column[field], Flaw.NOT_A_DATE, excerpt)
        return day

    def _term(self, cells: Sequence[str]) -> tuple[date | None, date | None]:
        """First and last day, from a column each, or both from the column of the last."""
        place = self._place.get("valid_to")
        term = days_of_term(cells[place].strip(), self._forms) if place is not None and cells[place] else None
        if term is None:
            return self._day(cells, "valid_from"), self._day(cells, "valid_to")
        first = self._place.get("valid_from")
        if first is None or cells[first] == cells[place or 0]:
            return term
        return self._day(cells, "valid_from") or term[0], term[1]

    def _word(self, cells: Sequence[str], field: str, words: type[StrEnum], otherwise: Any) -> Any:
        """The word of a closed set that a cell means, by the value table or as it stands; `otherwise` if it is empty."""
        place = self._place.get(field)
        if place is None:
            return otherwise
        text = cells[place]
        found = self._cached_words.get((field, text))
        if found is None:
            found = self._cached_words[field, text] = self._looked_up(field, text, words, otherwise)
        return found

    def _looked_up(self, field: str, text: str, words: type[StrEnum], otherwise: Any) -> Any:
        word = folded(text)
        if not word:
            return otherwise
        meant = self._words.get(field, {}).get(word, word)
        try:
            return words(meant)
        except ValueError:
            excerpt = None if holds_personal_number(text) else text[:80]
            raise Refused(self._column[field], Flaw.UNKNOWN_WORD, excerpt, f"one of {', '.join(words)}") from None

    def _country(self, cells: Sequence[str]) -> str:
        place = self._place.get("country")
        if place is None or not cells[place].strip():
            return self.country
        return country_of(cells[place], self._words.get("country", {}), self._column["country"])


def cells_at(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """A function that picks cells, as quickly as can be."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple([cells[place] for place in places])


def _pattern(text: str | None) -> Callable[[str], Any] | None:
    return re.compile(text, re.IGNORECASE).search if text else None


def country_of(text: str, words: Mapping[str, str], column: str) -> str:
    """The ISO code a cell means. Refused when it means none."""
    code = words.get(folded(text), text.strip())
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code.upper()
    raise Refused(column, Flaw.NOT_A_COUNTRY, text.strip()[:80])
