"""What a row says of its agency's names and of who holds the licence: former names, footnote marks, branches. Pure."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from registry.register.imports.mapping import NAME_FIELDS, Layout, SourceMapping, names_of
from registry.register.imports.personal import holds_personal_number
from registry.register.imports.report import LeftOut, Refused
from registry.register.imports.statements import StatedName
from registry.register.imports.values import Topic, folded, script_of, tidy, unaccented, word_about, words_about
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import HolderKind, LicenceStatus, NameKind

MAX_NAME = 400
"""Characters of a name."""

_KINDS = {
    "name": NameKind.LEGAL,
    "trade_name": NameKind.TRADE,
    "short_name": NameKind.SHORT,
    "former_name": NameKind.FORMER,
}

_SIGNS = "*＊†‡※★☆●▲△◆¹²³⁰-⁹①-⑳"
_MARK = re.compile(
    rf"^(?P<before>[{_SIGNS}]+)\s*(?=\S)|(?<=\S)\s*(?P<after>[{_SIGNS}#]+|[\[(（【]\s*(?:注|note|nota)?\s*\d{{1,2}}\s*[\])）】])$",
    re.IGNORECASE,
)
"""A sign before or behind a name that points to a note, as `*`, `¹` or `(1)`."""
_MAY_BE_AROUND = re.compile(rf"[{_SIGNS}#\])）】]")
"""The first or last character of a name that has something written around it: most names have neither."""

_IN_BRACKETS = re.compile(r"\s*[(（\[【](?P<text>[^()（）\[\]【】]+(?:[(（][^()（）]*[)）][^()（）]*)*)[)）\]】]$")
_SHORTEST_FORMER = 3

Note = Callable[[str, Flaw, str | None], None]
"""Takes down what is odd about a field of a row that is taken all the same."""


class Named(NamedTuple):
    """The names of a row, the legal one first. `status` is what a footnote mark means; None where there is none."""

    names: tuple[StatedName, ...]
    status: LicenceStatus | None = None


class NameRules:
    """Reads the names of a row's agency, and by the legal one who holds."""

    def __init__(self, mapping: SourceMapping, layout: Layout, country: str) -> None:
        place = {field: place for place, field in enumerate(layout.columns)}
        self._fields = [(place[field], field) for field in NAME_FIELDS if field in place]
        self._column = names_of(layout.columns["name"])[0]
        self._country = country
        self._marks = {_plain_mark(mark): meant for mark, meant in mapping.marks.items()}
        self._holder = mapping.holder
        self._is_legal = _pattern(mapping.holder.legal_person)
        self._is_sole = _pattern(mapping.holder.sole_trader)

    def named(self, cells: Sequence[str], note: Note) -> Named:
        """Raises Refused where the legal name is missing, cannot be stored, or says more than a name; LeftOut for a branch."""
        names: list[StatedName] = []
        status = None
        for place, field in self._fields:
            text = tidy(cells[place])
            if not text and field == "name":
                raise Refused(self._column, Flaw.NAME_MISSING)
            former = None
            if field == "name":
                text, former, status = self._bare(text)
            for name, kind in ((text, _KINDS[field]), (former, NameKind.FORMER)):
                if name and self._may_store(name, kind, note, field) and name not in [one.name for one in names]:
                    names.append(StatedName(name, script_of(name, self._country), kind))
            if former is not None:
                note("name", Flaw.FORMER_NAME, None)
        return Named(tuple(names), status)

    def holder_kind(self, name: str) -> HolderKind:
        if self._is_sole is not None and self._is_sole(name):
            return HolderKind.SOLE_TRADER
        if self._is_legal is not None:
            # Legal forms mostly stand at the end, where a search is short; it begins at a word as the whole name does.
            end = name[name.rfind(" ", 0, -10) + 1 :]
            if self._is_legal(end) or self._is_legal(name):
                return HolderKind.LEGAL_PERSON
        return self._holder.otherwise

    def _may_store(self, name: str, kind: NameKind, note: Note, field: str) -> bool:
        flaw = Flaw.TOO_LONG if len(name) > MAX_NAME else Flaw.PERSONAL_DATA if holds_personal_number(name) else None
        if flaw is not None and kind is NameKind.LEGAL:
            raise Refused(self._column, flaw, detail=f"{len(name)} characters" if flaw is Flaw.TOO_LONG else "")
        if flaw is not None:
            note(field, flaw, None)
        return flaw is None

    def _bare(self, text: str) -> tuple[str, str | None, LicenceStatus | None]:
        """The name without what is written around it: a former name, and the status that a mark means."""
        former = status = None
        if _MAY_BE_AROUND.match(text[:1]) or _MAY_BE_AROUND.match(text[-1:]):
            text, former, status = self._without_surroundings(text)
        if self._holder.branches != "take" and (word := word_about(Topic.BRANCH, text)) is not None:
            raise (LeftOut if self._holder.branches == "leave" else Refused)(self._column, Flaw.BRANCH, word)
        return text, former, status

    def _without_surroundings(self, text: str) -> tuple[str, str | None, LicenceStatus | None]:
        """As `_bare`, of a name that begins or ends with a sign or a bracket."""
        former = status = None
        while match := _MARK.search(text):
            mark = _plain_mark(match["before"] or match["after"])
            if mark not in self._marks:
                raise Refused(self._column, Flaw.FOOTNOTE_MARK, mark)
            if self._marks[mark]:
                status = LicenceStatus(self._marks[mark])
            text = (text[: match.start()] + text[match.end() :]).strip()
        if match := _IN_BRACKETS.search(text):
            word = word_about(Topic.END, match["text"])
            if word is not None:
                raise Refused(self._column, Flaw.UNREAD_STATUS, word)
            former = former_name(match["text"])
            if former is not None:
                text = text[: match.start()]
        return text, former, status


def former_name(text: str) -> str | None:
    """The name behind a word for "formerly"; None where no such word begins the text."""
    for length in range(min(len(text), _longest_word()), 0, -1):
        is_han = _words_before().get(unaccented(folded(text[:length])))
        if is_han is None or (not is_han and text[length : length + 1].isalnum()):
            continue
        name = text[length:].lstrip(" .:：,，-").rstrip(" ,，")
        return name if len(name) >= _SHORTEST_FORMER else None
    return None


@cache
def _words_before() -> dict[str, bool]:
    """Words for "formerly", plain, and whether each is Chinese, which has no space behind it."""
    return {
        unaccented(folded(word)): language == "zh"
        for language, words in words_about(Topic.FORMER).items()
        for word in words
    }


@cache
def _longest_word() -> int:
    return max(map(len, _words_before()))


def same_name(one: str, other: str) -> bool:
    """Whether two writings differ in case, width, marks, spaces and punctuation alone."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return "".join(c for c in unaccented(folded(name)) if c.isalnum())


def _plain_mark(mark: str) -> str:
    return "".join(mark.replace("＊", "*").split())


def _pattern(text: str | None) -> Callable[[str], Any] | None:
    return re.compile(text, re.IGNORECASE).search if text else None
