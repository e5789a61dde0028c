"""The console's stylesheets, mark and two scripts: one asks security keys, one keeps drafts. Nothing comes from elsewhere."""

import hashlib
from functools import cache
from importlib.resources import files as package_files
from pathlib import PurePath

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from registry.pages.officers.guard import open_to_all

files = Blueprint("console_files", __name__)

_STATIC = package_files("registry.pages.officers") / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
_NAMES = frozenset(entry.name for entry in _STATIC.iterdir())
A_YEAR = 365 * 86400


@cache
def _content(name: str) -> bytes:
    return (_STATIC / name).read_bytes()


@cache
def address_of(name: str) -> str:
    """Where a file is served. The address changes with the content, so it may be kept for ever."""
    return f"/console/files/{hashlib.sha256(_content(name)).hexdigest()[:12]}/{name}"


@files.get("/files/<digest>/<name>")
@open_to_all
def file(digest: str, name: str) -> Response:
    if name not in _NAMES or request.path != address_of(name):
        raise NotFound
    response = Response(_content(name), content_type=_TYPES[PurePath(name).suffix])
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
