"""Fetching lists from their addresses: conditional, bounded, and over http(s) alone. For workers: no request waits on it.

Also when a list is fetched, tried again, and said to go stale."""

import hashlib
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests

from registry.core.errors import RegistryError
from registry.register.imports.rows import LIMIT

FIRST_PAUSE = timedelta(minutes=5)
MAX_PAUSE = timedelta(hours=12)
WARN_AT = 0.75
"""The share of a list's life after which its operator is warned, once."""


def pause_between_fetches(fresh_for_days: int, fetch_every_hours: int | None) -> timedelta:
    """As the mapping says; else four times within the list's life, at most once an hour and at least once a week."""
    if fetch_every_hours is not None:
        return timedelta(hours=max(fetch_every_hours, 1))
    return min(max(timedelta(days=fresh_for_days) / 4, timedelta(hours=1)), timedelta(days=7))


def pause_after_failure(failures: int, usual: timedelta) -> timedelta:
    """Twice as long after each failure in a row, but never longer than half a day or the usual pause."""
    doublings: int = 2 ** min(failures - 1, 10)
    return min(FIRST_PAUSE * doublings, MAX_PAUSE, usual)


def warn_from(retrieved_at: datetime, fresh_for_days: int) -> datetime | None:
    """The instant from which a warning is due; None for a list that never goes stale."""
    if fresh_for_days == 0:
        return None
    return retrieved_at + timedelta(days=fresh_for_days) * WARN_AT


REDIRECTS = 3
TIMEOUTS = (10.0, 60.0)
"""Seconds to connect, and between two pieces of the answer."""

MAX_SECONDS_IN_ALL = 1_800.0
"""Seconds a whole download may take: a server that trickles must not hold a worker for ever."""

PIECE = 256 * 1024


class FetchFailed(RegistryError):
    """The list could not be fetched; the text says why and holds no part of the answer."""


class Fetched(NamedTuple):
    """What came: `is_new` is False when the server says that nothing has changed since (304)."""

    is_new: bool
    etag: str | None
    last_modified: str | None
    digest: str = ""


def fetch(address: str, to: Path, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """Download `address` into the file `to`, unless it has not changed since `etag` and `last_modified` were given.

    Raises FetchFailed.
    """
    headers = {"User-Agent": "recruitment-registry", "Accept": "*/*"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with requests.Session() as session:
        # Proxies and passwords of the machine's own configuration are no business of a public list.
        session.trust_env = False
        try:
            with _answer(session, address, headers) as response:
                if response.status_code == 304:
                    return Fetched(False, etag, last_modified)
                if response.status_code != 200:
                    raise FetchFailed(f"the server answered {response.status_code}")
                digest = _save(response, to)
                return Fetched(True, _header(response, "ETag", 200), _header(response, "Last-Modified", 80), digest)
        except requests.RequestException as error:
            raise FetchFailed(f"the server cannot be reached or broke off ({type(error).__name__})") from None


def _answer(session: requests.Session, address: str, headers: dict[str, str]) -> requests.Response:
    for _ in range(REDIRECTS + 1):
        if urlsplit(address).scheme not in ("http", "https"):
            raise FetchFailed("only http and https addresses are fetched")
        response = session.get(address, headers=headers, stream=True, timeout=TIMEOUTS, allow_redirects=False)
        if not response.is_redirect:
            return response
        target = urljoin(address, response.headers["Location"])
        response.close()
        if address.startswith("https:") and target.startswith("http:"):
            raise FetchFailed("the server leads from https to http")
        address = target
    raise FetchFailed(f"the server leads on more than {REDIRECTS} times")


def _save(response: requests.Response, to: Path) -> str:
    """The answer unpacked into the file; its digest. A compressed answer counts by what it unpacks to."""
    digest, size, began = hashlib.sha256(), 0, time.monotonic()
    announced = response.headers.get("Content-Length", "")
    if re.fullmatch(r"\d{1,15}", announced) and int(announced) > LIMIT:
        raise FetchFailed(f"the file has {int(announced) >> 20} MB; the limit is {LIMIT >> 20} MB")
    with to.open("wb") as file:
        for piece in response.iter_content(PIECE):
            size += len(piece)
            if size > LIMIT:
                raise FetchFailed(f"the file is larger than {LIMIT >> 20} MB")
            if time.monotonic() - began > MAX_SECONDS_IN_ALL:
                raise FetchFailed(f"the download took more than {MAX_SECONDS_IN_ALL / 60:.0f} minutes")
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _header(response: requests.Response, name: str, longest: int) -> str | None:
    value = response.headers.get(name)
    return value if value and len(value) <= longest and value.isprintable() else None
