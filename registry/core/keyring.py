"""Secret keys, in files of their own under REGISTRY_HOME/keys: never in the database, and no dump of it holds any.

A key is two files: `<use>-<kid>.pem`, its secret, readable by its owner alone, and `<use>-<kid>.json`, what may be
known of it. The secret is written and synced first, so if we crash between the two there is a secret without a use, and
nothing else. A ring is 32 bytes in each of several files, `<purpose>-<number>-<kid>.secret`: the newest seals, the
others still open.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.core.errors import KeyTrouble
from registry.core.files import sync_folder, write_atomically
from registry.core.key_records import FileSigner, Key, KeyState, RingSecret, Signer, Use, read_private
from registry.core.token_keys import TokenSigner, drafted, token_of

PURPOSES = (
    "accounts", "admission", "box-keys", "bulk-files", "case-digests", "collisions", "member-apps",
    "member-delays", "officer-delays", "officer-factors", "receipt-lookup", "receipt-salt", "staff-cards", "visits",
    "wallet-codes", "watch-cursors", "watch-numbers", "webhook-secrets",
)  # fmt: skip
"""What each secret of a registry is for. All are made together: one that is missing among others was lost."""

_RING_BYTES = (32, 1216)
"""A secret, or a public key of the escrow, which is of X25519 or of X-Wing."""

_RING_FILE = r"-(?P<number>[0-9]{6,})-(?P<kid>[0-9a-f]{16})\.secret"


class Keyring:
    """The keys of one registry, in one folder. Reading makes nothing; `make` and `secret` do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secrets: dict[str, bytes] = {}

    def keys(self, use: Use | None = None) -> list[Key]:
        """All keys, or those of one use, the newest first."""
        found = [_read_key(path) for path in self.folder.glob("*.json")]
        return sorted((key for key in found if use in (None, key.use)), key=lambda key: (key.made_at, key.kid))[::-1]

    def active(self, use: Use) -> Key:
        """The key that signs now: the newest active one. Raises KeyTrouble when there is none."""
        for key in self.keys(use):
            if key.state is KeyState.ACTIVE:
                return key
        command = f"rotate {use}" if use.is_optional else "init"
        raise KeyTrouble(f"there is no active {use} key in {self.folder}; make one with `registry keys {command}`")

    def signer(self, use: Use) -> Signer:
        return self._signer(self.active(use))

    def signer_of(self, kid: str) -> Signer:
        """The signer of one key, whatever its state. Raises KeyTrouble when it is not here."""
        for key in self.keys():
            if key.kid == kid:
                return self._signer(key)
        raise KeyTrouble(f"there is no key {kid} in {self.folder}")

    def _signer(self, key: Key) -> Signer:
        if not (self.folder / f"{key.name}.pem").exists():
            token = token_of(self.folder)
            if token is not None and token.has(key.name):
                return TokenSigner(key, token)
        return FileSigner.read(key, self.folder / f"{key.name}.pem")

    def make(self, use: Use, made_at: str) -> Signer:
        """A new key; it signs from now on. `made_at` is `clock.instant_text`."""
        signer = self.draft(use, made_at)
        self.keep(signer.key)
        return signer

    def draft(self, use: Use, made_at: str) -> FileSigner | TokenSigner:
        """A new key whose secret is on the disk, and that signs nothing before `keep` writes down what is known of it.

        Where a token makes keys of that use, the secret is there and not on the disk.
        """
        token = token_of(self.folder)
        if token is not None and use in token.place.uses:
            return drafted(token, use, made_at)
        signer = FileSigner.make(use, made_at)
        self._write(f"{signer.key.name}.pem", signer.pem())
        return signer

    def keep(self, key: Key) -> Key:
        """Write down what is known of a key: its state or certificate changed."""
        self._write(f"{key.name}.json", (json.dumps(asdict(key), indent=1, sort_keys=True) + "\n").encode())
        return key

    def change(self, key: Key, **facts: object) -> Key:
        return self.keep(replace(key, **facts))  # type: ignore[arg-type]

    def holds_secret(self, key: Key) -> bool:
        """Whether the secret lies here, or in the token of this folder.

        That of the root may lie off line, that of a log kept elsewhere does not.
        """
        if (self.folder / f"{key.name}.pem").exists():
            return True
        token = token_of(self.folder)
        return token is not None and token.has(key.name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock these keys against other writers. The lock ends with the process, however it ends."""
        with self.lock_file("keys").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def lock_file(self, name: str) -> Path:
        """A file to lock, beside the folder: the folder itself may be read-only, like a mounted secret."""
        folder = self.folder.parent / "locks"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{self.folder.name}-{name}.lock"
        if not path.exists():
            # Never touched again: its time would say when somebody was here last.
            path.touch(mode=0o600, exist_ok=True)
        return path

    def digest(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 of a text under this registry's secret for a purpose, in hex: equal texts alone compare equal.

        A holder of a dump of the database without this folder cannot try accounts or numbers against it.
        """
        return hmac.new(self.secret(purpose), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def secret(self, purpose: str) -> bytes:
        """32 bytes for a purpose. Raises KeyTrouble where it is missing among others.

        In a folder that has none yet all of `PURPOSES` are made at the first use, and others one by one. Two that make them at
        once agree: the first file stands.
        """
        if purpose not in self._secrets:
            if not self.has_secret(purpose):
                self._make_missing(purpose)
            self._secrets[purpose] = read_private(self.folder / f"{purpose}.secret")
        return self._secrets[purpose]

    def has_secret(self, purpose: str) -> bool:
        return (self.folder / f"{purpose}.secret").exists()

    def make_secret(self, purpose: str) -> None:
        """Make one that is missing; one that is there stays."""
        self._write(f"{purpose}.secret", secrets.token_bytes(32), is_first=True)

    def _make_missing(self, purpose: str) -> None:
        if purpose not in PURPOSES:
            self.make_secret(purpose)
            return
        with self.lock_file("making").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.has_secret(purpose):
                return
            if any(map(self.has_secret, PURPOSES)):
                raise KeyTrouble(
                    f"{purpose}.secret is missing in {self.folder}: put it back from a backup, or from the REGISTRY_HOME that "
                    "has it. If it was never made, `registry keys init` makes it"
                )
            for one in PURPOSES:
                self.make_secret(one)

    def seal(self, purpose: str, name: str, body: bytes) -> str:
        """Seal what must not stand in a dump (AES-256-GCM, base64url).

        `name` says whose it is: it opens for no other.
        """
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.secret(purpose)).encrypt(nonce, body, name.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, purpose: str, name: str, sealed: str) -> bytes:
        """The inverse of `seal`. Raises KeyTrouble when it was sealed under another secret, or for another name."""
        raw = urlsafe_b64decode(sealed)
        try:
            return AESGCM(self.secret(purpose)).decrypt(raw[:12], raw[12:], name.encode())
        except InvalidTag:
            raise KeyTrouble(
                f"what is sealed for {purpose} was sealed under another secret than {self.folder}/{purpose}.secret: "
                "put that file back from a backup"
            ) from None

    def ring(self, purpose: str) -> list[RingSecret]:
        """The secrets of a ring, the newest first.

        The folder is read anew each time: another process may have rotated it.
        """
        pattern = re.compile(re.escape(purpose) + _RING_FILE)
        found = [(name, match) for name in self._names() if (match := pattern.fullmatch(name))]
        found.sort(key=lambda one: (int(one[1]["number"]), one[0]), reverse=True)
        return [RingSecret(match["kid"], self._ring_body(name)) for name, match in found]

    def add_to_ring(self, purpose: str, kid_of_secret: Callable[[bytes], str], body: bytes | None = None) -> RingSecret:
        """A new secret at the head of a ring, or `body` if it comes from elsewhere.

        Two that add at once both count, and either may be the newest.
        """
        body = secrets.token_bytes(32) if body is None else body
        kid = kid_of_secret(body)
        numbers = [int(match["number"]) for name in self._names() if (match := re.fullmatch(f".+{_RING_FILE}", name))]
        self._write(f"{purpose}-{max(numbers, default=0) + 1:06d}-{kid}.secret", body)
        return RingSecret(kid, body)

    def remove_from_ring(self, purpose: str, kid: str) -> None:
        """Destroy one secret: what is still sealed under it can never be opened again.

        Nothing happens if it is not here.
        """
        for path in self.folder.glob(f"{purpose}-*-{kid}.secret"):
            if re.fullmatch(re.escape(purpose) + _RING_FILE, path.name):
                path.unlink(missing_ok=True)
                sync_folder(self.folder)

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.folder)
        except FileNotFoundError:
            return []

    def _ring_body(self, name: str) -> bytes:
        if name not in self._secrets:
            body = read_private(self.folder / name)
            if len(body) not in _RING_BYTES:
                raise KeyTrouble(f"{self.folder / name} is damaged; put it back from a backup")
            self._secrets[name] = body
        return self._secrets[name]

    def _write(self, name: str, body: bytes, *, is_first: bool = False) -> None:
        """Write the file atomically; it is on the disk when this returns. `is_first`: a file that is there already stays."""
        write_atomically(self.folder / name, body, keeps_existing=is_first)
        sync_folder(self.folder)


def _read_key(path: Path) -> Key:
    try:
        facts = json.loads(path.read_bytes())
        return Key(**{**facts, "use": Use(facts["use"]), "state": KeyState(facts["state"])})
    except (OSError, ValueError, TypeError, KeyError):
        raise KeyTrouble(f"{path} is no description of a key that can be read; put it back from a backup") from None


__all__: Sequence[str] = (
    "FileSigner", "Key", "KeyState", "Keyring", "RingSecret", "Signer", "TokenSigner", "Use", "read_private",
)  # fmt: skip
