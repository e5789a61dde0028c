"""Which registry is asked, and with which key. The key is shown nowhere: not in a repr, an error or a log."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from registry_client.api.errors import BadSetting
from registry_client.trust import is_address

URL_VARIABLE = "REGISTRY_CLIENT_URL"
KEY_VARIABLE = "REGISTRY_CLIENT_KEY"
KEY_FILE_VARIABLE = "REGISTRY_CLIENT_KEY_FILE"

KEY_START = "rrk_"
MAX_KEY = 200
"""Characters of the longest key that can be one."""


class ApiKey:
    """A key that does not show itself. `text()` is for the one header that needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str, where: str = "key") -> None:
        found = text.strip()
        is_sound = found.startswith(KEY_START) and len(found) <= MAX_KEY and found.isascii() and found.isprintable()
        if not is_sound or " " in found:
            raise BadSetting(f"{where}: this is no API key; one begins with {KEY_START} and is one word")
        self._text = found

    def text(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"ApiKey({KEY_START}…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written out")


def address_of(url: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The registry's address without its closing slash. Plain http is for this machine alone: a key would be read on the way."""
    given = url if url is not None else environ.get(URL_VARIABLE, "")
    found = given.strip().rstrip("/")
    if not found:
        raise BadSetting(f"no registry is named: give its address, or set {URL_VARIABLE}")
    if not is_address(found):
        raise BadSetting(
            f"{given[:200]!r}: an address like https://registry.example.org is expected, without path or account"
        )
    parts = urlsplit(found)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise BadSetting(
            f"{found}: must begin with https:// (http:// is for this machine alone, like http://127.0.0.1:8000)"
        )
    return found


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def key_of(
    key: str | None = None, key_file: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ
) -> ApiKey | None:
    """The key that is given, or else of the environment, or none. A file's first line is it."""
    if key is not None and key_file is not None:
        raise BadSetting("give key or key_file, not both")
    if key is not None:
        return ApiKey(key)
    if key_file is not None:
        return _key_in(Path(key_file), "key_file")
    if text := environ.get(KEY_VARIABLE, "").strip():
        return ApiKey(text, KEY_VARIABLE)
    if name := environ.get(KEY_FILE_VARIABLE, "").strip():
        return _key_in(Path(name), KEY_FILE_VARIABLE)
    return None


def _key_in(path: Path, where: str) -> ApiKey:
    try:
        with path.open(encoding="utf-8") as file:
            line = file.readline(MAX_KEY + 2)
    except (OSError, ValueError) as error:
        raise BadSetting(f"{where}: {path}: {getattr(error, 'strerror', None) or 'cannot be read'}") from None
    return ApiKey(line, f"{where}: {path}")
