"""Messages to telephones without mail: by an ntfy server, or into a Matrix room. No request waits on it.

ntfy: JSON to the server's root (docs.ntfy.sh/publish). Matrix: m.room.message (Client-Server API v1.18, rooms/send).
"""

import http.client
import json
import re
import secrets
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from registry.core.errors import RegistryError
from registry.core.settings import Settings

TIMEOUT = 20.0
"""Seconds that connecting and each step may take."""

NTFY, MATRIX = "ntfy", "matrix"

_ROOM = re.compile(r"![!-~]{1,200}")
"""What a room id looks like: `!opaque:server`, or since room version 12 without a server."""


class PushNotSent(RegistryError):
    """The server was away or refused. Callers keep the message and retry."""


class PushServerAway(PushNotSent):
    """The server did not answer: it would take no other message now."""


class _Request(NamedTuple):
    method: str
    path: str
    body: Mapping[str, str]


def ways(settings: Settings) -> frozenset[str]:
    """The ways that the operator has set up."""
    return frozenset(way for way in (NTFY, MATRIX) if _server(settings, way) is not None)


def new_topic() -> str:
    """A topic that no one guesses: of an ntfy topic its name is the password."""
    return f"registry-{secrets.token_hex(12)}"


def is_room(text: str) -> bool:
    return _ROOM.fullmatch(text) is not None


def send(settings: Settings, way: str, to: str, subject: str, text: str) -> None:
    """Send a message to a topic or room. Raises PushNotSent, whose words hold neither the address nor the text."""
    server = _server(settings, way)
    if server is None:
        raise PushNotSent(f"no server for {way} is set")
    parts = urlsplit(server)
    request = _ntfy(to, subject, text) if way == NTFY else _matrix(to, subject, text)
    headers = {"Content-Type": "application/json"}
    if parts.password:
        headers["Authorization"] = f"Bearer {unquote(parts.password)}"
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        body = json.dumps(request.body).encode()
        connection.request(request.method, f"{parts.path.rstrip('/')}{request.path}", body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise PushServerAway(f"the {way} server did not take a message ({type(error).__name__})") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise PushNotSent(f"the {way} server did not take a message (status {status})")


def _ntfy(topic: str, subject: str, text: str) -> _Request:
    return _Request("POST", "/", {"topic": topic, "title": subject, "message": text})


def _matrix(room: str, subject: str, text: str) -> _Request:
    path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message/{secrets.token_hex(16)}"
    return _Request("PUT", path, {"msgtype": "m.text", "body": f"{subject}\n\n{text}"})


def _server(settings: Settings, way: str) -> str | None:
    return settings.ntfy_url if way == NTFY else settings.matrix_url


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
