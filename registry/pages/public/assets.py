"""The stylesheet, the mark and the scripts: small files of our own, read once. Nothing comes from anywhere else.

On a slow line each file costs a round trip, so a page that somebody opens first carries within itself what it needs to
be seen and used (`Within`); the policy of that page allows these very bytes by their hash.
"""

import base64
import hashlib
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from registry.pages.files import FOR_EVER, own_file

pages = Blueprint("assets", __name__)

OF_INTAKE = ("box.css", "work.js", "files.js", "words.js", "leave.js", "away.js")
_OWN = ("style.css", "mark.svg", "suggest.js", "offline.js", "paper_code.js", "private.js")
_FOLDERS = {
    **dict.fromkeys(_OWN, "pages/public/static"), **dict.fromkeys(OF_INTAKE, "pages/intake/static"),
    "numbers.js": "ranges/static",
}  # fmt: skip
"""Where each file lies."""


_END_OF_FIRST = "/* === Above:"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};]) ?|(?<=[:,]) ")


class Within(StrEnum):
    """How much of the stylesheet a page carries within itself."""

    NOTHING = "nothing"
    """The page follows others, and the stylesheet is kept already."""
    FIRST = "first"
    """What the lookup form needs. The rest comes while the form is filled in."""
    ALL = "all"
    """A page that is passed on, and opened by who was never here."""


@cache
def _content(name: str) -> bytes:
    content = (files("registry") / _FOLDERS[name] / name).read_bytes()
    return _short(content.decode()).encode() if name.endswith(".css") else content


def _short(css: str) -> str:
    """A stylesheet without comments and spaces that say nothing."""
    return _AROUND.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", css))).strip()


@cache
def style_within(how_much: Within) -> str:
    """The rules that a page carries within itself."""
    css = (files("registry.pages.public") / "static" / "style.css").read_text("utf-8")
    return {Within.NOTHING: "", Within.FIRST: _short(css.split(_END_OF_FIRST, 1)[0]), Within.ALL: _short(css)}[how_much]


@cache
def script_within(*names: str) -> str:
    """Scripts, one after another, that a page carries within itself."""
    return "\n".join(_content(name).decode() for name in names)


@cache
def allowing(content: str) -> str:
    """A source of a Content-Security-Policy that allows what stands within a page, and nothing else of its kind."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


@cache
def mark_within() -> str:
    """The mark as an address that holds it, so that it need not be fetched."""
    return f"data:image/svg+xml;base64,{base64.b64encode(_content('mark.svg')).decode()}"


@cache
def address_of(name: str) -> str:
    """Where a file is served. The address changes with the content, so it may be kept for ever."""
    digest = hashlib.sha256(_content(name)).hexdigest()[:12]
    return f"/static/pages/{digest}/{name}"


@pages.get("/static/pages/<digest>/<name>")
def show_site_file(digest: str, name: str) -> Response:
    if name not in _FOLDERS or request.path != address_of(name):
        raise NotFound
    return own_file(_content(name), name, FOR_EVER)


@pages.get("/favicon.ico")
def show_favicon() -> Response:
    """Browsers ask for this whatever the page says; a page of error would cost a slow line more."""
    return own_file(_content("mark.svg"), "mark.svg", "public, max-age=86400")
