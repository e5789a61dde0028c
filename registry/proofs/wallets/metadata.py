"""What wallets are told of the registry: as issuer (OpenID4VCI 1.0, 12.2) and as authorization server (RFC 8414).

And its own keys as a list of trusted entities (ETSI TS 119 602, JSON, JAdES compact), which says what the trust file says
(docs/users/proofs.md): under which root licences and staff cards are signed, and where the log is. It is signed by the
credential key, whose certificate names the operator as the list does (clause 6.8).
"""

import hashlib
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from registry.core.keyring import KeyState, Signer, Use
from registry.core.settings import Settings
from registry.log.queries import LoggedKey
from registry.proofs.credentials.rules import base64url
from registry.proofs.credentials.signing import compact_jws
from registry.proofs.wallets import grants, issuing, rules
from registry.proofs.wallets.trust import Trust
from registry.vocabulary.supervision import WalletForm

SIGNED_TYPE = "openidvci-issuer-metadata+jwt"
SIGNED_FOR = 86_400
RENEWED_BEFORE = 4 * 86_400
"""Seconds before the end of a credential at which a wallet fetches the next one."""

PAR, TOKEN, CHALLENGE, NONCE, CREDENTIAL = (
    f"/wallets/{name}" for name in ("par", "token", "challenge", "nonce", "credential")
)
AUTHORIZE = "/console/wallets/authorize"
ES256 = ["ES256"]


def issuer_metadata(issuer: rules.Issuer, trust: Trust) -> dict[str, Any]:
    registered = [] if trust.registration is None else [{"format": "registration_cert", "data": trust.registration}]
    return {
        "credential_issuer": issuer.url,
        "credential_endpoint": issuer.url + CREDENTIAL,
        "nonce_endpoint": issuer.url + NONCE,
        "credential_configurations_supported": {form: _configuration(issuer, form) for form in WalletForm},
        "display": [{"name": issuer.operator.name, "locale": "en"}],
    } | ({"issuer_info": registered} if registered else {})


def _configuration(issuer: rules.Issuer, form: WalletForm) -> dict[str, Any]:
    proof = {"proof_signing_alg_values_supported": ES256, "key_attestations_required": {}}
    return {
        "format": "dc+sd-jwt",
        "scope": form,
        "vct": rules.type_address(issuer.url, form),
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ES256,
        "proof_types_supported": {"jwt": proof, "attestation": proof},
        "credential_metadata": {
            "display": rules.displays(form),
            "claims": rules.claim_labels(form),
            # ARF 3.0, method B (ETSI TS 119 472-3): one credential is shown often, and renewed in time.
            "credential_reuse_policy": {
                "id": "arf_annex_ii",
                "options": [{"details": ["limited_time"], "reissue_trigger_lifetime_left": RENEWED_BEFORE}],
            },
        },
    }


def signed_metadata(issuer: issuing.WalletIssuer, trust: Trust, at: datetime) -> str:
    """The issuer metadata as a JWT: by the access certificate, where the operator has one, else by the credential key."""
    seconds = int(at.timestamp())
    url = issuer.issuer.url
    claims = issuer_metadata(issuer.issuer, trust)
    claims |= {"iss": url, "sub": url, "iat": seconds, "exp": seconds + SIGNED_FOR}
    if trust.access is not None:
        return trust.access.jws(SIGNED_TYPE, claims)
    return compact_jws(SIGNED_TYPE, claims, issuer.signer())


def server_metadata(settings: Settings) -> dict[str, Any]:
    url = settings.public_url
    return {
        "issuer": url,
        "authorization_endpoint": settings.console_address + AUTHORIZE,
        "pushed_authorization_request_endpoint": url + PAR,
        "require_pushed_authorization_requests": True,
        "token_endpoint": url + TOKEN,
        "challenge_endpoint": url + CHALLENGE,
        "scopes_supported": list(WalletForm),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", grants.PRE_AUTHORIZED, "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ES256,
        "token_endpoint_auth_methods_supported": ["attest_jwt_client_auth", "attest_jwt_client_auth_dpop"],
        "client_attestation_signing_alg_values_supported": ES256,
        "client_attestation_pop_signing_alg_values_supported": ES256,
        "authorization_response_iss_parameter_supported": True,
        "pre-authorized_grant_anonymous_access_supported": False,
    }


LIFE = timedelta(days=1)
"""Until when a reader may keep the list."""


def trust_list(issuer: rules.Issuer, origin: str, keys: Iterable[LoggedKey], signer: Signer, at: datetime) -> str:
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


def _registry(issuer: rules.Issuer, origin: str, roots: list[str]) -> dict[str, Any]:
    about = [{"lang": "en", "uriValue": issuer.url}]
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


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
