"""What the REST edge serves, in the order of its documentation: to all, to complainants, to organisations and to officers.

The officers' part is served where the console is, and nowhere else: both serve the same things.
"""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from registry.api.complaints import attachments, filing, mailbox
from registry.api.officers import (
    cases,
    entries,
    firms,
    hearings,
    law_overlays,
    licences,
    officers,
    oversight,
    referrals,
    sanctions,
)
from registry.api.organisations import jobs, organisation, presentations, receipts, verifications, watches, webhooks
from registry.api.public import agencies, checks, corridor, credentials, directory, fees, statistics, verify
from registry.api.restx import Namespace
from registry.http.paths import DESK_PATHS, OPEN_RECEIPT, ORGANISATION_PATHS
from registry.http.portals import UnguardedRoute, endpoints, require_guarded_endpoint

PREFIX = "/api/v1"

NAMESPACES: tuple[Namespace, ...] = (
    verify.ns, corridor.ns, verifications.ns, verifications.corridors, checks.ns, agencies.ns, directory.ns, fees.ns,
    credentials.ns, statistics.ns,
)  # fmt: skip
"""Every namespace served under PREFIX, in the order of the documentation."""

INTAKE: tuple[Namespace, ...] = (filing.entrance, filing.ns, mailbox.ns, attachments.ns, mailbox.receipts)
"""Those of complaints, served under the same prefix where the intake is."""


EMPLOYERS: tuple[Namespace, ...] = (
    organisation.ns, presentations.ns, receipts.ns, receipts.archived_lists, jobs.ns, watches.ns, watches.events,
    webhooks.ns,
)  # fmt: skip


def require_scopes(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under ORGANISATION_PATHS says which scope it needs."""
    for path, method, view in organisation_views(app):
        require_guarded_endpoint(path, method, view, "scope", "needs no scope: use needs_scope(...)")


def organisation_views(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what is served to organisations alone."""
    return endpoints(app, lambda path, _: path.startswith(ORGANISATION_PATHS) and path != OPEN_RECEIPT)


DESK: tuple[Namespace, ...] = (
    officers.own, officers.ns, officers.changes_ns, licences.ns, licences.previews, entries.channels, entries.ns,
    law_overlays.ns, cases.ns, firms.ns, firms.employers, officers.access_grants, cases.papers, hearings.ns,
    hearings.served, hearings.papers, referrals.ns, referrals.received, referrals.identities, referrals.transfers,
    entries.entry_requests, oversight.audit, oversight.ns, cases.decisions, sanctions.ns,
)  # fmt: skip
"""Every namespace of officers, in the order of the documentation."""


def require_policies(app: Flask) -> None:
    """Raise UnguardedRoute unless every view of a desk's namespace, and every other under DESK_PATHS, says who may come.

    What is not under DESK_PATHS would be served on every host and be read by any page: it is refused too. Found at start.
    """
    for path, method, view in officer_views(app):
        if not path.startswith(DESK_PATHS):
            raise UnguardedRoute(f"{method} {path} is read by any page: name its noun in DESK_PATHS")
        require_guarded_endpoint(path, method, view, "policy", "has no policy: use officer_may(...)")


def officer_views(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what is served to officers."""
    ours = {route.resource for namespace in DESK for route in namespace.resources}
    return endpoints(app, lambda path, resource: resource in ours or path.startswith(DESK_PATHS))
