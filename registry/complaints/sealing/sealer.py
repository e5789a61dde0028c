"""Encrypts and decrypts complaints: what is sealed, to whom, and who may open it (docs/maintainers/sealing.md).

The only module that uses the keys of complaints.

Tier 1 (what officers of a unit work with) is sealed under the server's key ring. Tiers 2 (account, answers, messages,
files) and 3 (identity, contact) have one random content key per box and tier, sealed to each holder's public key by
X25519 with ML-KEM-768: the mailbox that a complaint code opens, the unit, its custodian, the escrow. Purging destroys those
wraps.

    value     v1.<kid>.<nonce>.<ciphertext>, AES-256-GCM; the place it stands in is authenticated, its length padded to 256
    wrap      content key | HMAC of box, tier and key under a secret of the server, so that no wrap made or moved by a hand
              in the database is believed; sealed as envelopes.py says. One to a former key, of X25519 alone, is enclosed
              once more, by AES-256-GCM under a secret of the server: a dump without the folder is not opened later either
    stream    header, then chunks of 64 KiB as XChaCha20-Poly1305 SecretStream; place and number of each are authenticated

A key id says which key; nothing is tried. Nothing here logs, and no error holds what was sealed. The forms themselves stand in
envelopes.py, which holds no keys.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Select, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from registry.complaints.sealing import envelopes
from registry.complaints.sealing.models import EncryptedContainer, OpenVisit, WrappedKey
from registry.complaints.sealing.unit_keys import ESCROW, OF_UNITS, HolderKey, holder_keys, secret_of
from registry.core.errors import Unopenable
from registry.core.keyring import Keyring
from registry.vocabulary.cases import KeyHolder

RING = "case-ring"

BARE_BYTES = 112
"""A wrap to a key of X25519 alone: an ephemeral public key, a tag, and 64 bytes. Enclosed it has a nonce and another tag."""

_ENCLOSING_BYTES = 28

# Built once: building such a statement costs more than running it.
_OF_BOX = select(WrappedKey).where(WrappedKey.box_id == bindparam("box_id"))
_OF_HOLDER = _OF_BOX.where(
    WrappedKey.holder_kind == bindparam("kind"), WrappedKey.holder == bindparam("holder")
).order_by(WrappedKey.tier)


class Tier(IntEnum):
    """What a content key opens: 2 the account of what happened, 3 the identity of its author."""

    ACCOUNT = 2
    IDENTITY = 3


TIERS_OF: Mapping[KeyHolder, frozenset[Tier]] = {
    KeyHolder.MAILBOX: frozenset(Tier),
    KeyHolder.UNIT: frozenset({Tier.ACCOUNT}),
    KeyHolder.CUSTODIAN: frozenset({Tier.IDENTITY}),
    KeyHolder.ESCROW: frozenset(Tier),
}


class OpenContainer:
    """The content keys of one box, in memory for one request. Its text form shows none."""

    def __init__(self, box: EncryptedContainer, keys: Mapping[Tier, bytes]) -> None:
        self.box = box
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return f"OpenContainer({self.box.reference}, tiers {sorted(self._keys)})"

    @property
    def tiers(self) -> frozenset[Tier]:
        return frozenset(self._keys)

    def seal(self, text: str, place: envelopes.Place, tier: Tier = Tier.ACCOUNT) -> str:
        """The envelope of a text. Raises Unopenable when this box is not open at that tier."""
        key = self.key(tier)
        return envelopes.sealed_value(key, envelopes.key_id(key), envelopes.bytes_of(text), place)

    def open(self, sealed: str, place: envelopes.Place) -> str:
        """The text of an envelope, of any tier that is open. Raises Unopenable."""
        return envelopes.text_of(self._unseal(sealed, place))

    def file_key(self, place: envelopes.Place, tier: Tier = Tier.ACCOUNT) -> tuple[bytes, str]:
        """A new 32-byte key for one file, and its sealed form for the file's row."""
        file_key, key = secrets.token_bytes(envelopes.KEY_BYTES), self.key(tier)
        return file_key, envelopes.sealed_value(key, envelopes.key_id(key), file_key, place)

    def open_file_key(self, sealed: str, place: envelopes.Place) -> bytes:
        return self._unseal(sealed, place)

    def key(self, tier: Tier) -> bytes:
        if tier not in self._keys:
            raise Unopenable(f"the box {self.box.reference} is not open at tier {tier}")
        return self._keys[tier]

    def _unseal(self, sealed: str, place: envelopes.Place) -> bytes:
        envelope = envelopes.read_envelope(sealed)
        for key in self._keys.values():
            if envelopes.key_id(key) == envelope.kid:
                return envelopes.opened_value(key, envelope, place)
        raise Unopenable(f"the box {self.box.reference} is not open for the key {envelope.kid}")


