"""From the cells of a row to what the list says: a mapping's rules, worked out once and applied to every row. Pure."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import msgspec

from registry.register.agencies.keys import identifier_key, number_key
from registry.register.imports import field_rules, name_rules, personal, report, rows, scope_rules, statements, values
from registry.register.imports.identifiers import NumberRule, checked
from registry.register.imports.mapping import CHANNEL_FIELDS, IDENTIFIER_FIELDS, Layout, SourceMapping
from registry.vocabulary.codes import Flaw
from registry.vocabulary.record import DETAILS, MAX_LINE, TERM_DAYS, TERM_LINES
from registry.vocabulary.register import ChannelKind, HolderKind, IdentifierScheme, LicenceStatus, Role

MAX_LENGTHS = {
    "number": 120,
    "place": 200,
    "identifier": 80,
    "channel": 200,
    "status_ground": 400,
    "condition": 1000,
}
"""Characters that each kind of value may have."""

LICENCE_FIELDS = (
    *TERM_DAYS, *TERM_LINES, "status", "status_from", "status_until", "status_ground", "publish_until", "remark",
)  # fmt: skip
AGENCY_FIELDS = ("holder_kind", "role", "country", "place", "dissolved_on")
REMEMBERED = 50_000

Read = tuple[str, statements.Statement]


class RowRules:
    """Reads the rows of one list. `findings` collects what is odd about rows that are taken all the same."""

    def __init__(self, mapping: SourceMapping, layout: Layout) -> None:
        self._fields = field_rules.FieldRules(mapping, layout)
        self.findings = self._fields.findings
        self.country = mapping.authority.country
        self._licence_digits = mapping.number.digits
        self._number_rule = NumberRule(mapping.registration_number.digits, mapping.registration_number.check)
        self._place, self._column = self._fields.place, self._fields.column
        self._names = name_rules.NameRules(mapping, layout, self.country)
        self._identifiers = [(self._place[f], f, IdentifierScheme(f)) for f in IDENTIFIER_FIELDS if f in self._place]
        self._channels = [(self._place[f], f, ChannelKind(f)) for f in CHANNEL_FIELDS if f in self._place]
        self._role = mapping.constants.role or (Role.SENDING if self.country == "CN" else Role.RECEIVING)
        self._scope = scope_rules.ScopeRules(mapping, layout, self._fields.words)
        own = [self._place[field] for field in LICENCE_FIELDS if field in self._place]
        self._licence_cells = cells_at([*own, *self._scope.places])
        self._licences: dict[Any, statements.StatedLicence] = {}
        self._key = mapping.source.key
        self._constant_holder = mapping.constants.holder_kind
        self._region = mapping.source.region
        self._has_number = "number" in self._place
        self._has_more = any(field in self._place for field in (*CHANNEL_FIELDS, *AGENCY_FIELDS))

    def read(self, row: rows.Row) -> Read:
        """The agency's key on the list and what the row says. Raises Refused when the row cannot be taken."""
        cells = row.cells
        if cells is None:
            if row.flaw is not None:
                raise report.Refused("", row.flaw, detail=row.detail)
            flaw = Flaw.TOO_MANY_CELLS if row.found > row.wanted else Flaw.TOO_FEW_CELLS
            raise report.Refused("", flaw, detail=f"{row.found} cells, the header has {row.wanted}")
        if row.flaw in rows.REFUSED:
            raise report.Refused("", row.flaw, detail=row.detail)
        if row.flaw is not None:
            self.findings.append(report.Finding(row.line, "", row.flaw, part=row.part, detail=row.detail))
        names, marked = self._names.named(cells, partial(self._fields.note, row))
        key, identifiers = self._stated_identifiers(row, cells)
        number = self._number(row, cells) if self._has_number else None
        if key is None:
            key = self._key_of(names, number)
        licence = self._stated_licence(row, cells, number, marked)
        if not self._has_more:
            holder_kind = self._constant_holder or self._names.holder_kind(names[0].name)
            return statements.row_key_of(key), statements.Statement(
                self.country, self._role, holder_kind, names, identifiers, None, None, (), (licence,)
            )
        holder_kind = self._fields.word(cells, "holder_kind", HolderKind, self._constant_holder)
        if holder_kind is None:
            holder_kind = self._names.holder_kind(names[0].name)
        statement = statements.Statement(
            self._fields.country(cells),
            self._fields.word(cells, "role", Role, self._role) or self._role,
            holder_kind,
            names,
            identifiers,
            self._fields.free(row, cells, "place", MAX_LENGTHS["place"]),
            self._fields.day(row, cells, "dissolved_on"),
            self._stated_channels(row, cells, holder_kind) if self._channels else (),
            (licence,),
        )
        return statements.row_key_of(key), statement

    def goes_on(self, row: rows.Row) -> bool:
        """Whether a row says something of an agency and names none: neither its name nor its key."""
        cells = row.cells
        own = {self._place["name"], self._place[self._key]}
        return cells is not None and any(cell.strip() for cell in cells) and not any(cells[at].strip() for at in own)

    def key_of(self, row: rows.Row) -> str | None:
        """The key of a row that was refused, where it can be read all the same: such an agency has not vanished."""
        if row.cells is None:
            return None
        try:
            key, _ = self._stated_identifiers(row, row.cells, is_quiet=True)
            if key is None:
                names = (
                    () if self._has_number and self._key == "number" else self._names.named(row.cells, _unheard).names
                )
                key = self._key_of(names, self._number(row, row.cells, is_quiet=True))
        except report.Refused:
            return None
        return statements.row_key_of(key)

    def _stated_identifiers(
        self, row: rows.Row, cells: Sequence[str], *, is_quiet: bool = False
    ) -> tuple[str | None, tuple[statements.StatedIdentifier, ...]]:
        """The key, if an identifier is the list's key, and the identifiers that can be kept."""
        key = None
        stated = []
        for place, field, scheme in self._identifiers:
            text = cells[place]
            if not text or not (text := values.tidy(text)):
                if field == self._key:
                    raise report.Refused(self._column[field], Flaw.KEY_MISSING)
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
                excerpt = None if flaw is Flaw.PERSONAL_DATA or personal.is_personal_number(text) else text[:80]
                if value is None and field == self._key:
                    raise report.Refused(self._column[field], flaw, excerpt)
                if not is_quiet:
                    self._fields.note(row, field, flaw, excerpt)
            if value is None:
                continue
            stated.append(statements.StatedIdentifier(scheme, value, found.has_failed_check))
            if field == self._key:
                key = f"{field}:{value if value.isalnum() else identifier_key(scheme, value)}"
        return key, tuple(stated)

    @staticmethod
    def _is_personal(scheme: IdentifierScheme, value: str, has_failed_check: bool) -> bool:
        match scheme:
            case IdentifierScheme.USCC:
                return has_failed_check and personal.looks_like_identity_card(value)
            case IdentifierScheme.VAT:
                return personal.is_vat_of_a_person(value)
            case IdentifierScheme.REGISTRATION_NUMBER:
                return len(value) == 18 and personal.looks_like_identity_card(value)
        return False

    def _key_of(self, names: Sequence[statements.StatedName], number: str | None) -> str:
        if self._key == "number":
            if number is None:
                raise report.Refused(self._column["number"], Flaw.KEY_MISSING)
            return f"number:{number_key(number)}"
        return f"name:{values.folded(names[0].name)}"

    def _stated_licence(
        self, row: rows.Row, cells: Sequence[str], number: str | None, marked: LicenceStatus | None
    ) -> statements.StatedLicence:
        """Lists repeat terms and scopes: each combination of cells is worked out once. `marked`: what a footnote mark says."""
        combination = (self._licence_cells(cells), row.heading, marked)
        licence = self._licences.get(combination)
        if licence is None:
            findings = len(self.findings)
            licence = self._worked_out_licence(row, cells, marked)
            # What is odd about a combination must be said of every row that has it.
            if len(self._licences) < REMEMBERED and len(self.findings) == findings:
                self._licences[combination] = licence
        return licence if number is None else msgspec.structs.replace(licence, number=number)

    def _worked_out_licence(
        self, row: rows.Row, cells: Sequence[str], marked: LicenceStatus | None
    ) -> statements.StatedLicence:
        valid_from, valid_to = self._fields.term(row, cells)
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            raise report.Refused(
                self._column.get("valid_to", self._column.get("valid_from", "")),
                Flaw.DATES_REVERSED,
                f"{valid_from} to {valid_to}",
            )
        scope = self._scope.scope(cells, row.heading)
        if scope.held_back:
            self._fields.note(row, "conditions", Flaw.PERSONAL_DATA)
        if scope.was_cut:
            self._fields.note(row, "conditions", Flaw.CUT_SHORT)
        return statements.StatedLicence(
            scope.kind,
            None,
            valid_from,
            valid_to,
            self._fields.status(row, cells, marked),
            self._fields.day(row, cells, "status_from"),
            self._fields.day(row, cells, "status_until"),
            self._fields.free(row, cells, "status_ground", MAX_LENGTHS["status_ground"]),
            self._fields.day(row, cells, "publish_until"),
            scope.activities,
            scope.sectors,
            scope.corridors,
            scope.conditions,
            **self._details(row, cells),
        )

    def _details(self, row: rows.Row, cells: Sequence[str]) -> dict[str, Any]:
        """Days and lines of the licence's terms that have a column of their name, and the region of the whole list."""
        stated = {
            field: self._fields.day(row, cells, field)
            if field in TERM_DAYS
            else self._fields.free(row, cells, field, MAX_LINE)
            for field in DETAILS
            if field in self._place
        }
        region = stated.get("region") or self._region
        return {**stated, "region": region} if region else stated

    def _stated_channels(
        self, row: rows.Row, cells: Sequence[str], holder_kind: HolderKind
    ) -> tuple[statements.StatedChannel, ...]:
        stated = []
        for place, field, kind in self._channels:
            value = values.tidy(cells[place])
            if not value:
                continue
            if holder_kind is not HolderKind.LEGAL_PERSON:
                self._fields.note(row, field, Flaw.CHANNEL_OF_A_PERSON)
            elif len(value) > MAX_LENGTHS["channel"]:
                self._fields.note(row, field, Flaw.TOO_LONG)
            else:
                stated.append(statements.StatedChannel(kind, value))
        return tuple(stated)

    def _number(self, row: rows.Row, cells: Sequence[str], *, is_quiet: bool = False) -> str | None:
        """The licence number, opaque text."""
        place = self._place.get("number")
        if place is None:
            return None
        text, column = values.tidy(cells[place]), self._column["number"]
        if len(text) > MAX_LENGTHS["number"]:
            raise report.Refused(column, Flaw.TOO_LONG, detail=f"{len(text)} characters")
        if values.is_rounded(text):
            raise report.Refused(column, Flaw.ROUNDED_NUMBER, text)
        if personal.looks_like_identity_card(text):
            raise report.Refused(column, Flaw.PERSONAL_DATA)
        if 0 < len(text) < self._licence_digits and text.isascii() and text.isdigit():
            text = text.zfill(self._licence_digits)
            if not is_quiet:
                self._fields.note(row, "number", Flaw.LOST_ZEROS, text)
        return text or None


def cells_at(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """A function that picks cells, as quickly as can be."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple([cells[place] for place in places])


def _unheard(field: str, flaw: Flaw, value: str | None = None) -> None:
    """Takes no note of what is odd about a row that was refused already."""
