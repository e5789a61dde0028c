"""A request of RSGI as a WSGI environment, and a WSGI answer as one of RSGI."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

from registry.http.clients import Environ

MAX_HEADERS = 32 * 1024
"""Characters of all names and values of a request's headers."""

HAS_LARGE_HEADERS = "registry.has_large_headers"

_WHOLE_ANSWER = 1024 * 1024
"""Bytes of an answer that is sent in one go; of a larger one each piece as it is made."""

_CHUNK = 256 * 1024
"""Bytes that are joined at a time of an answer in parts: all at once, a long list would hold up every other thread."""


def chunks_of(parts: tuple[bytes, ...]) -> Iterator[bytes]:
    """An answer in parts, joined to chunks of some size."""
    pieces, size = [], 0
    for part in parts:
        pieces.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


def send_answer(protocol: Any, stated: list[tuple[int, list[tuple[str, str]]]], body: Iterable[bytes]) -> None:
    """Send an answer: as a whole where it is short, otherwise in pieces. `stated` are its status and headers, the last counts."""
    pieces, size = [], 0
    rest = iter(body)
    for piece in rest:
        pieces.append(piece)
        size += len(piece)
        if size > _WHOLE_ANSWER:
            break
    else:
        protocol.response_bytes(*stated[-1], b"".join(pieces))
        return
    transport = protocol.response_stream(*stated[-1])
    for piece in pieces:
        transport.send_bytes(piece)
    for piece in rest:
        transport.send_bytes(piece)


def environ_of(scope: Any, path: str, headers: Any) -> Environ:
    """The WSGI environment (PEP 3333) of a request of RSGI, without its body. Header names with an underscore are left out.

    In the environment such a name would be that of another header, one of a proxy's for instance.
    """
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": _query_of(scope),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.input": BytesIO(),
    }
    size = 0
    for name, value in headers.items():
        size += len(name) + len(value)
        key = _USUAL.get(name)
        if key is None:
            if "_" in name:
                continue
            key = _key_of(name)
        if key in environ:
            value = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    if size > MAX_HEADERS:
        environ[HAS_LARGE_HEADERS] = True
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    if "HTTP_CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = environ.pop("HTTP_CONTENT_LENGTH")
    return environ


def _query_of(scope: Any) -> str:
    """The query in ASCII, as addresses are: characters that came as they are written are encoded, and nothing else."""
    query: str = scope.query_string
    return query if query.isascii() else quote(query, safe=_ASCII)


_ASCII = bytes(range(128))


def _key_of(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


_USUAL = {
    name: _key_of(name)
    for name in (
        "host", "user-agent", "accept", "accept-encoding", "accept-language", "connection", "content-type",
        "content-length", "authorization", "cookie", "origin", "referer", "if-none-match", "x-forwarded-for",
        "x-forwarded-proto", "x-request-id", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site",
    )
}  # fmt: skip
"""Names that most requests bring, with their keys."""
