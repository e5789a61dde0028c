"""The stylesheet, the mark and the scripts: small files of our own, read once. Nothing comes from anywhere else."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

pages = Blueprint("assets", __name__)

_CSS, _SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_TYPES = {
    "style.css": _CSS,
    "mark.svg": "image/svg+xml",
    "suggest.js": _SCRIPT,
    "offline.js": _SCRIPT,
    "paper_code.js": _SCRIPT,
    "private.js": _SCRIPT,
    "numbers.js": _SCRIPT,
    "box.css": _CSS,
    "work.js": _SCRIPT,
    "record.js": _SCRIPT,
    "leave.js": _SCRIPT,
    "away.js": _SCRIPT,
    "upload.js": _SCRIPT,
}
_OF_INTAKE = ("box.css", "work.js", "record.js", "leave.js", "away.js", "upload.js")
_ELSEWHERE = dict.fromkeys(_OF_INTAKE, "pages/intake/static") | {"numbers.js": "ranges/static"}

A_YEAR = 365 * 86400


@cache
def _content(name: str) -> bytes:
    return (files("registry") / _ELSEWHERE.get(name, "pages/public/static") / name).read_bytes()


@cache
def address_of(name: str) -> str:
    """Where a file is served. The address changes with the content, so it may be kept for ever."""
    digest = hashlib.sha256(_content(name)).hexdigest()[:12]
    return f"/static/pages/{digest}/{name}"


@pages.get("/static/pages/<digest>/<name>")
def file(digest: str, name: str) -> Response:
    if name not in _TYPES or request.path != address_of(name):
        raise NotFound
    return _served(name, f"public, max-age={A_YEAR}, immutable")


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for this whatever the page says; a page of error would cost a slow line more."""
    return _served("mark.svg", "public, max-age=86400")


def _served(name: str, cache_control: str) -> Response:
    is_packed = request.accept_encodings["gzip"] > 0
    response = Response(_packed(name) if is_packed else _content(name), content_type=_TYPES[name])
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = cache_control
    response.vary.add("Accept-Encoding")
    return response


@cache
def _packed(name: str) -> bytes:
    """A third of the bytes, on a line where each counts. Packed once, for ever the same."""
    return gzip.compress(_content(name), 9, mtime=0)
