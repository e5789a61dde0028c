"""A file of somebody's, given to a browser to be saved: never shown in a page, never run, never kept by a proxy."""

from urllib.parse import quote

from flask import Response


def sent_file(body: bytes, name: str) -> Response:
    """`name` may be in any script; what it is called cannot add a header."""
    response = Response(body, content_type="application/octet-stream")
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
