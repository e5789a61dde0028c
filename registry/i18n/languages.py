"""Texts in the page languages, and which of them an asker wants.

Each language is one catalogue of PO files, keyed by names such as `reason.licence_active`; English is a catalogue too. What
belongs to one room of the house stands in a folder of its own (`catalogues/complaints/en.po`); what may be wrong with a field
stands beside its codes (registry/core/faults). They are read once, when this module is first imported.

A language of the public pages alone has the rooms of `PUBLIC_ROOMS` and the texts of `PUBLIC_FAMILIES`; what else it lacks
is said in English.
"""

import re
import string
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import structlog
from babel.messages.pofile import read_po
from flask import Request

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


def _read(language: Language) -> dict[str, dict[str, str]]:
    rooms: dict[str, dict[str, str]] = {}
    known: set[str] = set()
    for room, folder in catalogue_folders().items():
        path = folder / f"{language}.po"
        if language not in STAFF_LANGUAGES and not path.is_file():
            continue
        catalogue = rooms[room] = {}
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    if message.id in known:
                        raise ValueError(f"{message.id} stands twice in the {language} catalogues")
                    known.add(str(message.id))
                    catalogue[str(message.id)] = str(message.string)
    return rooms


_READ = {language.value: _read(language) for language in Language}
ROOM_OF: dict[str, str] = {key: room for room, texts in _READ[Language.EN].items() for key in texts}
"""In which room each text stands."""
CATALOGUES: dict[str, dict[str, str]] = {
    language: {key: words for texts in rooms.values() for key, words in texts.items()}
    for language, rooms in _READ.items()
}
SPOKEN_OF: dict[str, frozenset[str]] = {
    key: placeholders(template) for key, template in CATALOGUES[Language.EN].items()
}
"""The values that each text needs; the catalogues agree on them, which a test holds."""


def has_text(key: str) -> bool:
    return key in SPOKEN_OF


def is_required(language: str, key: str) -> bool:
    """Whether a language must have the text; what is not required is said in English where it lacks."""
    return language in STAFF_LANGUAGES or ROOM_OF.get(key, ROOT) in PUBLIC_ROOMS or key.startswith(PUBLIC_FAMILIES)


def text(language: str, key: str, **values: object) -> str:
    """The text of a key in a language, with its values filled in."""
    template = CATALOGUES[language].get(key)
    if template is None:
        template = _in_english(language, key)
    needed = SPOKEN_OF.get(key)
    if not needed:
        return template
    if not needed <= values.keys():
        values = dict.fromkeys(needed, "") | values
        _miss(language, key)
    return template.format_map(values)


def _in_english(language: str, key: str) -> str:
    if is_required(language, key):
        _miss(language, key)
    return CATALOGUES[Language.EN].get(key, key)


def _miss(language: str, key: str) -> None:
    if IS_STRICT:
        raise MissingText(f"{key} in {language}")
    log.error("missing_text", language=language, key=key)


# What browsers send: for Chinese the script where it is named, else the one that the place writes. Who has set one of the
# Chinese languages that are not Mandarin reads Chinese; Cantonese is set where traditional characters are written.
_ALIASES = {
    "zh-hans": Language.ZH_HANS,
    "zh-hant": Language.ZH_HANT,
    "zh-cn": Language.ZH_HANS,
    "zh-sg": Language.ZH_HANS,
    "zh-my": Language.ZH_HANS,
    "zh-tw": Language.ZH_HANT,
    "zh-hk": Language.ZH_HANT,
    "zh-mo": Language.ZH_HANT,
    "zh-yue": Language.ZH_HANT,
    "zh": Language.ZH_HANS,
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


def negotiated(request: Request, otherwise: Language = Language.EN) -> Language:
    """The language that the address names (`/it/...`), else the one Accept-Language likes best, else `otherwise`."""
    named = _PATHS.get(request.path.split("/", 2)[1]) if request.path.startswith("/") else None
    return named or accepted(request.headers.get("Accept-Language"), otherwise, _among(request.path))


def _among(path: str) -> tuple[Language, ...]:
    return STAFF_LANGUAGES if path.startswith(_STAFF_PATHS) else _ALL


_STAFF_PATHS = ("/console", "/account")
_ALL = tuple(Language)
_PATHS = {language.value: language for language in Language}


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
