"""How often the keys of one organisation may ask, all together.

Which organisation a key belongs to is known once it has opened. For a minute it is remembered under a keyed digest, so that
the next request counts against the organisation before anything else is done, and not against the address it comes from: a whole
company stands behind one. What is remembered opens nothing.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from registry.http.limits import Limiter, Quota, digest_of

Environ = dict[str, Any]

MAX_KNOWN = 10_000
KNOWN_FOR = 60.0

COUNTED = "registry.counted_for"
"""Under which a request says against which organisation it counts already."""


class _Known(NamedTuple):
    organisation: str
    rate: int
    until: float


class Quotas:
    """Counts by organisation. `rate` is that of one which has none of its own."""

    def __init__(self, limiter: Limiter, rate: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._limiter = limiter
        self._rate = rate
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    def of_known(self, environ: Environ) -> Quota | None:
        """Count the request against the organisation whose key opened a moment ago; None for every other."""
        sent = environ.get("HTTP_AUTHORIZATION")
        if sent is None:
            return None
        known = self._known.get(digest_of(sent, self._key))
        if known is None or known.until < self._seconds():
            return None
        environ[COUNTED] = known.organisation
        return self._take(known.organisation, known.rate)

    def count(self, environ: Environ, organisation: str, rate: int | None) -> Quota:
        """Count a request whose key has opened, unless it was counted at the door."""
        limit = rate or self._rate
        if environ.get(COUNTED) == organisation:
            quota: Quota = environ["registry.quota"]
            return quota
        self._remember(environ["HTTP_AUTHORIZATION"], _Known(organisation, limit, self._seconds() + KNOWN_FOR))
        environ[COUNTED] = organisation
        quota = environ["registry.quota"] = self._take(organisation, limit)
        return quota

    def forget(self, environ: Environ) -> None:
        """What was sent does not open: from now on it counts against the address again."""
        self._known.pop(digest_of(environ.get("HTTP_AUTHORIZATION", ""), self._key), None)

    def _take(self, organisation: str, rate: int) -> Quota:
        return self._limiter.take(f"organisation {organisation}", rate)

    def _remember(self, sent: str, known: _Known) -> None:
        self._known[digest_of(sent, self._key)] = known
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
