"""Reads over HTTP with limits on size and time, and from one registry alone."""

import http.client
import math
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import IO, Any

TIMEOUT = 10
"""Seconds that a server may say nothing."""
DEADLINE = 60
"""Seconds that one answer may take."""
AGENT = "registry-client/0.1"


class Unreachable(Exception):
    """No answer that says anything: the text says of which address and why. `status` is 0 where there was none."""

    def __init__(self, text: str, status: int = 0, retry_after: int = 0) -> None:
        super().__init__(text)
        self.status = status
        self.retry_after = retry_after


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An answer counts only from the address that was asked."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)

Fetch = Callable[[str, int], bytes]
"""From a path with its leading slash, and the most bytes that are taken, to the body. Raises Unreachable."""


_PADDED = b"\x1f\x8b\x08\x04"


def seconds_of(retry_after: str, at: float) -> int:
    """Seconds that a `Retry-After` header asks to wait, stated as a number or as a date (RFC 9110); 0 for anything else."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(int(retry_after[:9]), 10**6)
    try:
        stated = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return 0
    # A date without a zone is in GMT.
    instant = stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC)
    return max(0, math.ceil(instant.timestamp() - at))


def fetcher(
    address: str, timeout: float = TIMEOUT, deadline: float = DEADLINE, *, is_compressed: bool = False
) -> Fetch:
    """Reads below one address without closing slash, such as https://registry.example.org.

    `is_compressed` asks for gzip, which hides by its padding which range file is read.
    """

    def fetch(path: str, limit: int) -> bytes:
        if not is_compressed:
            return _get(address + path, limit, timeout, deadline)[0]
        body, is_gzip = _get(address + path, limit, timeout, deadline, {"Accept-Encoding": "gzip"})
        # A plain web server gives a range file as it lies there, padded, and does not say that it is gzip.
        return _inflated(body, limit, address + path) if is_gzip or body.startswith(_PADDED) else body

    return fetch


def post(url: str, body: bytes, content_type: str, limit: int) -> bytes:
    """Send a body to an address, and give the answer's. Raises Unreachable."""
    return _get(url, limit, TIMEOUT, DEADLINE, {"Content-Type": content_type}, body)[0]


def _inflated(body: bytes, limit: int, url: str) -> bytes:
    stream = zlib.decompressobj(31)
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise Unreachable(f"{url}: the answer is damaged gzip") from error
    if len(found) > limit or not stream.eof or stream.unused_data:
        raise Unreachable(f"{url}: the answer is longer than {limit} bytes, or cut off")
    return found


def _get(
    url: str,
    limit: int,
    timeout: float,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[bytes, bool]:
    """The body of the answer to a GET, or to a POST of `body`, and whether its sender says that it is gzip."""
    end = time.monotonic() + deadline
    request = urllib.request.Request(url, body, {"User-Agent": AGENT, "Accept": "*/*", **(headers or {})})
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            parts: list[bytes] = []
            left = limit + 1
            while left > 0 and (part := answer.read1(min(left, 65536))):
                parts.append(part)
                left -= len(part)
                if time.monotonic() > end:
                    raise Unreachable(f"{url}: the answer took longer than {deadline:g} seconds")
            if left <= 0:
                raise Unreachable(f"{url}: the answer is longer than {limit} bytes")
            return b"".join(parts), answer.headers.get("Content-Encoding", "").strip().lower() == "gzip"
    except urllib.error.HTTPError as error:
        with error:
            retry = error.headers.get("Retry-After", "") if error.headers else ""
        kind = "a redirect, which is not followed" if 300 <= error.code < 400 else f"HTTP {error.code}"
        raise Unreachable(f"{url}: {kind}", error.code, seconds_of(retry, time.time())) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise Unreachable(f"{url}: {reason or type(error).__name__}") from error
