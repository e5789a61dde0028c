"""What the REST edge serves, in the order of its documentation."""

from registry.api.complaints import attachments, filing, mailbox
from registry.api.organisations import verifications
from registry.api.public import agencies, checks, corridor, credentials, directory, fees, statistics, verify
from registry.api.restx import Namespace

PREFIX = "/api/v1"

NAMESPACES: tuple[Namespace, ...] = (
    verify.ns,
    corridor.ns,
    verifications.ns,
    verifications.corridors,
    checks.ns,
    agencies.ns,
    directory.ns,
    fees.ns,
    credentials.ns,
    statistics.ns,
)
"""Every namespace served under PREFIX, in the order of the documentation."""

INTAKE: tuple[Namespace, ...] = (filing.entrance, filing.ns, mailbox.ns, attachments.ns, mailbox.receipts)
"""Those of complaints, served under the same prefix where the intake is."""
