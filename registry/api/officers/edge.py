"""The officers' part of the REST edge. It is served where the console is, and nowhere else: both are doors to the same things."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from registry.api.officers import (
    access_grants,
    cases,
    entry_requests,
    firms,
    hearings,
    law_overlays,
    licences,
    officers,
    oversight,
    papers,
    referrals,
    related_acts,
    sanctions,
    transfers,
)
from registry.api.restx import Namespace
from registry.http.paths import DESK_PATHS
from registry.http.portals import UnguardedRoute, endpoints, require_guarded_endpoint

DESK: tuple[Namespace, ...] = (
    officers.own,
    officers.ns,
    officers.changes_ns,
    licences.ns,
    licences.previews,
    related_acts.channels,
    related_acts.ns,
    law_overlays.ns,
    cases.ns,
    firms.ns,
    firms.employers,
    access_grants.ns,
    papers.ns,
    hearings.ns,
    hearings.served,
    hearings.papers,
    referrals.ns,
    referrals.received,
    referrals.identities,
    transfers.ns,
    entry_requests.ns,
    oversight.audit,
    oversight.ns,
    cases.decisions,
    sanctions.ns,
)
"""Every namespace of officers, in the order of the documentation."""


def require_policies(app: Flask) -> None:
    """Raise UnguardedRoute unless every view of a desk's namespace, and every other under DESK_PATHS, says who may come.

    What is not under DESK_PATHS would be served on every host and be read by any page: it is refused too. Found at start.
    """
    for path, method, view in views(app):
        if not path.startswith(DESK_PATHS):
            raise UnguardedRoute(f"{method} {path} is read by any page: name its noun in DESK_PATHS")
        require_guarded_endpoint(path, method, view, "policy", "has no policy: use officer_may(...)")


def views(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what is served to officers."""
    ours = {route.resource for namespace in DESK for route in namespace.resources}
    return endpoints(app, lambda path, resource: resource in ours or path.startswith(DESK_PATHS))
