"""Presentations: a verifier asks for a licence or a staff card, a wallet answers, and the verifier reads what came of it.

The protocol is OpenID4VP 1.0 as HAIP 1.0 profiles it. A request lives for five minutes, and then nothing of it is left. The
wallet's answer is encrypted to a key of that request alone; what it showed is sealed, and names no one in a dump.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from cryptography import x509
from joserfc import errors, jwe, jwk
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of
from registry.core import ids, outbox
from registry.core.db.locking import find
from registry.core.errors import NotFound
from registry.core.keyring import Keyring
from registry.log.queries import logged_keys
from registry.proofs.credentials.rules import base64url
from registry.proofs.wallets import presented, rules, staff, status
from registry.proofs.wallets.models import Presentation
from registry.vocabulary.supervision import Ask, PresentationEnd, PresentationState, Refusal, WalletForm

LIFE = timedelta(minutes=5)
REQUEST_TYPE = "oauth-authz-req+jwt"
WALLETS = "https://self-issued.me/v2"
"""The audience of a request that any wallet may answer (OpenID4VP 1.0, 5.8)."""

MAX_ANSWER = 64 * 1024

_ENCRYPTION = jwe.JWERegistry(algorithms=["ECDH-ES", "A128GCM", "A256GCM"])
_METADATA = {
    "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}},
    "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
}


_FORMS: Mapping[Ask, Sequence[WalletForm]] = {
    Ask.LICENCE: (WalletForm.LICENCE,),
    Ask.CARD: (WalletForm.STAFF_CARD,),
    Ask.BOTH: (WalletForm.LICENCE, WalletForm.STAFF_CARD),
}
_IDS = {WalletForm.LICENCE: "licence", WalletForm.STAFF_CARD: "card"}
_PATHS: Mapping[WalletForm, Sequence[Sequence[str]]] = {
    WalletForm.LICENCE: (("agency", "agency_id"), ("licence", "licence_id")),
    WalletForm.STAFF_CARD: (
        ("agency", "agency_id"),
        ("licence_id",),
        ("acts_as",),
        ("given_name",),
        ("family_name",),
        ("portrait_digest",),
    ),
}
"""What is asked for, and no more. A wallet offers no credential that lacks some of it: names of people are in no licence,
and a card may have no `_OPTIONAL`."""

_OPTIONAL = "portrait_digest"
_NEEDED = {WalletForm.LICENCE: (), WalletForm.STAFF_CARD: ("given_name", "family_name")}
"""What must be disclosed of what may be kept back."""


class _Secrets(msgspec.Struct):
    """What a request keeps to itself: the token in its addresses, its nonce, and the private JWK that opens the answer."""

    token: str
    nonce: str
    key: dict[str, str]


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a genuine presentation showed. `card_id` and the rest of a person are there where a card came."""

    agency_id: str
    agency_names: list[str]
    licence_id: str
    card_id: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    portrait_digest: str | None = None


class Asked(NamedTuple):
    """A request that was made, and the token that reads its result where no organisation asked."""

    presentation: Presentation
    reader: str


class Received(NamedTuple):
    """A presentation that was answered, and the code that a wallet on the same device brings back."""

    presentation: Presentation
    code: str


class Unreadable(Exception):
    """A wallet's answer that cannot be read: the wallet is told, and the request stays open."""


class Verifier(NamedTuple):
    """In whose name is asked. `x5c` is the chain of certificates of what `sign` signs with, its own first, as headers have it.

    `root` is the certificate (DER in base64) under which what wallets show was issued; `registration` a JWT, if there is one.
    """

    url: str
    x5c: tuple[str, ...]
    sign: Callable[[bytes], bytes]
    root: str
    registration: str | None = None

    @property
    def client_id(self) -> str:
        """By the certificate that signs requests (OpenID4VP 1.0, 5.9.3)."""
        return f"x509_hash:{base64url(hashlib.sha256(b64decode(self.x5c[0])).digest())}"

    @property
    def authority(self) -> str:
        """Of the root: what the `aki` of credentials that are asked for must be."""
        root = x509.load_der_x509_certificate(b64decode(self.root))
        return base64url(root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)

    def signed(self, claims: Mapping[str, Any]) -> str:
        """A request as a JWT."""
        header = {"alg": "ES256", "typ": REQUEST_TYPE, "x5c": self.x5c}
        text = ".".join(base64url(msgspec.json.encode(part)) for part in (header, claims))
        return f"{text}.{base64url(self.sign(text.encode()))}"


