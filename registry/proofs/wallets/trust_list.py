"""The registry's own keys as a list of trusted entities (ETSI TS 119 602, JSON, JAdES compact), for readers of such lists.

The list says what the trust file says (docs/users/proofs.md): under which root licences and staff cards are signed, and where the
log is. It is signed by the credential key, whose certificate names the operator as the list does (clause 6.8).
"""

import hashlib
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from registry.core.keyring import KeyState, Signer, Use
from registry.log.queries import LoggedKey
from registry.proofs.credentials.rules import base64url
from registry.proofs.wallets.rules import Issuer

LIFE = timedelta(days=1)
"""Until when a reader may keep the list."""


def trust_list(issuer: Issuer, origin: str, keys: Iterable[LoggedKey], signer: Signer, at: datetime) -> str:
    """The signed list at an instant. `keys` are those of the log; its number grows with each change of them."""
    known = list(keys)
    roots = [key for key in known if key.use is Use.ROOT and key.state is KeyState.ACTIVE and key.certificate]
    claims = {
        "LoTE": {
            "ListAndSchemeInformation": {
                "LoTEVersionIdentifier": 1,
                "LoTESequenceNumber": 1 + max((key.index for key in known), default=0),
                "LoTEType": f"{issuer.url}/.well-known/lote",
                "SchemeOperatorName": _words(issuer.operator.name),
                "SchemeTerritory": issuer.operator.country,
                "ListIssueDateTime": _instant(at),
                "NextUpdate": _instant(at + LIFE),
            },
            "TrustedEntitiesList": [_registry(issuer, origin, [str(key.certificate) for key in roots])],
        }
    }
    certificate = signer.key.certificate or ""
    header = {
        "alg": "ES256",
        "typ": "JOSE",
        "iat": int(at.timestamp()),
        "x5c": [certificate],
        "x5t#S256": base64url(hashlib.sha256(b64decode(certificate)).digest()),
    }
    text = ".".join(base64url(msgspec.json.encode(part)) for part in (header, claims))
    return f"{text}.{base64url(signer.sign(text.encode()))}"


def _registry(issuer: Issuer, origin: str, roots: list[str]) -> dict[str, Any]:
    about = _links(issuer.url)
    address = {"lang": "en", "StreetAddress": "-", "Country": issuer.operator.country}
    return {
        "TrustedEntityInformation": {
            "TEName": _words(issuer.operator.name),
            "TETradeName": _words(issuer.operator.identifier),
            "TEAddress": {"TEPostalAddress": [address], "TEElectronicAddress": about},
            "TEInformationURI": about,
        },
        "TrustedEntityServices": [
            {
                "ServiceInformation": {
                    "ServiceName": _words("Recruitment licences and staff cards of recruiters"),
                    "ServiceTypeIdentifier": f"{issuer.url}/vct/recruitment-licence/v2",
                    "ServiceDigitalIdentity": {"X509Certificates": [{"val": one} for one in roots]},
                    "ServiceSupplyPoints": [
                        {
                            "ServiceType": f"{issuer.url}/.well-known/registry-trust.json",
                            "uriValue": f"https://{origin}",
                        }
                    ],
                }
            }
        ],
    }


def _words(text: str) -> list[dict[str, str]]:
    return [{"lang": "en", "value": text}]


def _links(address: str) -> list[dict[str, str]]:
    return [{"lang": "en", "uriValue": address}]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
