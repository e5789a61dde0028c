"""Machine translation by a LibreTranslate server of the operator's own: texts go there, and nothing of them is stored.

API: POST /translate with `q`, `source`, `target` and `format`; GET /languages (docs.libretranslate.com). An address outside
this host and its private network is refused unless the operator allows it: a complaint must not leave the house unnoticed.
"""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from registry.core.errors import RegistryError
from registry.core.settings import Settings

SECONDS = 20.0
"""Within which the whole answer must be there."""
MAX_BYTES = 4 * 1024 * 1024
MAX_CHARACTERS = 40_000
"""Of all texts of one request together; what goes beyond is left untranslated."""

_CODES: Mapping[str, tuple[str, ...]] = {"zh-Hans": ("zh-Hans", "zh", "zh-CN"), "zh-Hant": ("zh-Hant", "zt", "zh-TW")}
"""What servers of several ages call a language of ours, where it is not the same."""


class NotTranslated(RegistryError):
    """No translation: `reason` is `silent`, `refused`, `far` or `language`. Its words hold no text of a complaint."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def translate(settings: Settings, texts: Sequence[str], into: str) -> list[str | None]:
    """What a machine makes of texts, in their order; None for one that the server refuses or has no time for.

    Each is asked for by itself: of texts sent together the server detects one language for all, and the message of an Italian
    helper beside a Chinese account would be read as Chinese. Raises NotTranslated, also where it translates none.
    """
    deadline = time.monotonic() + SECONDS
    languages = _ask(settings, "GET", "/languages", None, deadline)
    if not isinstance(languages, list):
        raise NotTranslated("refused", "the translation server names no languages")
    known = {str(one.get("code")) for one in languages if isinstance(one, dict)}
    code = next((one for one in _CODES.get(into, (into,)) if one in known), None)
    if code is None:
        raise NotTranslated("language", f"the translation server does not know {into}")
    found: list[str | None] = []
    for text in texts:
        try:
            found.append(_translated(settings, text, code, deadline))
        except NotTranslated:
            # What came within the time is shown all the same.
            if not any(found):
                raise
            found.append(None)
    if not any(found):
        raise NotTranslated("refused", "the translation server translates none of the texts")
    return found


def _translated(settings: Settings, text: str, code: str, deadline: float) -> str | None:
    sent = {"q": text, "source": "auto", "target": code, "format": "text"}
    answer = _ask(settings, "POST", "/translate", sent, deadline)
    if answer is None:
        return None
    found = answer.get("translatedText") if isinstance(answer, dict) else None
    if not isinstance(found, str):
        raise NotTranslated("refused", "the translation server gave no translation of a text")
    return found


def _ask(settings: Settings, method: str, path: str, body: Mapping[str, Any] | None, deadline: float) -> Any:
    """What the server answers; None where it refuses, as it does a text in a language that it has no model of."""
    parts = urlsplit(settings.translator_url or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        connection = _connection(settings, parts.scheme, parts.hostname or "", port, deadline)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, parts.path.rstrip("/") + path, payload, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = _read(connection, response, deadline)
        finally:
            connection.close()
        return json.loads(content) if response.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException) as error:
        raise NotTranslated("silent", f"the translation server did not answer ({type(error).__name__})") from None
    except ValueError:
        raise NotTranslated("refused", "the translation server gave no JSON") from None


def _connection(settings: Settings, scheme: str, host: str, port: int, deadline: float) -> http.client.HTTPConnection:
    """A connection to the very address that was checked: a name may mean another one a moment later."""
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    found = ip_address(address)
    if not (found.is_loopback or found.is_private or settings.may_translate_outside):
        raise NotTranslated("far", "the translation server is outside this host and its private network")
    connection = http.client.HTTPConnection(host, port)
    connection.sock = socket.create_connection((address, port), timeout=_seconds_left(deadline))
    if scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    return connection


def _read(connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: float) -> bytes:
    content = b""
    while chunk := response.read1(65_536):
        content += chunk
        if len(content) > MAX_BYTES:
            raise NotTranslated("refused", "the translation server's answer is too long")
        if connection.sock is not None:
            connection.sock.settimeout(_seconds_left(deadline))
    return content


def _seconds_left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
