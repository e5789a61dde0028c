"""Transport to one registry over HTTP: limits of time and size, retries that repeat no effect, and typed errors.

The only module that imports `requests`. Redirects are not followed and no cookie is kept: an answer counts from the
address that was asked, and the key goes nowhere else.
"""

import json
import logging
import random
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase
from requests.exceptions import ConnectTimeout, RequestException
from urllib3.exceptions import HTTPError, NewConnectionError

from registry_client.api.errors import BadInput, NoAnswer, Problem, UnexpectedAnswer, problem_error
from registry_client.api.settings import ApiKey
from registry_client.network import AGENT

log = logging.getLogger("registry_client.api")

PREFIX = "/api/v1"
JSON = "application/json"

# What is worth asking again: too many requests, and a server or a proxy that is away for a while.
TOO_MANY = 429
# With Retry-After alone: the first request with the same Idempotency-Key is not answered yet.
CONFLICT = 409
AWAY = (502, 503, 504)

_POLICY = re.compile(r'"minute";q=(?P<requests>[1-9][0-9]{0,8});w=(?P<seconds>[0-9]{1,8})')
_LEFT = re.compile(r'"minute";r=(?P<requests>[0-9]{1,9});t=[0-9]{1,8}')

MAX_LINE = 1024 * 1024

