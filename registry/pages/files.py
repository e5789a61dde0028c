"""Files that pages give: templates and files of an edge, at addresses that change with their content; and QR codes."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files as package_files
from io import BytesIO
from pathlib import PurePath
from urllib.parse import quote

import segno
from flask import Response, request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from werkzeug.exceptions import NotFound

from registry.http.encodings import accepted_encoding, compressed_for_good

_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
FOR_EVER = f"public, max-age={365 * 86400}, immutable"


def templates_of(*packages: str) -> Environment:
    """The templates of packages of pages, the first that has one of a name. What a page forgets to give is an error."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class SiteFiles:
    """The files of a package's `static` folder, served under `prefix`."""

    def __init__(self, package: str, prefix: str) -> None:
        self._folder = package_files(package) / "static"
        self._names = frozenset(entry.name for entry in self._folder.iterdir())
        self._prefix = prefix
        self.address_of = cache(self._address_of)

    def _address_of(self, name: str) -> str:
        return f"{self._prefix}/{hashlib.sha256((self._folder / name).read_bytes()).hexdigest()[:12]}/{name}"

    def respond(self, name: str) -> Response:
        """The response to a request for a file; NotFound at every address but its own."""
        if name not in self._names or request.path != self.address_of(name):
            raise NotFound
        return own_file((self._folder / name).read_bytes(), name, FOR_EVER)


def own_file(content: bytes, name: str, cache_control: str) -> Response:
    """One of our own files, compressed once and for ever the same: a third of the bytes, on a line where each counts.

    Alike for everybody: whatever else the request carries, no secret stands beside it.
    """
    coding = accepted_encoding(request.environ.get("HTTP_ACCEPT_ENCODING"))
    body = compressed_for_good(content, coding) if coding else content
    response = Response(body, content_type=_TYPES[PurePath(name).suffix])
    if coding:
        response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = cache_control
    return response


def sent_file(body: bytes, name: str) -> Response:
    """`name` may be in any script; what it is called cannot add a header."""
    response = Response(body, content_type="application/octet-stream")
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    quoted = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def picture(text: str) -> str:
    """A data: address of an SVG."""
    body = BytesIO()
    segno.make(text, error="m", micro=False).save(
        body, kind="svg", border=4, light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return "data:image/svg+xml;base64," + b64encode(body.getvalue()).decode()
