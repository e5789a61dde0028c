"""How many mails to addresses that somebody types one network may ask for in a day.

They hold no text of the sender's; still, thousands of them would fill strangers' mailboxes in our name, and mail servers
would believe us no more.
"""

from typing import cast

from flask import current_app, request

from registry.core.errors import TooManyRequests
from registry.http.clients import network_of
from registry.http.limits import Limiter

DAY = 86_400.0
MAILS_A_DAY = 20
"""Registrations and forgotten passwords of one network together: a whole company may stand behind one address."""

PREFIX = 48
"""Of an IPv6 address: what one customer is given, in which there are 65,536 networks of one client each."""


def count_mail() -> None:
    """Count a mail that this request has sent. Raises TooManyRequests, whatever the address of the mail."""
    limiter = cast(Limiter, current_app.extensions["registry_mail_limiter"])
    network = network_of(request.environ.get("REMOTE_ADDR") or "", PREFIX)
    quota = limiter.take(f"mails {network}", MAILS_A_DAY, DAY)
    if quota.is_refused:
        raise TooManyRequests(
            f"{quota.limit} mails were asked for from your network within a day; ask again in {quota.next_in} seconds",
            quota.next_in,
        )
