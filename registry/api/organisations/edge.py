"""What organisations' programs come to with a key of theirs, in the order of the documentation."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from registry.api.organisations import archived_lists, jobs, organisation, receipts, watches, webhooks
from registry.api.restx import Namespace
from registry.http.paths import OPEN_RECEIPT, ORGANISATION_PATHS

EMPLOYERS: tuple[Namespace, ...] = (
    organisation.ns,
    receipts.ns,
    archived_lists.ns,
    jobs.ns,
    watches.ns,
    watches.events,
    webhooks.ns,
)


class UnguardedRoute(RuntimeError):
    """A view of organisations that is open, or whose answer a cache may keep: found when the program starts."""


def require_scopes(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under ORGANISATION_PATHS says which scope it needs."""
    for path, method, view in views(app):
        if not hasattr(view, "scope"):
            raise UnguardedRoute(f"{method} {path} needs no scope: use needs_scope(...)")
        response = getattr(view, "response_spec", None)
        if method == "GET" and response is not None and response.is_cacheable:
            raise UnguardedRoute(f"{method} {path} may be kept by caches: say cacheable=False")


def views(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what is served to organisations alone."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(ORGANISATION_PATHS) and rule.rule != OPEN_RECEIPT:
            function = app.view_functions[rule.endpoint]
            resource = getattr(function, "view_class", None)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.rule, method, getattr(resource, method.lower(), function)