Body = bytes | Path
"""A file is read while it is sent, anew at each try."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, tries and bytes.

    `whole` is one answer from asking to its last byte; `most_wait` one pause between tries.
    """

    connect: float = 5.0
    silence: float = 30.0
    whole: float = 120.0
    tries: int = 5
    most_wait: float = 60.0
    most_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A good answer. `where` is the request, for errors about it."""

    where: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Raises UnexpectedAnswer."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UnexpectedAnswer(f"{self.where}: the answer is no JSON") from None


def path_of(*parts: str) -> str:
    """A path of the API. No part can leave its place: `..` and an empty one are refused."""
    for part in parts:
        if part in ("", ".", ".."):
            raise BadInput(f"{part!r} is no reference")
    return PREFIX + "".join(f"/{quote(part, safe='')}" for part in parts)


class _Bearer(AuthBase):
    """Puts the key into its header, and keeps `requests` from taking a password out of a .netrc instead."""

    def __init__(self, key: ApiKey | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key.text()}"
        return request


class Transport:
    """Asks one registry. One for each thread: connections are not shared."""

    def __init__(
        self,
        address: str,
        key: ApiKey | None = None,
        *,
        language: str = "en",
        limits: Limits | None = None,
        agent: str = "",
        ca_file: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.address = address
        self.limits = limits or Limits()
        self.has_key = key is not None
        self._sleep, self._chance = sleep, chance
        self._auth = _Bearer(key)
        self._wait = 0.0
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if ca_file is not None:
            self._session.verify = ca_file
        self._session.headers.update(
            {"User-Agent": f"{AGENT} {agent}".strip(), "Accept-Language": language, "Accept": JSON}
        )

    def close(self) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        data: Body | None = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool = False,
        once: str | None = None,
        whole: float | None = None,
    ) -> ApiResponse:
        """The whole answer. `body` goes as JSON, `data` as it stands.

        `is_read` is a question that is posted. `once` is the Idempotency-Key of what is done at most once however often
        it is sent. Raises ProblemAnswered, NoAnswer, UnexpectedAnswer.
        """
        with self.opened(
            method, path, query=query, body=body, data=data, headers=headers, is_read=is_read, once=once, whole=whole
        ) as (response, where, end):
            content = b"".join(_parts(response, where, end, self.limits.most_bytes))
            return ApiResponse(where, response.status_code, response.headers, content)

    @contextmanager
    def opened(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        data: Body | None = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool = False,
        once: str | None = None,
        whole: float | None = None,
    ) -> Iterator[tuple[requests.Response, str, float]]:
        """A good answer whose body is not read yet, the request's words, and when it has to have ended."""
        where = f"{method} {path}"
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent["Content-Type"] = JSON
        if once is not None:
            sent["Idempotency-Key"] = once
        is_repeatable = is_read or once is not None or method in ("GET", "PUT", "DELETE")
        tries = 0
        while True:
            tries += 1
            self._pace()
            end = time.monotonic() + (whole or self.limits.whole)
            try:
                response = self._send(method, path, query, data, sent)
            except RequestException as error:
                # `from None`: the error of `requests` holds the request, and that the key.
                pause = self._pause(tries, None) if is_repeatable or _is_unsent(error) else None
                if pause is None:
                    raise NoAnswer(f"{where}: {_why(error)}; asked {_times(tries)} at {self.address}") from None
            else:
                with response:
                    log.debug("%s: %s", where, response.status_code)
                    self._take_note(response)
                    if 200 <= response.status_code < 300:
                        yield response, where, end
                        return
                    after = _retry_after(response)
                    is_running = response.status_code == CONFLICT and after is not None
                    is_away = response.status_code in AWAY
                    is_to_repeat = response.status_code == TOO_MANY or (is_repeatable and (is_away or is_running))
                    pause = self._pause(tries, after) if is_to_repeat else None
                    if pause is None:
                        raise self._refusal(response, where, end, after)
            log.debug("%s: again in %.1f s", where, pause)
            self._sleep(pause)

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[bytes]:
        """The lines of an answer that goes on, each as it comes; it may say nothing for `silence` seconds at most."""
        with self.opened("GET", path, headers=headers) as (response, where, _):
            try:
                for line in response.iter_lines(chunk_size=1):
                    if len(line) > MAX_LINE:
                        raise UnexpectedAnswer(f"{where}: a line is longer than {MAX_LINE} bytes")
                    yield line
            except (RequestException, HTTPError, OSError) as error:
                raise NoAnswer(f"{where}: it broke off: {_why(error)}") from None

    def save(
        self, method: str, path: str, file: IO[bytes], whole: float, query: Mapping[str, str] | None = None
    ) -> None:
        """Write an answer to a file, however long it is."""
        with self.opened(method, path, headers={"Accept": "*/*"}, whole=whole, query=query) as (response, where, end):
            for part in _parts(response, where, end, None):
                file.write(part)

    def _send(
        self, method: str, path: str, query: Mapping[str, str] | None, data: Body | None, headers: Mapping[str, str]
    ) -> requests.Response:
        with ExitStack() as opened:
            body: Any = data
            if isinstance(data, Path):
                try:
                    body = opened.enter_context(data.open("rb"))
                except OSError as error:
                    raise BadInput(f"{data}: {error.strerror}") from None
            return self._session.request(
                method,
                self.address + path,
                params=query,
                data=body,
                headers=headers,
                auth=self._auth,
                timeout=(self.limits.connect, self.limits.silence),
                allow_redirects=False,
                stream=True,
            )

    def _refusal(self, response: requests.Response, where: str, end: float, after: float | None) -> Exception:
        if 300 <= response.status_code < 400:
            return UnexpectedAnswer(
                f"{where}: a redirect, which is not followed: is {self.address} the registry's own address?"
            )
        try:
            found = json.loads(b"".join(_parts(response, where, end, 1024 * 1024)))
        except (ValueError, RecursionError, NoAnswer, UnexpectedAnswer):
            found = None
        return problem_error(where, Problem.of(response.status_code, found), after)

    def _pause(self, tries: int, after: float | None) -> float | None:
        """Seconds until the next try; None: no other.

        The registry's word counts; many clients do not all come at once.
        """
        if tries >= self.limits.tries or (after is not None and after > self.limits.most_wait):
            return None
        if after is not None:
            return after + self._chance() * min(1.0, after / 10)
        return min(self.limits.most_wait, 0.5 * 2.0 ** (tries - 1)) * (0.5 + self._chance() / 2)

    def _take_note(self, response: requests.Response) -> None:
        """Where no request is left, the next waits for one to come back, rather than being refused."""
        policy = _POLICY.fullmatch(response.headers.get("RateLimit-Policy", ""))
        left = _LEFT.fullmatch(response.headers.get("RateLimit", ""))
        if policy is not None and left is not None:
            self._wait = int(policy["seconds"]) / int(policy["requests"]) if int(left["requests"]) == 0 else 0.0

    def _pace(self) -> None:
        wait, self._wait = min(self._wait, self.limits.most_wait), 0.0
        if wait > 0:
            self._sleep(wait)


def new_idempotency_key() -> str:
    """A key for something that is to be done once."""
    return str(uuid.uuid4())


def _parts(response: requests.Response, where: str, end: float, max_bytes: int | None) -> Iterator[bytes]:
    taken = 0
    try:
        for part in response.iter_content(65536):
            taken += len(part)
            if max_bytes is not None and taken > max_bytes:
                raise UnexpectedAnswer(f"{where}: the answer is longer than {max_bytes} bytes")
            if time.monotonic() > end:
                raise NoAnswer(f"{where}: the answer took too long")
            yield part
    except (RequestException, HTTPError, OSError) as error:
        raise NoAnswer(f"{where}: the answer broke off: {_why(error)}") from None


def _is_unsent(error: RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)


def _why(error: Exception) -> str:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    text = str(reason or error)
    # `urllib3` begins with the text form of a connection.
    return text.rpartition(">: ")[2][:300] or type(error).__name__


def _times(tries: int) -> str:
    return "once" if tries == 1 else f"{tries} times"


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
