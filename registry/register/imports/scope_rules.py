"""What a row says of a licence's kind and scope: flags, value tables and lists within a cell. Pure.

Lists repeat the same few combinations on every row, so each combination of cells is worked out once.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from registry.register.imports import personal, report, statements, values
from registry.register.imports.mapping import HeadingRule, Layout, SourceMapping, names_of
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import Activity, ConditionCode, LicenceKind

REMEMBERED = 10_000
MAX_CONDITION = 1000


class Scope(NamedTuple):
    """Kind and scope of a licence; None is what the list does not say.

    `held_back`: a natural person's number stood in a condition. `was_cut`: a condition was longer than is kept.
    """

    kind: LicenceKind
    activities: tuple[Activity, ...] | None
    sectors: tuple[tuple[str, str], ...] | None
    corridors: tuple[tuple[str | None, str | None], ...] | None
    conditions: tuple[statements.StatedCondition, ...] | None
    held_back: bool = False
    was_cut: bool = False


class ScopeRules:
    """Reads kind and scope from the cells of a row, in the order of registry.register.imports.mapping.wanted_columns."""

    def __init__(self, mapping: SourceMapping, layout: Layout, words: Mapping[str, Mapping[str, str]]) -> None:
        self._mapping = mapping
        self._words = words
        self._column = {field: names_of(names)[0] for field, names in layout.columns.items()}
        place = {field: place for place, field in enumerate(layout.columns)}
        self._fields: dict[str, int] = {
            f: place[f] for f in ("kind", "activities", "sectors", "origins", "destinations") if f in place
        }
        first = len(layout.columns)
        self._flags = {flag: first + number for number, flag in enumerate(layout.flags)}
        self._flag_columns = {flag: names_of(names)[0] for flag, names in layout.flags.items()}
        first += len(layout.flags)
        self._conditions = [first + number for number in range(len(layout.conditions))]
        self.places = (*self._fields.values(), *self._flags.values(), *self._conditions)
        self._yes = values.YES | {values.folded(word) for word in mapping.yes}
        self._no = values.NO | {values.folded(word) for word in mapping.no} | {""}
        self._split = re.compile("[" + re.escape(mapping.separators) + "]")
        self._remembered: dict[tuple[tuple[str, ...], HeadingRule | None], Scope] = {}

    def scope(self, cells: Sequence[str], heading: HeadingRule | None = None) -> Scope:
        """Raises Refused where a cell means nothing known, or where no rule gives a kind."""
        combination = tuple([cells[place] for place in self.places]), heading
        found = self._remembered.get(combination)
        if found is None:
            found = self._worked_out(cells, heading)
            if len(self._remembered) < REMEMBERED:
                self._remembered[combination] = found
        return found

    def _worked_out(self, cells: Sequence[str], heading: HeadingRule | None) -> Scope:
        flags = {flag: self._is_set(flag, cells[place]) for flag, place in self._flags.items()}
        conditions, held_back, was_cut = self._stated_conditions(cells, flags)
        return Scope(
            self._kind(cells, flags, heading),
            self._activities(cells, flags),
            self._sectors(cells),
            self._corridors(cells),
            conditions,
            held_back,
            was_cut,
        )

    def _is_set(self, flag: str, text: str) -> bool:
        word = values.folded(text)
        if word in self._yes:
            return True
        if word in self._no:
            return False
        excerpt = None if personal.holds_personal_number(text) else text[:80]
        raise report.Refused(self._flag_columns[flag], Flaw.UNKNOWN_WORD, excerpt, "neither yes nor no")

    def _kind(self, cells: Sequence[str], flags: Mapping[str, bool], heading: HeadingRule | None) -> LicenceKind:
        place = self._fields.get("kind")
        if place is not None and (word := values.folded(cells[place])):
            try:
                return LicenceKind(self._words.get("kind", {}).get(word, word))
            except ValueError:
                raise report.Refused(self._column["kind"], Flaw.UNKNOWN_WORD, cells[place].strip()[:80]) from None
        for rule in self._mapping.kind:
            if all(flags.get(flag, False) for flag in rule.flags):
                return rule.kind
        if heading is not None and heading.kind is not None:
            return heading.kind
        if self._mapping.constants.kind is not None:
            return self._mapping.constants.kind
        raise report.Refused(", ".join(self._flag_columns.values()) or self._column.get("kind", ""), Flaw.NO_KIND)

    def _activities(self, cells: Sequence[str], flags: Mapping[str, bool]) -> tuple[Activity, ...] | None:
        stated = [activity for flag, activity in self._mapping.activity_flags.items() if flags.get(flag, False)]
        for text in self._list(cells, "activities"):
            try:
                stated.append(Activity(self._words.get("activities", {}).get(values.folded(text), values.folded(text))))
            except ValueError:
                raise report.Refused(self._column["activities"], Flaw.UNKNOWN_WORD, text[:80]) from None
        if stated:
            return tuple(sorted(set(stated)))
        # Flags that a list leaves all false mean "not stated", never "out of scope".
        constant = self._mapping.constants.activities
        return None if constant is None else tuple(sorted(set(constant)))

    def _sectors(self, cells: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
        revision = self._mapping.constants.nace_revision
        words = self._words.get("sectors", {})
        codes: set[str] = set()
        for text in self._list(cells, "sectors"):
            meant = words.get(values.folded(text), text)
            if meant == "":
                # The table says that this word sets no limit.
                continue
            for code in meant.split():
                if not re.fullmatch(r"\d{2}(\.\d{1,2})?|[A-U]", code):
                    raise report.Refused(self._column["sectors"], Flaw.NOT_A_SECTOR, text[:80])
                codes.add(code)
        codes = codes or set(self._mapping.constants.sectors or ())
        return tuple((code, revision) for code in sorted(codes)) or None

    def _corridors(self, cells: Sequence[str]) -> tuple[tuple[str | None, str | None], ...] | None:
        origins = self._countries(cells, "origins") or self._mapping.constants.origins
        destinations = self._countries(cells, "destinations") or self._mapping.constants.destinations
        if not origins and not destinations:
            return None
        return tuple(
            (one, other) for one in sorted(origins or ()) or (None,) for other in sorted(destinations or ()) or (None,)
        )

    def _countries(self, cells: Sequence[str], field: str) -> list[str]:
        words = self._words.get("country", {})
        found: set[str] = set()
        for text in self._list(cells, field):
            for code in words.get(values.folded(text), text).split():
                if not (len(code) == 2 and code.isascii() and code.isalpha()):
                    raise report.Refused(self._column[field], Flaw.NOT_A_COUNTRY, text[:80])
                found.add(code.upper())
        return sorted(found)

    def _list(self, cells: Sequence[str], field: str) -> list[str]:
        place = self._fields.get(field)
        if place is None or not cells[place]:
            return []
        words = self._words.get(field, {})
        if values.folded(cells[place]) in words:
            return [values.tidy(cells[place])]
        return [text for text in (values.tidy(part) for part in self._split.split(cells[place])) if text]

    def _stated_conditions(
        self, cells: Sequence[str], flags: Mapping[str, bool]
    ) -> tuple[tuple[statements.StatedCondition, ...] | None, bool, bool]:
        texts: list[str] = []
        held_back = was_cut = False
        words = self._words.get("conditions", {})
        for place in self._conditions:
            text = values.tidy(cells[place])
            text = words.get(values.folded(text), text)
            if text and personal.holds_personal_number(text):
                # That there is a condition must not be lost with its words: no "yes" may be answered on it unread.
                held_back, text = True, "(withheld: it named a natural person)"
            if len(text) > MAX_CONDITION:
                was_cut, text = True, values.cut_short(text, MAX_CONDITION)
            if text:
                texts.append(text)
        for rule in self._mapping.condition:
            if any(flags.get(flag, False) for flag in rule.any) and not any(
                flags.get(flag, False) for flag in rule.none
            ):
                texts.append(rule.text)
        found = tuple(statements.StatedCondition(ConditionCode.OTHER, text) for text in dict.fromkeys(texts))
        return found or None, held_back, was_cut
