"""The accessibility statement, the privacy notice and the cookies page: what the software does, in the operator's name.

The operator puts own texts into REGISTRY_HOME/notices: `<page>.<language>.txt` stands in place of ours, and
`contact.txt`, one line, is named in ours. Plain text: paragraphs between empty lines, `# ` before a heading, `- ` before
each point of a list.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response

from registry.http.transaction import services
from registry.i18n.languages import has_text, text
from registry.pages.public.rendering import page
from registry.vocabulary.register import Language

pages = Blueprint("notices", __name__)

NOTICES = ("accessibility", "privacy", "cookies")
MAX_BYTES = 64 * 1024
FOLDER = "notices"


class Block(NamedTuple):
    """A heading, a paragraph, or the points of a list."""

    kind: str
    texts: Sequence[str]


@pages.get("/<language:language>/<any(accessibility, privacy, cookies):notice_name>")
def show_notice(language: Language, notice_name: str) -> Response:
    folder = services().settings.home / FOLDER
    own = _read(folder / f"{notice_name}.{language}.txt")
    contact = " ".join(_read(folder / "contact.txt").split())[:400]
    return page(
        "notice.html",
        language,
        here=notice_name,
        name=notice_name,
        blocks=list(blocks(own or _shipped(language, notice_name))),
        contact=contact,
        is_own=bool(own),
    )


def _read(path: Path) -> str:
    """A file of the operator's; empty where there is none, or where it is no text."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _shipped(language: Language, name: str) -> str:
    """Our own text: the catalogue's pieces `page.notice.<name>.1` and so on, in the form that operators write."""
    parts = []
    number = 1
    while has_text(f"page.notice.{name}.{number}"):
        parts.append(text(language, f"page.notice.{name}.{number}"))
        number += 1
    return "\n\n".join(parts)


def blocks(written: str) -> Iterator[Block]:
    """The pieces of a text. What is not marked as anything is a paragraph."""
    points: list[str] = []
    for line in (*_lines(written), ""):
        if points and not line.startswith("- "):
            yield Block("list", tuple(points))
            points = []
        if line.startswith("- "):
            points.append(line[2:].strip())
        elif line.startswith("# "):
            yield Block("heading", (line[2:].strip(),))
        elif line:
            yield Block("paragraph", (line,))


def _lines(written: str) -> Iterator[str]:
    """Lines in which a paragraph that was wrapped is one again."""
    joined = ""
    for line in written.replace("\r\n", "\n").split("\n"):
        tidy = line.strip()
        if joined and (not tidy or tidy.startswith(("# ", "- "))):
            yield joined
            joined = ""
        if tidy.startswith(("# ", "- ")):
            yield tidy
        elif tidy:
            joined = f"{joined} {tidy}".strip()
    if joined:
        yield joined
