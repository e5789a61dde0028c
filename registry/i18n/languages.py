"""Texts in the page languages, and which of them an asker wants.

Each language is one catalogue of PO files, keyed by names such as `reason.licence_active`; English is a catalogue too. What
belongs to one room of the house stands in a folder of its own (`catalogues/complaints/en.po`); what may be wrong with a field
stands beside its codes (registry/core/faults). They are read once, when this module is first imported.
"""

import re
import string
from functools import lru_cache
from importlib.resources import files

import structlog
from babel.messages.pofile import read_po
from flask import Request

from registry.vocabulary.register import Language

log = structlog.get_logger()

IS_STRICT = False
"""Whether a missing text or value raises. Tests set it; in production an asker rather gets English than nothing."""


class MissingText(LookupError):
    """A key without a text, or a text that speaks of a value it was not given."""


def placeholders(template: str) -> frozenset[str]:
    """The names in braces that a text speaks of."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _read(language: Language) -> dict[str, str]:
    root = files("registry.i18n") / "catalogues"
    rooms = sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda folder: folder.name)
    folders = [root, *rooms, files("registry.core.faults")]
    catalogue: dict[str, str] = {}
    for folder in folders:
        with (folder / f"{language}.po").open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    if message.id in catalogue:
                        raise ValueError(f"{message.id} stands twice in the {language} catalogues")
                    catalogue[str(message.id)] = str(message.string)
    return catalogue


CATALOGUES: dict[str, dict[str, str]] = {language.value: _read(language) for language in Language}
SPOKEN_OF: dict[str, frozenset[str]] = {
    key: placeholders(template) for key, template in CATALOGUES[Language.EN].items()
}
"""The values that each text needs; the catalogues agree on them, which a test holds."""


def has_text(key: str) -> bool:
    return key in SPOKEN_OF


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
    _miss(language, key)
    return CATALOGUES[Language.EN].get(key, key)


def _miss(language: str, key: str) -> None:
    if IS_STRICT:
        raise MissingText(f"{key} in {language}")
    log.error("missing_text", language=language, key=key)


# What browsers send for Chinese: the script where it is named, else the one that the place writes.
_ALIASES = {
    "zh-hans": Language.ZH_HANS,
    "zh-hant": Language.ZH_HANT,
    "zh-cn": Language.ZH_HANS,
    "zh-sg": Language.ZH_HANS,
    "zh-my": Language.ZH_HANS,
    "zh-tw": Language.ZH_HANT,
    "zh-hk": Language.ZH_HANT,
    "zh-mo": Language.ZH_HANT,
    "zh": Language.ZH_HANS,
    "en": Language.EN,
    "it": Language.IT,
}
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_MAX_RANGES = 40


def negotiated(request: Request, otherwise: Language = Language.EN) -> Language:
    """The language that the address names (`/it/...`), else the one Accept-Language likes best, else `otherwise`."""
    named = _PATHS.get(request.path.split("/", 2)[1]) if request.path.startswith("/") else None
    return named or accepted(request.headers.get("Accept-Language"), otherwise)


_PATHS = {language.value: language for language in Language}


@lru_cache(maxsize=1024)
def accepted(header: str | None, otherwise: Language = Language.EN) -> Language:
    """The page language that an Accept-Language header likes best; English when it likes none, `otherwise` when absent."""
    if not header or not header.strip():
        return otherwise
    liked: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")[:_MAX_RANGES]):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        weight = float(match[2]) if match[2] else 1.0
        language = otherwise if match[1] == "*" else _language_of(match[1])
        if language is not None and weight > 0:
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
