"""Keys in a PKCS#11 token (a hardware security module, or SoftHSM): their secrets never leave it.

`token.toml` beside the keys names the token:

    module = "/usr/lib/softhsm/libsofthsm2.so"
    token = "registry"                      # its label
    pin_file = "/run/secrets/registry-pin"  # readable by its owner alone
    uses = ["log", "credential"]            # keys that are made there from now on
    seal = "registry-seal"                  # label of the seal's key, where papers are sealed by one there

A key lies there under the label `<use>-<kid>`, of which the folder has the description alone. Needs the package's extra `pkcs11`.
"""

import hashlib
import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from registry.core import installed, key_records
from registry.core.errors import KeyTrouble

if TYPE_CHECKING:
    import pkcs11

FILE = "token.toml"

_ED25519 = bytes.fromhex("06032b6570")
"""CKA_EC_PARAMS: the object identifier 1.3.101.112 (RFC 8410)."""

_P256 = bytes.fromhex("06082a8648ce3d030107")
"""The object identifier of secp256r1 (RFC 5480)."""

_USES = frozenset({"log", "credential", "status", "receipt"})

_DRAFT = "registry-draft"


class TokenPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a token is, and which keys are made there."""

    module: str
    token: str
    pin_file: str
    uses: tuple[str, ...] = ("log", "credential")
    seal: str | None = None
    """Label of the private key by which papers are sealed: its operator put it there, or had it made there."""


def token_of(folder: Path) -> "OpenToken | None":
    """The token that a folder of keys names; None where it names none. Raises KeyTrouble."""
    path = folder / FILE
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        place = msgspec.convert(tomllib.loads(body.decode()), TokenPlace)
    except (ValueError, msgspec.ValidationError) as error:
        raise KeyTrouble(f"{path}: {error}") from None
    if set(place.uses) - _USES:
        raise KeyTrouble(
            f"{path}: uses may hold {', '.join(sorted(_USES))}: the secrets of root and law belong off line"
        )
    return _open_token(place, os.getpid())


_initialised: dict[str, int] = {}
"""In which process each library of PKCS#11 was initialised."""


@cache
def _open_token(place: TokenPlace, _process: int) -> "OpenToken":
    return OpenToken(place)


