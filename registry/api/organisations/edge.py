"""What organisations' programs come to with a key of theirs, in the order of the documentation."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from registry.api.organisations import archived_lists, jobs, organisation, presentations, receipts, watches, webhooks
from registry.api.restx import Namespace
from registry.http.paths import OPEN_RECEIPT, ORGANISATION_PATHS
from registry.http.portals import endpoints, require_guarded_endpoint

EMPLOYERS: tuple[Namespace, ...] = (
    organisation.ns,
    presentations.ns,
    receipts.ns,
    archived_lists.ns,
    jobs.ns,
    watches.ns,
    watches.events,
    webhooks.ns,
)


def require_scopes(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under ORGANISATION_PATHS says which scope it needs."""
    for path, method, view in views(app):
        require_guarded_endpoint(path, method, view, "scope", "needs no scope: use needs_scope(...)")


def views(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what is served to organisations alone."""
    return endpoints(app, lambda path, _: path.startswith(ORGANISATION_PATHS) and path != OPEN_RECEIPT)