def begin(
    session: Session,
    keyring: Keyring,
    verifier: Verifier,
    at: datetime,
    *,
    ask: Ask,
    purpose: str,
    name: str,
    job: Mapping[str, Any],
    organisation_id: int | None = None,
    return_url: str | None = None,
) -> Asked:
    """A request to any wallet that is led to it. `name` says who asks, `purpose` why; both are signed and shown."""
    forget(session, at)
    token, reader, reference = secrets.token_urlsafe(24), secrets.token_urlsafe(24), ids.new_reference()
    key = jwk.ECKey.generate_key("P-256", parameters={"use": "enc", "alg": "ECDH-ES", "kid": "1"})
    stored = _Secrets(
        token, secrets.token_urlsafe(24), {name: str(value) for name, value in key.as_dict(private=True).items()}
    )
    made = Presentation(
        reference=reference,
        token=digest_of(token),
        reader=None if organisation_id is not None else digest_of(reader),
        organisation_id=organisation_id,
        ask=ask,
        purpose=purpose,
        verifier=name,
        return_url=return_url,
        job=dict(job),
        sealed=keyring.seal(staff.SECRET, f"{reference} request", msgspec.json.encode(stored)),
        state=PresentationState.WAITING,
        until=at + LIFE,
    )
    session.add(made)
    session.flush()
    return Asked(made, reader)


def link_of(keyring: Keyring, verifier: Verifier, asked: Presentation) -> str:
    """What a wallet opens to answer a request that waits (HAIP 1.0, 5.1)."""
    token = _secrets_of(keyring, asked).token
    return f"haip-vp://?{urlencode({'client_id': verifier.client_id, 'request_uri': address_of(verifier.url, token)})}"


def address_of(url: str, token: str) -> str:
    """Where a wallet fetches a request; it answers one step below."""
    return f"{url}/presentations/{token}"


def request_object(
    session: Session, keyring: Keyring, verifier: Verifier, token: str, at: datetime, wallet_nonce: str | None = None
) -> str:
    """The signed request of a token, a JWT. Raises NotFound where it is over or was answered."""
    asked = _waiting(session, token, at)
    stored = _secrets_of(keyring, asked)
    public = {name: value for name, value in stored.key.items() if name != "d"}
    claims: dict[str, Any] = {
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt",
        "client_id": verifier.client_id,
        "response_uri": f"{address_of(verifier.url, token)}/answer",
        "aud": WALLETS,
        "nonce": stored.nonce,
        "state": token,
        "iat": int(at.timestamp()),
        "exp": int(asked.until.timestamp()),
        "dcql_query": {"credentials": [_query(verifier, form) for form in _FORMS[asked.ask]]},
        "client_metadata": _METADATA | {"client_name": asked.verifier, "jwks": {"keys": [public]}},
        "purpose": asked.purpose,
    }
    if verifier.registration is not None:
        claims["verifier_info"] = [{"format": "registration_cert", "data": verifier.registration}]
    if wallet_nonce is not None:
        claims["wallet_nonce"] = wallet_nonce
    return verifier.signed(claims)


def _query(verifier: Verifier, form: WalletForm) -> dict[str, Any]:
    claims = {path[-1]: {"id": path[-1], "path": list(path)} for path in _PATHS[form]}
    query = {
        "id": _IDS[form],
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [rules.type_address(verifier.url, form)]},
        "trusted_authorities": [{"type": "aki", "values": [verifier.authority]}],
        "claims": list(claims.values()),
    }
    if _OPTIONAL in claims:
        # Sets by preference (OpenID4VP 1.0, 6.4.1).
        query["claim_sets"] = [list(claims), [name for name in claims if name != _OPTIONAL]]
    return query


def receive(session: Session, keyring: Keyring, verifier: Verifier, token: str, body: str, at: datetime) -> Received:
    """Take a wallet's answer: it counts once, whether it is genuine or not. The caller commits.

    Raises NotFound where the request is over or was answered, and Unreadable for what does not decrypt, which changes nothing.
    """
    asked = _waiting(session, token, at, locks=True)
    stored = _secrets_of(keyring, asked)
    answer = _decrypted(body, stored.key)
    if answer.get("state") != token:
        raise Unreadable("the answer is to another request")
    try:
        shown = _read_answer(session, asked.ask, answer, verifier, stored.nonce, at)
    except presented.Refused as error:
        return _settled(session, asked, error.reason)
    asked.result = keyring.seal(staff.SECRET, f"{asked.reference} result", msgspec.json.encode(shown))
    return _settled(session, asked)


def decline(session: Session, token: str, state: str, at: datetime) -> Received:
    """Take a wallet's word, in the clear, that it shows nothing (OpenID4VP 1.0, 8.5). The caller commits.

    Raises NotFound where the request is over or was answered, and Unreadable for another request's state.
    """
    asked = _waiting(session, token, at, locks=True)
    if state != token:
        raise Unreadable("the answer is to another request")
    return _settled(session, asked, Refusal.DECLINED)


def _settled(session: Session, asked: Presentation, refusal: Refusal | None = None) -> Received:
    """The request as it ended; nothing is decrypted any more. An organisation is told, and reads what was shown by its key."""
    asked.state = PresentationState.SHOWN if refusal is None else PresentationState.REFUSED
    asked.refusal, asked.sealed = refusal, ""
    announce(session, asked, PresentationEnd(asked.state))
    code = secrets.token_urlsafe(24)
    if asked.return_url is not None:
        asked.return_code = digest_of(code)
    session.flush()
    return Received(asked, code)


def announce(session: Session, asked: Presentation, end: PresentationEnd) -> None:
    """Have the organisation that asked, if one did, told that a request ended, and how."""
    if asked.organisation_id is not None:
        details = {"organisation_id": asked.organisation_id, "state": end}
        outbox.enqueue(session, outbox.OutboxType.PRESENTATION_FINISHED, asked.reference, details)


