"""Fetching lists from their addresses: conditional, bounded, and over http(s) alone. For workers: no request waits on it."""

import hashlib
import re
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests

from registry.core.errors import RegistryError
from registry.register.imports.rows import LIMIT

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
