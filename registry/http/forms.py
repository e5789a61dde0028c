"""Checks of forms sent to pages: that they came from a page of ours."""

from urllib.parse import urlsplit

from flask import request

from registry.core.errors import ActRefused

FORM_FIELD = "form"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def require_same_origin() -> None:
    """Raise ActRefused for a form that another site sent. Browsers say where a form came from; who says nothing is let by
    here and held by the form's token."""
    if is_foreign():
        raise ActRefused("foreign_form", "this form was sent by another site; nothing was changed")


def is_foreign() -> bool:
    """Whether the browser says that another site sent this request."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return True
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
