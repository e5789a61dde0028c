"""Texts in the page languages, and which of them an asker wants.

Each language is one catalogue of PO files, keyed by names such as `reason.licence_active`; English is a catalogue too. What
belongs to one room of the house stands in a folder of its own (`catalogues/complaints/en.po`); what may be wrong with a field
stands beside its codes (registry/core/faults). A language is read once, when a text of it is first asked for: most commands
say little, and that in English.

A language of the public pages alone has the rooms of `PUBLIC_ROOMS` and the texts of `PUBLIC_FAMILIES`; what else it lacks
is said in English.
"""

import re
import string
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import structlog

from registry.core.faults import read_texts
from registry.vocabulary.register import STAFF_LANGUAGES, Language

log = structlog.get_logger()

IS_STRICT = False
"""Whether a missing text or value raises. Tests set it; in production an asker rather gets English than nothing."""


class MissingText(LookupError):
    """A key without a text, or a text that speaks of a value it was not given."""


def placeholders(template: str) -> frozenset[str]:
    """The names in braces that a text speaks of."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def catalogue_folders() -> dict[str, Traversable]:
    """The folder of each room's catalogues by the room's name; `ROOT` is the registry's own."""
    root = files("registry.i18n") / "catalogues"
    rooms = sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda folder: folder.name)
    return {ROOT: root, **{folder.name: folder for folder in rooms}, FAULTS: files("registry.core.faults")}


ROOT, FAULTS = "root", "faults"

PUBLIC_ROOMS = frozenset({ROOT, "complaints", "questions", FAULTS})
PUBLIC_FAMILIES = ("badge.", "decision.notice.", "page.", "sanction.told.")
"""What a language that is not the staff's must have complete: whole rooms, and families of texts wherever they stand."""

_OFFERED = [language.value for language in Language]


_READ: dict[str, dict[str, dict[str, str]]] = {}
"""What was read until now: texts by key, by room, by language."""


def _rooms(language: str) -> dict[str, dict[str, str]]:
    """A language's texts by key, by room. Raises ValueError for a key that stands twice, KeyError where there is no language."""
    if language in _READ:
        return _READ[language]
    if language not in _OFFERED:
        raise KeyError(language)
    rooms: dict[str, dict[str, str]] = {}
    known: set[str] = set()
    for room, folder in catalogue_folders().items():
        path = folder / f"{language}.po"
        if language not in STAFF_LANGUAGES and not path.is_file():
            continue
        rooms[room] = read_texts(path)
        twice = known & rooms[room].keys()
        if twice:
            raise ValueError(f"{min(twice)} stands twice in the {language} catalogues")
        known |= rooms[room].keys()
    return _READ.setdefault(language, rooms)


_TEXTS: dict[str, dict[str, str]] = {}
"""The same without the rooms."""


def _texts(language: str) -> dict[str, str]:
    try:
        return _TEXTS[language]
    except KeyError:
        texts = {key: words for texts in _rooms(language).values() for key, words in texts.items()}
    return _TEXTS.setdefault(language, texts)


@lru_cache(maxsize=8192)
def _spoken_of(key: str) -> frozenset[str]:
    return placeholders(_texts(Language.EN).get(key, ""))


def _room_of(key: str) -> str:
    return next(room for room, texts in _rooms(Language.EN).items() if key in texts)


V = TypeVar("V")


class _WhenAsked(Mapping[str, V]):
    """Values by key, of which none is made before it is asked for; `make` keeps what it made."""

    def __init__(self, keys: Callable[[], Collection[str]], make: Callable[[str], V]) -> None:
        self._keys = keys
        self._make = make

    def __getitem__(self, key: str) -> V:
        if key not in self._keys():
            raise KeyError(key)
        return self._make(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())


CATALOGUES: Mapping[str, dict[str, str]] = _WhenAsked(lambda: _OFFERED, _texts)
ROOM_OF: Mapping[str, str] = _WhenAsked(lambda: _texts(Language.EN), _room_of)
"""In which room each text stands."""
SPOKEN_OF: Mapping[str, frozenset[str]] = _WhenAsked(lambda: _texts(Language.EN), _spoken_of)
"""The values that each text needs; the catalogues agree on them, which a test holds."""


def has_text(key: str) -> bool:
    return key in _texts(Language.EN)


def is_required(language: str, key: str) -> bool:
    """Whether a language must have the text; what is not required is said in English where it lacks."""
    return language in STAFF_LANGUAGES or ROOM_OF.get(key, ROOT) in PUBLIC_ROOMS or key.startswith(PUBLIC_FAMILIES)


def text(language: str, key: str, **values: object) -> str:
    """The text of a key in a language, with its values filled in."""
    template = _texts(language).get(key)
    if template is None:
        template = _in_english(language, key)
    needed = _spoken_of(key)
    if not needed:
        return template
    if not needed <= values.keys():
        values = dict.fromkeys(needed, "") | values
        _miss(language, key)
    return template.format_map(values)


def _in_english(language: str, key: str) -> str:
    if is_required(language, key):
        _miss(language, key)
    return _texts(Language.EN).get(key, key)


def _miss(language: str, key: str) -> None:
    if IS_STRICT:
        raise MissingText(f"{key} in {language}")
    log.error("missing_text", language=language, key=key)


# What browsers send: for Chinese the script where it is named, else the one that the place writes. Who has set one of the
# Chinese languages that are not Mandarin reads Chinese; Cantonese is set where traditional characters are written.
_ALIASES = {
    **dict.fromkeys(("zh", "zh-hans", "zh-cn", "zh-sg", "zh-my"), Language.ZH_HANS),
    **dict.fromkeys(("zh-hant", "zh-tw", "zh-hk", "zh-mo", "zh-yue"), Language.ZH_HANT),
    **dict.fromkeys(("cmn", "gan", "hak", "hsn", "nan", "wuu", "yue-hans", "yue-cn"), Language.ZH_HANS),
    **dict.fromkeys(("cmn-hant", "cmn-tw", "hak-tw", "nan-tw", "nan-hant", "yue", "yue-hant"), Language.ZH_HANT),
    "en": Language.EN,
    "it": Language.IT,
    "fr": Language.FR,
    "ro": Language.RO,
    "mo": Language.RO,
}
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_MAX_RANGES = 40


_ALL = tuple(Language)


@lru_cache(maxsize=1024)
def accepted(header: str | None, otherwise: Language = Language.EN, among: tuple[Language, ...] = _ALL) -> Language:
    """The language that an Accept-Language header likes best among those offered.

    English when it likes none of them, `otherwise` when it is absent.
    """
    if not header or not header.strip():
        return otherwise
    liked: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")[:_MAX_RANGES]):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        weight = float(match[2]) if match[2] else 1.0
        language = otherwise if match[1] == "*" else _language_of(match[1])
        if language is not None and language in among and weight > 0:
            liked.append((-weight, place, language))
    return min(liked)[2] if liked else Language.EN


def _language_of(tag: str) -> Language | None:
    """The page language of a tag such as zh-Hant-HK: its longest beginning that we know."""
    parts = tag.lower().split("-")
    while parts:
        language = _ALIASES.get("-".join(parts))
        if language is not None:
            return language
        parts.pop()
    return None
