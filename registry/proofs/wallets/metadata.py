"""What wallets are told of the registry: as issuer (OpenID4VCI 1.0, 12.2) and as authorization server (RFC 8414)."""

from datetime import datetime
from typing import Any

from registry.core.settings import Settings
from registry.proofs.credentials.signing import compact_jws
from registry.proofs.wallets import rules
from registry.proofs.wallets.grants import PRE_AUTHORIZED
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.trust import Trust
from registry.vocabulary.licensing import WalletForm

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
            "display": rules.displays(rules.NAMES[form]),
            "claims": rules.claim_labels(form),
            # ARF 3.0, method B (ETSI TS 119 472-3): one credential is shown often, and renewed in time.
            "credential_reuse_policy": {
                "id": "arf_annex_ii",
                "options": [{"details": ["limited_time"], "reissue_trigger_lifetime_left": RENEWED_BEFORE}],
            },
        },
    }


def signed_metadata(issuer: WalletIssuer, trust: Trust, at: datetime) -> str:
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
        "grant_types_supported": ["authorization_code", PRE_AUTHORIZED, "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ES256,
        "token_endpoint_auth_methods_supported": ["attest_jwt_client_auth", "attest_jwt_client_auth_dpop"],
        "client_attestation_signing_alg_values_supported": ES256,
        "client_attestation_pop_signing_alg_values_supported": ES256,
        "authorization_response_iss_parameter_supported": True,
        "pre-authorized_grant_anonymous_access_supported": False,
    }
