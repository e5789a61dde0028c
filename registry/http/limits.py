"""How often one may ask: a token bucket each, in memory, or in Redis where several processes share it.

The numbers are settings (REGISTRY_RATE and others). Buckets are those of a client's network, of an organisation
(`Quotas`), and of mails that a network asks for. The key is a keyed hash under a random key that is never stored on disk:
it cannot be turned back, and is never logged.
"""

import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, cast

import msgspec
import structlog
from flask import current_app, request

from registry.core.errors import TooManyRequests
from registry.http.clients import Environ, network_of

log = structlog.get_logger()

MAX_CLIENTS = 100_000
"""Buckets kept in memory; the client who asked longest ago is forgotten first, which only ever favours that client."""

MINUTE = 60.0


class Quota(msgspec.Struct, frozen=True, gc=False):
    """What is left to a client: `limit` requests in a minute, or in another window, `remaining` whole ones now (-1: this one
    is refused), and the seconds until the next one and until all of them are there again."""

    limit: int
    remaining: int
    next_in: int
    full_in: int

    @property
    def is_refused(self) -> bool:
        return self.remaining < 0

    def headers(self) -> list[tuple[str, str]]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes them; `t` is always the time until all are there again."""
        return [
            ("RateLimit-Policy", f'"minute";q={self.limit};w=60'),
            ("RateLimit", f'"minute";r={max(self.remaining, 0)};t={self.full_in}'),
        ]


class Limiter(Protocol):
    def take(self, client: str, rate: int | None = None, window: float = MINUTE) -> Quota:
        """Count one request of `client`, an address in text form or another name; `rate` where it has one of its own.

        `window`: the seconds in which that many are allowed. One name always has the same.
        """
        ...


class MemoryLimiter:
    """Buckets of one process. `rate` is requests a minute; a full bucket holds as many."""

    def __init__(
        self, rate: int, most_clients: int = MAX_CLIENTS, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._seconds = seconds
        self._most_clients = most_clients
        self._key = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client: str, rate: int | None = None, window: float = MINUTE) -> Quota:
        key = digest_of(client, self._key)
        limit = self._rate if rate is None else rate
        per_second = limit / window
        instant = self._seconds()
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(limit), instant))
            tokens = min(limit, tokens + (instant - since) * per_second)
            is_allowed = tokens >= 1.0
            if is_allowed:
                tokens -= 1.0
            self._buckets[key] = (tokens, instant)
            if len(self._buckets) > self._most_clients:
                self._buckets.popitem(last=False)
        return quota_of(limit, tokens, is_allowed, window)


def digest_of(client: str, key: bytes) -> bytes:
    return hashlib.blake2b(client.encode("utf-8", "replace"), key=key, digest_size=16).digest()


def quota_of(rate: int, tokens: float, is_allowed: bool, window: float = MINUTE) -> Quota:
    next_in = max(0, math.ceil((1.0 - tokens) * window / rate))
    full_in = math.ceil((rate - tokens) * window / rate)
    return Quota(rate, int(tokens), next_in, full_in) if is_allowed else Quota(rate, -1, max(1, next_in), full_in)


# One round trip and no race. Redis' own clock is taken, so that processes with differing clocks agree.
_TAKE = """
local clock = redis.call('TIME')
local instant = clock[1] + clock[2] / 1000000
local rate = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'since')
local tokens = tonumber(kept[1]) or rate
local since = tonumber(kept[2]) or instant
tokens = math.min(rate, tokens + math.max(0, instant - since) * rate / window)
local allowed = 0
if tokens >= 1 then
    tokens = tokens - 1
    allowed = 1
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'since', string.format('%.6f', instant))
redis.call('EXPIRE', KEYS[1], window + 1)
return {allowed, tostring(tokens)}
"""


class RedisLimiter:
    """Buckets that all processes share. While Redis is away each process counts for itself."""

    KEY = "registry:limits:key"
    PAUSE = 5.0

    def __init__(self, url: str, rate: int) -> None:
        # Loaded where there is a Redis: most servers have none, and every process would wait for it at its start.
        import redis

        self._rate = rate
        self._trouble = redis.RedisError
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=0.25, socket_connect_timeout=0.25)
        self._script: Any = self._redis.register_script(_TAKE)
        self._meanwhile = MemoryLimiter(rate)
        self._key: bytes | None = None
        self._away_until = 0.0

    def take(self, client: str, rate: int | None = None, window: float = MINUTE) -> Quota:
        if time.monotonic() < self._away_until:
            return self._meanwhile.take(client, rate, window)
        limit = self._rate if rate is None else rate
        try:
            allowed, tokens = self._script(keys=[self._bucket(client)], args=[limit, round(window)])
        except self._trouble:
            # Answering matters more than counting: go on alone and try again in a while.
            self._away_until = time.monotonic() + self.PAUSE
            self._key = None
            log.warning("redis_away")
            return self._meanwhile.take(client, rate, window)
        return quota_of(limit, float(tokens), bool(allowed), window)

    def _bucket(self, client: str) -> str:
        if self._key is None:
            # The first process to come makes the key; it lives in Redis' memory for as long as the buckets do.
            self._redis.set(self.KEY, secrets.token_bytes(32), nx=True)
            self._key = self._redis.get(self.KEY)
        return f"registry:limits:{digest_of(client, self._key or b'').hex()}"


def limiter_for(redis_url: str | None, rate: int) -> Limiter:
    return RedisLimiter(redis_url, rate) if redis_url else MemoryLimiter(rate)


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
        """Count a request whose key has opened, unless that was done before the key was read."""
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
