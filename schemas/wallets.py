"""What wallets send and get by OpenID4VCI 1.0 and OpenID4VP 1.0: names and errors are those of the specifications."""

from typing import Any

from marshmallow import fields

from schemas import out
from schemas.base import OutSchema


def _seconds(description: str) -> fields.Integer:
    return out.integer(description, metadata={"minimum": 0})


def _objects(description: str) -> fields.List[Any]:
    return out.list_of(fields.Dict(), description)


class OAuthErrorSchema(OutSchema):
    """A refusal (RFC 6749, 5.2). The code is for programs."""

    error = out.string("Code of RFC 6749, RFC 9449, OpenID4VCI 1.0 or OpenID4VP 1.0, such as `invalid_grant`.")
    error_description = out.string("What was wrong and what to do, in English.")


class WalletIssuerSchema(OutSchema):
    """Metadata of the issuer (OpenID4VCI 1.0, 12.2.4)."""

    credential_issuer = out.string("Address of the issuer, which is its name.")
    credential_endpoint = out.string("Where credentials are had.")
    nonce_endpoint = out.string("Where nonces for proofs are had.")
    credential_configurations_supported = out.dict_of(
        fields.Dict(), "By its name each credential: format, type, proofs, and what wallets show."
    )
    display = _objects("The issuer's name.")
    issuer_info = out.list_of(
        fields.Dict(), "The registration certificate, where the operator has one.", required=False
    )


class WalletServerSchema(OutSchema):
    """Metadata of the authorization server (RFC 8414). It has more members than are listed here."""

    issuer = out.string("Address of the server, which is its name.")
    authorization_endpoint = out.string("Where the agency's representative allows it, in a browser.")
    pushed_authorization_request_endpoint = out.string("Where a request is pushed (RFC 9126).")
    token_endpoint = out.string("Where tokens are had.")
    challenge_endpoint = out.string("Where challenges for wallet attestations are had.")


class WalletNonceSchema(OutSchema):
    c_nonce = out.string("A nonce for one proof, good for five minutes.")


class WalletChallengeSchema(OutSchema):
    attestation_challenge = out.string("A challenge for one wallet attestation, good for five minutes.")


class PushedRequestSchema(OutSchema):
    request_uri = out.string("With it the wallet leads the browser to the authorization endpoint.")
    expires_in = _seconds("Seconds for which it is good.")


class WalletTokensSchema(OutSchema):
    access_token = out.string("Bound to the key of the DPoP proof.")
    token_type = out.string("`DPoP`.")
    expires_in = _seconds("Seconds for which the access token is good.")
    refresh_token = out.string("Gets another access token, for a year. It stays the same.")


class ProofsSchema(OutSchema):
    """Exactly one of the two, with one proof in it."""

    jwt = out.strings("Signed by the new key, with its attestation in the header.", required=False)
    attestation = out.strings("The attestation of the new key, with a nonce of ours.", required=False)


class CredentialRequestSchema(OutSchema):
    credential_configuration_id = out.string(
        "Name of the credential, as the metadata has it: the one that the token is for."
    )
    proofs = out.nested(ProofsSchema, "That the wallet holds the key which the credential is bound to.")


class IssuedCredentialSchema(OutSchema):
    credential = out.string("SD-JWT VC in compact form.")


class IssuedCredentialsSchema(OutSchema):
    credentials = out.list_of(IssuedCredentialSchema, "One: there are no batches.")


class PresentationAnsweredSchema(OutSchema):
    redirect_uri = out.string(
        "Where the holder's browser goes on the same device; absent where the asker named no address.", required=False
    )