class OpenToken:
    """A session with a token, for one process: a library of PKCS#11 does not outlive a fork. One thread at a time asks."""

    def __init__(self, place: TokenPlace) -> None:
        self.place = place
        self._lock = threading.Lock()
        self._session: pkcs11.Session | None = None
        self._known: dict[str, Any] = {}

    def has(self, name: str) -> bool:
        """Whether a key lies there."""
        with self._opened_session():
            return self._private(name) is not None

    def sign_ed25519(self, name: str, message: bytes) -> bytes:
        return self._sign(name, "EDDSA", message)

    def sign_p256(self, name: str, message: bytes) -> bytes:
        """r and s, 32 bytes each. Not by RFC 6979: a token takes a random number of its own."""
        return self._sign(name, "ECDSA", hashlib.sha256(message).digest())

    def sign_document(self, name: str, message: bytes, *, is_rsa: bool) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017), or ECDSA with SHA-256: r and s, of equal length."""
        if is_rsa:
            return self._sign(name, "SHA256_RSA_PKCS", message)
        return self._sign(name, "ECDSA", hashlib.sha256(message).digest())

    def make(self, *, is_ed25519: bool) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
        """A new pair, without a name until `name` gives it one. KeyTrouble where the token cannot make such a key."""
        import pkcs11

        with self._opened_session() as session:
            kind = pkcs11.KeyType.EC_EDWARDS if is_ed25519 else pkcs11.KeyType.EC
            parameters = session.create_domain_parameters(
                kind, {pkcs11.Attribute.EC_PARAMS: _ED25519 if is_ed25519 else _P256}, local=True
            )
            mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN if is_ed25519 else pkcs11.Mechanism.EC_KEY_PAIR_GEN
            # It signs and does nothing else.
            plain = {pkcs11.Attribute.DERIVE: False}
            public, _ = parameters.generate_keypair(
                mechanism=mechanism, store=True, label=_DRAFT, public_template=plain, private_template=plain
            )
            # An OCTET STRING in DER around the point: two bytes before it.
            point = bytes(public[pkcs11.Attribute.EC_POINT])
        if is_ed25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(point[-32:])
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point[-65:])

    def name(self, name: str) -> None:
        """Give the pair that was just made its name, and let nothing of it be changed from then on.

        That can only be said of a copy; a token that makes none keeps the pair as it is.
        """
        import pkcs11

        with self._opened_session() as session:
            for one in list(session.get_objects({pkcs11.Attribute.LABEL: _DRAFT})):
                try:
                    one.copy({pkcs11.Attribute.LABEL: name, pkcs11.Attribute.MODIFIABLE: False})
                except pkcs11.FunctionNotSupported:
                    one[pkcs11.Attribute.LABEL] = name
                else:
                    one.destroy()

    def clear(self) -> None:
        """Remove pairs without a name: their making was interrupted."""
        import pkcs11

        with self._opened_session() as session:
            for one in list(session.get_objects({pkcs11.Attribute.LABEL: _DRAFT})):
                one.destroy()

    def _sign(self, name: str, mechanism: str, message: bytes) -> bytes:
        import pkcs11

        with self._opened_session():
            key = self._private(name)
            if key is None:
                raise KeyTrouble(f"the token {self.place.token} has no key {name}: put it back, or rotate it")
            return bytes(key.sign(message, mechanism=pkcs11.Mechanism[mechanism]))

    def _private(self, name: str) -> Any:
        import pkcs11

        if name not in self._known:
            assert self._session is not None
            attributes = {pkcs11.Attribute.LABEL: name, pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
            found = list(self._session.get_objects(attributes))
            if len(found) > 1:
                raise KeyTrouble(
                    f"the token {self.place.token} has {len(found)} keys {name}: find out who put the other one there, "
                    "and remove it"
                )
            if found:
                self._known[name] = found[0]
        return self._known.get(name)

    @contextmanager
    def _opened_session(self) -> "Iterator[pkcs11.Session]":
        try:
            import pkcs11
        except ImportError:
            raise KeyTrouble(f"keys in a token need the extra `pkcs11`: {installed.how_to_install('pkcs11')}") from None
        with self._lock:
            try:
                if self._session is None:
                    library = pkcs11.lib(self.place.module)
                    if _initialised.setdefault(self.place.module, os.getpid()) != os.getpid():
                        # It was loaded before this process was forked.
                        library.reinitialize()
                        _initialised[self.place.module] = os.getpid()
                    pin = key_records.read_private(Path(self.place.pin_file)).decode().strip()
                    token = library.get_token(token_label=self.place.token)
                    try:
                        self._session = token.open(user_pin=pin, rw=True)
                    except pkcs11.UserAlreadyLoggedIn:
                        # A login holds for all sessions of a process.
                        self._session = token.open(rw=True)
                yield self._session
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                # A token that was pulled out and put back is opened anew at the next attempt.
                self._session, self._known = None, {}
                raise KeyTrouble(
                    f"the token {self.place.token} does not do it ({type(error).__name__} {error}): look at {FILE}"
                ) from None


@dataclass(frozen=True)
class TokenSigner:
    """Signs with a key that lies in a token."""

    key: key_records.Key
    token: OpenToken = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Raises KeyTrouble where the key of that name in the token is another one than the folder describes."""
        is_ed25519 = self.key.public["kty"] == "OKP"
        signature = (self.token.sign_ed25519 if is_ed25519 else self.token.sign_p256)(self.key.name, message)
        if not key_records.is_signature(self.key.public, signature, message):
            raise KeyTrouble(
                f"the token {self.token.place.token} has another key under the name {self.key.name} than the one that is known: "
                "find out who put it there"
            )
        return signature


def drafted(token: OpenToken, use: key_records.Use, made_at: str) -> TokenSigner:
    """A new key in a token. It signs nothing before the folder has its description."""
    while True:
        token.clear()
        public = key_records.public_jwk(token.make(is_ed25519=use in key_records.ED25519_USES))
        # A kid is typed on command lines: one that begins with a dash would be taken for an option.
        if not key_records.kid_of(public).startswith("-"):
            break
    key = key_records.Key(key_records.kid_of(public), use, public, made_at)
    token.name(key.name)
    return TokenSigner(key, token)
