"""How far each language is: which texts are missing or not yet reviewed, by room and page, and templates for translators.

A catalogue whose head says `X-Review-State: reviewed` was read by a native reader; in it only texts marked `fuzzy` wait for
another look. Any other catalogue is a draft, except English, which its writers answer for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages import catalog, pofile

from registry.i18n.languages import ROOT, catalogue_folders, is_required
from registry.vocabulary.register import Language

_REVIEWED = re.compile(r'^"X-Review-State: reviewed\\n"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Progress:
    """The texts of one part (a page, or a family of words) of a room, in one language: keys in the catalogue's order.

    `required` of those `missing` must be there before the language can be offered, or stay offered.
    """

    room: str
    part: str
    language: str
    texts: tuple[str, ...]
    missing: tuple[str, ...]
    required: tuple[str, ...]
    unreviewed: tuple[str, ...]


def languages_begun() -> list[str]:
    """The languages that have a catalogue, those offered first; the others are only being written."""
    offered = [language.value for language in Language]
    begun = {file.name.removesuffix(".po") for file in catalogue_folders()[ROOT].iterdir() if file.name.endswith(".po")}
    return [*offered, *sorted(begun - set(offered))]


def progress(language: str) -> Iterator[Progress]:
    """Every part of every room, as far as the language has it."""
    for room, folder in catalogue_folders().items():
        english = _messages(folder, Language.EN)
        here = _messages(folder, language)
        is_draft = language != Language.EN and not _is_reviewed(folder, language)
        for part, keys in _parts(english).items():
            missing = tuple(key for key in keys if key not in here)
            yield Progress(
                room,
                part,
                language,
                tuple(keys),
                missing,
                tuple(key for key in missing if is_required(language, key)),
                tuple(key for key in keys if key in here and (is_draft or here[key].fuzzy)),
            )


def template(room: str) -> bytes:
    """A room's texts as a PO template: keys to be translated, each with its English words as a comment."""
    head = f"# Template of the room {room}. Keys are names; see docs/maintainers/translating.md."
    catalogue = catalog.Catalog(
        project="recruitment-registry", version="1", header_comment=head, charset="utf-8", fuzzy=False
    )
    for key, message in _messages(catalogue_folders()[room], Language.EN).items():
        catalogue.add(key, auto_comments=[f"English: {message.string}"])
    written = BytesIO()
    pofile.write_po(written, catalogue, width=0)
    return written.getvalue()


def _messages(folder: Traversable, language: str) -> dict[str, catalog.Message]:
    path = folder / f"{language}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(message.id): message for message in pofile.read_po(file) if message.id and message.string}


def _is_reviewed(folder: Traversable, language: str) -> bool:
    path = folder / f"{language}.po"
    return path.is_file() and _REVIEWED.search(path.read_text(encoding="utf-8").partition("\n\n")[0]) is not None


def _parts(keys: dict[str, catalog.Message]) -> dict[str, list[str]]:
    """Keys by page (`page.lookup`), or by the first word of the name where they belong to none."""
    parts: dict[str, list[str]] = {}
    for key in keys:
        words = key.split(".")
        parts.setdefault(".".join(words[:2]) if words[0] == "page" else words[0], []).append(key)
    return parts
