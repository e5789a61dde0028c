"""What the REST edge serves, in the order of its documentation."""

from flask_restx import Namespace

from registry.api import agencies, checks, corridor, credentials, directory, fees, statistics, verify

PREFIX = "/api/v1"

NAMESPACES: tuple[Namespace, ...] = (
    verify.ns,
    corridor.ns,
    checks.ns,
    agencies.ns,
    directory.ns,
    fees.ns,
    credentials.ns,
    statistics.ns,
)
"""Every namespace served under PREFIX, in the order of the documentation."""
