"""What was signed last: this home's own copy of the newest signed checkpoint, and guards that all homes together share.

The copy lies in the data folder, beside the database. A guard lies in a bucket or in etcd and is changed by compare-and-swap
alone, so of two homes that would sign different entries at once one is refused. It also recognises a database and a data
folder that were restored together from an old copy.
"""

import hashlib
import re
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, Protocol

import obstore
import requests
import structlog

from registry.core import files, object_store, setting_texts
from registry.core.errors import BadProof, FilesUnavailable, ForkRefused, GuardAway, GuardUnfit, SettingsError
from registry.core.settings import Bucket, Settings
from registry.log import note

_REQUEST, _ALTOGETHER = timedelta(seconds=2), timedelta(seconds=4)
"""Publishing waits for the log's lock meanwhile."""

_NOT_ETCD = "give REGISTRY_LOG_GUARD an etcd:, use a store that knows them, or set REGISTRY_LOG_GUARD=off"

log = structlog.get_logger()


def last_signed_file(home: Path) -> Path:
    """The data folder's copy."""
    return home / "log" / "last-signed"


def last_signed(home: Path) -> note.Checkpoint | None:
    """What the data folder says was signed last; None when nothing was. ForkRefused when it cannot be read."""
    path = last_signed_file(home)
    try:
        return note.read_checkpoint(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, BadProof):
        raise ForkRefused(f"{path} cannot be read: nothing is signed before it is put back from a backup") from None


def remember_signed(home: Path, head: note.Checkpoint) -> None:
    """Write the data folder's copy atomically; it is on the disk when this returns."""
    path = last_signed_file(home)
    files.write_atomically(path, head.text().encode())
    files.sync_folder(path.parent)


class Remembered(NamedTuple):
    """What a guard says of a log: the head that was signed last, None for none, and the version of that statement."""

    origin: str
    head: note.Checkpoint | None = None
    version: str | None = None


class HeadGuard(Protocol):
    """Remembers the newest signed head of each log for all homes."""

    def read(self, origin: str) -> Remembered:
        """What any home signed last under that name. Raises FilesUnavailable or GuardAway, and ForkRefused if unreadable."""

    def require_fit(self) -> None:
        """Raise GuardUnfit where it cannot guard; FilesUnavailable or GuardAway where it does not answer."""

    def advance(self, before: Remembered, head: note.Checkpoint) -> None:
        """Remember `head`, unless another home changed what `before` read.

        Raises ForkRefused where one did, FilesUnavailable or GuardAway, GuardUnfit.
        """


class BucketGuard:
    """One small object of a bucket for each name of a log."""

    def __init__(self, bucket: Bucket) -> None:
        self._name = bucket.name
        self._store = object_store.object_store(bucket, request=_REQUEST, altogether=_ALTOGETHER)
        self._is_tried = False
        self._has_bare_tags = False
        """Ceph's gateway compares a tag without the quotes that RFC 9110 puts around it."""

    def read(self, origin: str) -> Remembered:
        name = f"log-guard/{_short_name(origin)}"
        with _bucket_errors():
            try:
                got = obstore.get(self._store, name)
                text, tag = bytes(got.bytes()), got.meta["e_tag"]
            except FileNotFoundError:
                return Remembered(origin)
        return Remembered(origin, _read_head(text, f"{name} in the bucket {self._name}"), tag)

    def advance(self, before: Remembered, head: note.Checkpoint) -> None:
        self.require_fit()
        if before.head == head:
            return
        with _bucket_errors():
            is_written = self._put(f"log-guard/{_short_name(head.origin)}", head.text().encode(), before.version)
        if not is_written:
            _require_same(self, head)

    def _put(self, name: str, body: bytes, tag: str | None) -> bool:
        """Write where the object still has that tag, or is not there where there is none; gives whether that was so."""
        if tag is not None and self._has_bare_tags:
            tag = tag.strip('"')
        mode: Any = "create" if tag is None else {"e_tag": tag}
        try:
            obstore.put(self._store, name, body, mode=mode, use_multipart=False)
        except (obstore.exceptions.AlreadyExistsError, obstore.exceptions.PreconditionError):
            return False
        return True

    def require_fit(self) -> None:
        """Try, once, whether the store does what a condition says: otherwise two homes could both sign."""
        if self._is_tried:
            return
        probe = f"log-guard/probe-{secrets.token_hex(8)}"
        with _bucket_errors():
            try:
                trouble = self._try_conditions(probe)
            except obstore.exceptions.GenericError as error:
                # Swift answers so to each condition.
                if not re.search(r"\b501 Not Implemented\b", str(error)):
                    raise
                trouble = "has not implemented conditional writes (it answers 501)"
            else:
                obstore.delete(self._store, probe)
        if trouble is not None:
            raise GuardUnfit(
                f"the store of REGISTRY_FILES {trouble} and cannot keep two homes from signing at once: {_NOT_ETCD}"
            )
        self._is_tried = True

    def _try_conditions(self, probe: str) -> str | None:
        """What the store does wrong, in words; None where it keeps to If-None-Match and If-Match."""
        self._put(probe, b"1", None)
        if self._put(probe, b"2", None):
            return "ignores the condition If-None-Match (with Ceph: use a bucket without versions)"
        first = obstore.head(self._store, probe)["e_tag"]
        for self._has_bare_tags in (False, True):
            if self._put(probe, b"3", first):
                break
        else:
            return "refuses each write with the condition If-Match (with Ceph: use a bucket without versions)"
        return "ignores the condition If-Match" if self._put(probe, b"4", first) else None