def _decrypted(body: str, key: dict[str, str]) -> dict[str, Any]:
    if len(body) > MAX_ANSWER:
        raise Unreadable("the answer is too large")
    try:
        opened = jwe.decrypt_compact(body, jwk.ECKey.import_key(dict[str, Any](key)), registry=_ENCRYPTION)
        found = msgspec.json.decode(opened.plaintext or b"")
    except (errors.JoseError, ValueError, TypeError, KeyError, msgspec.DecodeError):
        raise Unreadable("the answer is not encrypted as the request asks") from None
    if not isinstance(found, dict):
        raise Unreadable("the answer is no object")
    return found


def _read_answer(
    session: Session, ask: Ask, answer: Mapping[str, Any], verifier: Verifier, nonce: str, at: datetime
) -> Shown:
    """What an answer shows. Raises Refused."""
    tokens = answer.get("vp_token")
    if not isinstance(tokens, dict):
        # A wallet that has nothing, or whose holder declined, says so by `error` (OpenID4VP 1.0, 8.5).
        raise presented.Refused(Refusal.DECLINED if "error" in answer else Refusal.MALFORMED)
    forms = _FORMS[ask]
    if set(tokens) != {_IDS[form] for form in forms}:
        raise presented.Refused(Refusal.INCOMPLETE)
    keys = logged_keys(session)
    found: dict[WalletForm, presented.Presented] = {}
    for form in forms:
        match tokens[_IDS[form]]:
            case [str(token)]:
                vct, integrity = rules.type_of(verifier.url, form)
                wanted = presented.Wanted(verifier.url, vct, integrity, _NEEDED[form], nonce, verifier.client_id)
                found[form] = presented.read_presentation(token, wanted, keys, int(at.timestamp()))
            case _:
                raise presented.Refused(Refusal.INCOMPLETE)
    subjects = {form: status.require_in_force(session, form, one, verifier.url, at) for form, one in found.items()}
    return _joined(found, subjects)


def _joined(found: Mapping[WalletForm, presented.Presented], subjects: Mapping[WalletForm, status.Subject]) -> Shown:
    """What was shown as one. Raises Refused where card and licence are not of one agency."""
    if len({(one.agency_id, one.licence_id) for one in subjects.values()}) != 1:
        raise presented.Refused(Refusal.ANOTHER_AGENCY)
    one = next(iter(subjects.values()))
    claims = next(iter(found.values())).claims
    shown = Shown(one.agency_id, list(claims["agency"].get("names", [])), one.licence_id)
    if WalletForm.STAFF_CARD not in found:
        return shown
    person = found[WalletForm.STAFF_CARD].claims
    stated = {name: person.get(name) for name in ("given_name", "family_name", "portrait_digest")}
    return msgspec.structs.replace(shown, card_id=subjects[WalletForm.STAFF_CARD].card_id, **stated)


def result_of(keyring: Keyring, asked: Presentation) -> Shown | None:
    """What was shown; None while the wallet has not answered, and where its answer was refused."""
    if asked.result is None:
        return None
    return msgspec.json.decode(keyring.unseal(staff.SECRET, f"{asked.reference} result", asked.result), type=Shown)


def presentation_of(
    session: Session,
    at: datetime,
    *,
    reader: str | None = None,
    organisation_id: int | None = None,
    reference: str = "",
) -> Presentation:
    """One that lives, for who may read it: by its reader's token, or as its organisation. Raises NotFound."""
    its = (
        (Presentation.organisation_id == organisation_id, Presentation.reference == reference)
        if reader is None
        else (Presentation.reader == digest_of(reader),)
    )
    missing = "there is no such presentation; one is kept for five minutes"
    return find(session, Presentation, *its, Presentation.until > at, missing=missing)


def is_return_code(asked: Presentation, code: str | None) -> bool:
    return code is not None and hmac.compare_digest(digest_of(code), asked.return_code or "")


def forget(session: Session, at: datetime) -> int:
    """Delete those whose time is over. Who waits for one that no wallet answered is told."""
    unanswered = select(Presentation).where(Presentation.until <= at, Presentation.state == PresentationState.WAITING)
    for asked in session.execute(unanswered.with_for_update()).scalars():
        announce(session, asked, PresentationEnd.EXPIRED)
    gone = session.execute(delete(Presentation).where(Presentation.until <= at))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _waiting(session: Session, token: str, at: datetime, *, locks: bool = False) -> Presentation:
    query = select(Presentation).where(
        Presentation.token == digest_of(token), Presentation.state == PresentationState.WAITING, Presentation.until > at
    )
    found = session.execute(query.with_for_update() if locks else query).scalar_one_or_none()
    if found is None:
        raise NotFound("this request is over or was answered: ask for another one")
    return found


def _secrets_of(keyring: Keyring, asked: Presentation) -> _Secrets:
    return msgspec.json.decode(keyring.unseal(staff.SECRET, f"{asked.reference} request", asked.sealed), type=_Secrets)