def read_sealed(
    box: OpenContainer, case: envelopes.Referenced, row: envelopes.Referenced, column: str = "sealed"
) -> str | None:
    """The decrypted text of a column of a row of a case, None if it is empty. Raises Unopenable."""
    sealed: str | None = getattr(row, column)
    return None if sealed is None else box.open(sealed, envelopes.place_of(case, row, column))


class Sealer:
    """Encrypts and decrypts by the keys of one folder. The caller audits what it opens as unit or custodian."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def digest(self, purpose: str, text: str) -> str:
        """Keyed, in hex: good for telling equal texts, and nothing else."""
        return self.keyring.digest("case-digests", f"{purpose}\0{text}")

    # Tier 1

    def seal_field(self, value: str, place: envelopes.Place) -> str:
        newest = next(iter(self.keyring.ring(RING)), None) or self.keyring.add_to_ring(RING, envelopes.key_id)
        return envelopes.sealed_value(newest.body, newest.kid, envelopes.bytes_of(value), place)

    def open_field(self, sealed: str, place: envelopes.Place) -> str:
        """The text of a tier 1 value. Raises Unopenable if it is damaged or moved, or its key is not in the ring."""
        envelope = envelopes.read_envelope(sealed)
        for one in self.keyring.ring(RING):
            if one.kid == envelope.kid:
                return envelopes.text_of(envelopes.opened_value(one.body, envelope, place))
        raise Unopenable(f"the key {envelope.kid} is not in the ring in {self.keyring.folder}")

    # Tiers 2 and 3

    def new_box(self, session: Session, box: EncryptedContainer, mailbox_public: bytes) -> OpenContainer:
        """Make the content keys of a box that was just added, sealed to its own mailbox alone."""
        opened = self.new_copy(box)
        self.share(session, opened, KeyHolder.MAILBOX, box.reference, mailbox_public)
        return opened

    def new_copy(self, box: EncryptedContainer) -> OpenContainer:
        """Make the content keys of a box that is not a mailbox. They are in memory alone until they are shared."""
        return OpenContainer(box, {tier: secrets.token_bytes(envelopes.KEY_BYTES) for tier in Tier})

    def open_as_mailbox(
        self, session: Session, box: EncryptedContainer, seed: bytes, *, of: EncryptedContainer | None = None
    ) -> OpenContainer:
        """Open a box by its complaint code's seed; or `of`, a helper's box sealed to this one. Raises Unopenable."""
        target = of or box
        wraps = _wraps(session, target, KeyHolder.MAILBOX, box.reference)
        return self._open(target, [(wrap, seed) for wrap in wraps])

    def open_as_unit(self, session: Session, box: EncryptedContainer, unit: str) -> OpenContainer:
        """Open a box at tier 2 by the unit's secret. Raises Unopenable, KeyTrouble when the secret is not here."""
        wraps = _wraps(session, box, KeyHolder.UNIT, unit)
        return self._open(box, [(wrap, self._secret(wrap)) for wrap in wraps])

    def open_all_as_unit(self, session: Session, boxes: Select[EncryptedContainer], unit: str) -> list[OpenContainer]:
        """Several boxes by one query, each as `open_as_unit` opens it."""
        existing = (
            WrappedKey.box_id == EncryptedContainer.id,
            WrappedKey.holder_kind == KeyHolder.UNIT,
            WrappedKey.holder == unit,
        )
        rows = session.execute(boxes.add_columns(WrappedKey).outerjoin(WrappedKey, and_(*existing))).all()
        return [self._open(box, [(wrap, self._secret(wrap))] if wrap else []) for box, wrap in rows]

    def open_as_custodian(self, session: Session, box: EncryptedContainer, unit: str) -> OpenContainer:
        """Open a box at tiers 2 and 3 by the secret of the unit's custodian. Raises as `open_as_unit`."""
        wraps = _wraps(session, box, KeyHolder.CUSTODIAN, unit) + _wraps(session, box, KeyHolder.UNIT, unit)
        return self._open(box, [(wrap, self._secret(wrap)) for wrap in wraps])

    def open_as_escrow(
        self, session: Session, box: EncryptedContainer, secret: bytes, *, is_bound: bool = True
    ) -> OpenContainer:
        """Open both tiers by the escrow's secret. `is_bound`: False where the server's own keys were lost."""
        wraps = _wraps(session, box, KeyHolder.ESCROW, ESCROW)
        return self._open(box, [(wrap, secret) for wrap in wraps], is_bound=is_bound)

    def share(
        self, session: Session, opened: OpenContainer, holder_kind: KeyHolder, holder: str, public: bytes | None = None
    ) -> None:
        """Let a holder open what is open here, as far as its kind may: `TIERS_OF`. A wrap it had before is replaced.

        `public` is the key of a mailbox, or one that the log need not show; without it the holder's is taken. Raises KeyTrouble
        and KeyNotLogged as `holder_keys`.
        """
        if public is None:
            recipients = holder_keys(session, self.keyring, [(holder_kind, holder)])
        else:
            recipients = [HolderKey(holder_kind, holder, envelopes.key_id_of(public), public)]
        self._share(session, opened, recipients)

    def hand_over(self, session: Session, opened: OpenContainer, unit: str) -> None:
        """On submission: let the unit, its custodian and, where there is one, the escrow open the box."""
        holders = [(KeyHolder.UNIT, unit), (KeyHolder.CUSTODIAN, unit), (KeyHolder.ESCROW, ESCROW)]
        self._share(session, opened, holder_keys(session, self.keyring, holders, optional=KeyHolder.ESCROW))

    def _share(self, session: Session, opened: OpenContainer, recipients: Sequence[HolderKey]) -> None:
        wraps = session.execute(_OF_BOX, {"box_id": opened.box.id}).scalars()
        known = {(wrap.holder_kind, wrap.holder, wrap.tier): wrap for wrap in wraps}
        for recipient in recipients:
            kind, holder, kid, _ = recipient
            tiers = opened.tiers & TIERS_OF[kind]
            if not tiers:
                raise Unopenable(f"nothing of the box {opened.box.reference} that is open here is for a {kind}")
            for tier in sorted(tiers):
                wrapped = self._wrapped(opened.box, tier, opened.key(tier), recipient)
                if (wrap := known.get((kind, holder, tier))) is not None:
                    wrap.kid, wrap.wrapped = kid, wrapped
                else:
                    session.add(
                        WrappedKey(
                            box_id=opened.box.id, tier=tier, holder_kind=kind, holder=holder, kid=kid, wrapped=wrapped
                        )
                    )

    def revoke(self, session: Session, box: EncryptedContainer, holder_kind: KeyHolder, holder: str) -> None:
        """Delete a holder's wrapped keys of a box. What the holder has read before is not undone."""
        session.execute(
            delete(WrappedKey).where(
                WrappedKey.box_id == box.id, WrappedKey.holder_kind == holder_kind, WrappedKey.holder == holder
            )
        )

    def move_to_unit(self, session: Session, box: EncryptedContainer, former: str, unit: str) -> None:
        """Seal what a unit and its custodian open of a box to another unit and its custodian instead; other holders keep theirs.

        Raises Unopenable, and KeyTrouble where a secret of the one or a key of the other is not here.
        """
        for kind in OF_UNITS:
            wraps = _wraps(session, box, kind, former)
            if wraps:
                opened = self._open(box, [(wrap, self._secret(wrap)) for wrap in wraps])
                self.share(session, opened, kind, unit)
                self.revoke(session, box, kind, former)

    def destroy(self, session: Session, box_ids: Sequence[int]) -> int:
        """Delete every wrap of these boxes, and visits that hold their seeds: after the commit no one can open them.

        Gives the number of wraps. Commit, then `db.drop_deleted`, then delete rows and files.
        """
        session.execute(delete(OpenVisit).where(OpenVisit.box_id.in_(box_ids)))
        return session.execute(delete(WrappedKey).where(WrappedKey.box_id.in_(box_ids))).rowcount  # type: ignore[attr-defined,no-any-return]

    def rewrap(self, session: Session, box: EncryptedContainer, wrap: WrappedKey) -> bool:
        """Seal one wrap anew to its holder's newest key; False when it is. Raises Unopenable, KeyTrouble.

        The escrow's secret lies off line: its wraps are made anew from what unit or custodian can open.
        """
        (recipient,) = holder_keys(session, self.keyring, [(wrap.holder_kind, wrap.holder)])
        if wrap.kid == recipient.kid:
            return False
        source = self._readable(session, box, wrap.tier) if wrap.holder_kind is KeyHolder.ESCROW else wrap
        key = self._unwrapped(box, source, self._secret(source), is_bound=True)
        wrap.kid, wrap.wrapped = recipient.kid, self._wrapped(box, Tier(wrap.tier), key, recipient)
        return True

    def enclose(self, wrap: WrappedKey) -> None:
        """Enclose a wrap to a key of X25519 alone, which cannot be made anew here, under a secret of the server."""
        if len(wrap.wrapped) == BARE_BYTES:
            wrap.wrapped = self._enclosed(wrap.wrapped, wrap.kid)

    def _enclosed(self, wrapped: bytes, kid: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._enclosing_key()).encrypt(nonce, wrapped, kid.encode())

    def _disclosed(self, enclosed: bytes, kid: str) -> bytes | None:
        try:
            return AESGCM(self._enclosing_key()).decrypt(enclosed[:12], enclosed[12:], kid.encode())
        except InvalidTag:
            return None

    def _enclosing_key(self) -> bytes:
        return envelopes.expand(self.keyring.secret("box-keys"), b"registry enclosed wrap v1")

    def add_escrow(self, session: Session, box: EncryptedContainer, tier: Tier) -> None:
        """Let the escrow open a box that was handed over before there was one. Raises Unopenable, KeyTrouble."""
        source = self._readable(session, box, tier)
        opened = OpenContainer(box, {tier: self._unwrapped(box, source, self._secret(source), is_bound=True)})
        self.share(session, opened, KeyHolder.ESCROW, ESCROW)

    # Visits

    def seal_for_visit(self, token: bytes, value: bytes, place: envelopes.Place) -> str:
        key = self._visit_key(token)
        return envelopes.sealed_value(key, envelopes.key_id(key), value, place)

    def open_for_visit(self, token: bytes, sealed: str, place: envelopes.Place) -> bytes:
        return envelopes.opened_value(self._visit_key(token), envelopes.read_envelope(sealed), place)

    def _visit_key(self, token: bytes) -> bytes:
        # The server's part: a token alone, from a browser's store, opens nothing of a dump.
        return envelopes.expand(token, b"registry visit v1", salt=self.keyring.secret("visits"))

    def _secret(self, wrap: WrappedKey) -> bytes:
        return secret_of(self.keyring, wrap.holder_kind, wrap.holder, wrap.kid)

    def _readable(self, session: Session, box: EncryptedContainer, tier: int) -> WrappedKey:
        """The wrap by which officers open a box at a tier."""
        kind = KeyHolder.UNIT if tier == Tier.ACCOUNT else KeyHolder.CUSTODIAN
        theirs = (WrappedKey.box_id == box.id, WrappedKey.tier == tier, WrappedKey.holder_kind == kind)
        found = session.execute(select(WrappedKey).where(*theirs).order_by(WrappedKey.id).limit(1)).scalar_one_or_none()
        if found is None:
            raise Unopenable(f"the box {box.reference} has no {kind} that opens tier {tier}")
        return found

    def _open(
        self, box: EncryptedContainer, existing: Sequence[tuple[WrappedKey, bytes]], *, is_bound: bool = True
    ) -> OpenContainer:
        keys = {Tier(wrap.tier): self._unwrapped(box, wrap, secret, is_bound) for wrap, secret in existing}
        if not keys:
            raise Unopenable(f"nothing of the box {box.reference} is sealed to who asks")
        return OpenContainer(box, keys)

    def _wrapped(self, box: EncryptedContainer, tier: Tier, key: bytes, recipient: HolderKey) -> bytes:
        wrapped = envelopes.seal_to(recipient.public, key + self._binding(box, tier, key))
        is_former = len(recipient.public) == envelopes.X25519_BYTES and recipient.kind is not KeyHolder.ESCROW
        return self._enclosed(wrapped, recipient.kid) if is_former else wrapped

    def _unwrapped(self, box: EncryptedContainer, wrap: WrappedKey, secret: bytes, is_bound: bool) -> bytes:
        public = envelopes.public_with(secret, wrap.kid)
        if public is None:
            raise Unopenable(f"the box {box.reference} is sealed to the key {wrap.kid}, which is another")
        is_enclosed = len(wrap.wrapped) == BARE_BYTES + _ENCLOSING_BYTES
        sealed = self._disclosed(wrap.wrapped, wrap.kid) if is_enclosed else wrap.wrapped
        opened = None if sealed is None else envelopes.open_sealed(secret, public, sealed)
        if opened is None:
            raise Unopenable(f"a wrap of the box {box.reference} for the key {wrap.kid} is damaged")
        key, binding = opened[: envelopes.KEY_BYTES], opened[envelopes.KEY_BYTES :]
        if is_bound and not hmac.compare_digest(binding, self._binding(box, Tier(wrap.tier), key)):
            raise Unopenable(f"a wrap for the key {wrap.kid} was not made here for the box {box.reference}")
        return key

    def _binding(self, box: EncryptedContainer, tier: Tier, key: bytes) -> bytes:
        stated = b"/".join((box.reference.encode(), str(int(tier)).encode(), key))
        return hmac.new(self.keyring.secret("box-keys"), stated, hashlib.sha256).digest()


def _wraps(session: Session, box: EncryptedContainer, kind: KeyHolder, holder: str) -> list[WrappedKey]:
    return list(session.execute(_OF_HOLDER, {"box_id": box.id, "kind": kind, "holder": holder}).scalars())