class EtcdGuard:
    """One key of etcd for each name of a log, changed by a transaction that compares the key's revision.

    Reads and transactions go through a majority of the members, so no member that is behind is believed.
    """

    def __init__(self, servers: setting_texts.EtcdServers) -> None:
        self._servers = servers
        self._members = [*servers.urls]
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.verify = servers.ca_file or True
        self._http.cert = (servers.cert_file, servers.key_file) if servers.cert_file and servers.key_file else None
        self._lock = threading.Lock()

    def read(self, origin: str) -> Remembered:
        found = self._ask("kv/range", {"key": _etcd_key(origin)}).get("kvs")
        if not found:
            return Remembered(origin)
        where = f"registry/log-guard/{_short_name(origin)} in etcd"
        return Remembered(origin, _read_head(b64decode(found[0]["value"]), where), found[0]["mod_revision"])

    def require_fit(self) -> None:
        self._ask("kv/range", {"key": _base64("registry/log-guard/")})

    def advance(self, before: Remembered, head: note.Checkpoint) -> None:
        if before.head == head:
            return
        key = _etcd_key(head.origin)
        # A key that is not there has the revision 0.
        unchanged = {"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": before.version or "0"}
        write = {"request_put": {"key": key, "value": _base64(head.text())}}
        if not self._ask("kv/txn", {"compare": [unchanged], "success": [write]}).get("succeeded"):
            _require_same(self, head)

    def _ask(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask one member after the other until one answers. Raises GuardAway, GuardUnfit."""
        end, why = monotonic() + _ALTOGETHER.total_seconds(), "no time was left"
        with self._lock:
            for member in [*self._members]:
                left = end - monotonic()
                if left <= 0:
                    break
                try:
                    return self._ask_member(member, call, body, min(left, 1.5))
                except (requests.RequestException, ValueError) as error:
                    why = str(error) if isinstance(error, requests.HTTPError) else type(error).__name__
                    # The next time one that answers is asked first.
                    self._members.remove(member)
                    self._members.append(member)
        log.warning("etcd_away", why=why)
        raise GuardAway(f"the etcd of REGISTRY_LOG_GUARD does not answer ({why}): nothing is signed before it does")

    def _ask_member(self, member: str, call: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        headers = {}
        if self._servers.user is not None:
            given = {"name": self._servers.user, "password": self._servers.password}
            headers["Authorization"] = self._post(f"{member}/v3/auth/authenticate", given, {}, seconds)["token"]
        return self._post(f"{member}/v3/{call}", body, headers, seconds)

    def _post(self, url: str, body: dict[str, Any], headers: dict[str, str], seconds: float) -> dict[str, Any]:
        answer = self._http.post(url, json=body, headers=headers, timeout=(min(seconds, 1.0), seconds))
        found: dict[str, Any] = answer.json()
        if answer.ok:
            return found
        said = str(found.get("message") or found.get("error"))[:100]
        if answer.status_code in (400, 401, 403):
            raise GuardUnfit(
                f"the etcd of REGISTRY_LOG_GUARD refuses this home ({said}): give it a user that may read and write keys "
                "below registry/log-guard/"
            )
        raise requests.HTTPError(said, response=answer)


def guard_of(settings: Settings) -> HeadGuard | None:
    """The etcd of REGISTRY_LOG_GUARD, otherwise the bucket of REGISTRY_FILES; None where there is neither, or it is off."""
    place = settings.guard_etcd or settings.files
    if not settings.has_log_guard or not isinstance(place, Bucket | setting_texts.EtcdServers):
        return None
    if place not in _guards:
        _guards[place] = BucketGuard(place) if isinstance(place, Bucket) else EtcdGuard(place)
    return _guards[place]


def require_fit_guard(settings: Settings) -> None:
    """Raise SettingsError where the guard cannot guard. One that does not answer is no reason: nothing is signed meanwhile."""
    guard = guard_of(settings)
    if guard is None:
        return
    try:
        guard.require_fit()
    except GuardUnfit as unfit:
        raise SettingsError(f"REGISTRY_REQUIRES demands a guard: {unfit.text}") from None
    except (FilesUnavailable, GuardAway) as away:
        log.warning("guard_away", trouble=away.text)


_guards: dict[Bucket | setting_texts.EtcdServers, HeadGuard] = {}


def _read_head(text: bytes, where: str) -> note.Checkpoint:
    try:
        return note.read_checkpoint(text.decode())
    except (UnicodeDecodeError, BadProof):
        raise ForkRefused(f"{where} cannot be read: nothing is signed before its former version is put back") from None


def _require_same(guard: HeadGuard, head: note.Checkpoint) -> None:
    """A request that was repeated because its answer was lost finds what it wrote itself; anything else raises ForkRefused."""
    if guard.read(head.origin).head != head:
        raise ForkRefused(
            f"another home signed a head of {head.origin} at this moment: this one signs nothing before it has looked again"
        )


def _short_name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:40]


def _etcd_key(origin: str) -> str:
    return _base64(f"registry/log-guard/{_short_name(origin)}")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@contextmanager
def _bucket_errors() -> Iterator[None]:
    """Say of a bucket that is away what waits for it."""
    try:
        with object_store.store_errors():
            yield
    except FilesUnavailable:
        text = "the bucket that remembers signed heads does not answer: nothing is signed before it does"
        raise FilesUnavailable(text) from None
