"""What wallets send and get by OpenID4VCI 1.0 and OpenID4VP 1.0: names and errors are those of the specifications."""

from typing import Any

from marshmallow import fields

from schemas.base import OutSchema


def _text(description: str) -> fields.String:
    return fields.String(required=True, metadata={"description": description})


def _seconds(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description, "minimum": 0})


def _objects(description: str) -> fields.List[Any]:
    return fields.List(fields.Dict(), required=True, metadata={"description": description})


class OAuthErrorSchema(OutSchema):
    """A refusal (RFC 6749, 5.2). The code is for programs."""

    error = _text("Code of RFC 6749, RFC 9449, OpenID4VCI 1.0 or OpenID4VP 1.0, such as `invalid_grant`.")
    error_description = _text("What was wrong and what to do, in English.")


class WalletIssuerSchema(OutSchema):
    """Metadata of the issuer (OpenID4VCI 1.0, 12.2.4)."""

    credential_issuer = _text("Address of the issuer, which is its name.")
    credential_endpoint = _text("Where credentials are had.")
    nonce_endpoint = _text("Where nonces for proofs are had.")
    credential_configurations_supported = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(),
        required=True,
        metadata={"description": "By its name each credential: format, type, proofs, and what wallets show."},
    )
    display = _objects("The issuer's name.")
    issuer_info = fields.List(
        fields.Dict(), metadata={"description": "The registration certificate, where the operator has one."}
    )


class WalletServerSchema(OutSchema):
    """Metadata of the authorization server (RFC 8414). It has more members than are listed here."""

    issuer = _text("Address of the server, which is its name.")
    authorization_endpoint = _text("Where the agency's representative allows it, in a browser.")
    pushed_authorization_request_endpoint = _text("Where a request is pushed (RFC 9126).")
    token_endpoint = _text("Where tokens are had.")
    challenge_endpoint = _text("Where challenges for wallet attestations are had.")


class WalletNonceSchema(OutSchema):
    c_nonce = _text("A nonce for one proof, good for five minutes.")


class WalletChallengeSchema(OutSchema):
    attestation_challenge = _text("A challenge for one wallet attestation, good for five minutes.")


class PushedRequestSchema(OutSchema):
    request_uri = _text("With it the wallet leads the browser to the authorization endpoint.")
    expires_in = _seconds("Seconds for which it is good.")


class WalletTokensSchema(OutSchema):
    access_token = _text("Bound to the key of the DPoP proof.")
    token_type = _text("`DPoP`.")
    expires_in = _seconds("Seconds for which the access token is good.")
    refresh_token = _text("Gets another access token, for a year. It stays the same.")


class ProofsSchema(OutSchema):
    """Exactly one of the two, with one proof in it."""

    jwt = fields.List(
        fields.String(), metadata={"description": "Signed by the new key, with its attestation in the header."}
    )
    attestation = fields.List(
        fields.String(), metadata={"description": "The attestation of the new key, with a nonce of ours."}
    )


class CredentialRequestSchema(OutSchema):
    credential_configuration_id = _text(
        "Name of the credential, as the metadata has it: the one that the token is for."
    )
    proofs = fields.Nested(
        ProofsSchema,
        required=True,
        metadata={"description": "That the wallet holds the key which the credential is bound to."},
    )


class IssuedCredentialSchema(OutSchema):
    credential = _text("SD-JWT VC in compact form.")


class IssuedCredentialsSchema(OutSchema):
    credentials = fields.List(
        fields.Nested(IssuedCredentialSchema), required=True, metadata={"description": "One: there are no batches."}
    )


class PresentationAnsweredSchema(OutSchema):
    redirect_uri = fields.String(
        metadata={
            "description": "Where the holder's browser goes on the same device; absent where the asker named no address."
        }
    )
