"""What wallets send and get, requests of organisations to wallets, and what came of them.

What wallets themselves read and write is by OpenID4VCI 1.0 and OpenID4VP 1.0: names and errors are those of the
specifications.
"""

from typing import Any

from marshmallow import fields

from registry.vocabulary.supervision import Ask, PresentationState, Refusal
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.credentials import AnswerTodaySchema
from schemas.fields import Country, Line, Word


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
    expires_in = out.count("Seconds for which it is good.")


class WalletTokensSchema(OutSchema):
    access_token = out.string("Bound to the key of the DPoP proof.")
    token_type = out.string("`DPoP`.")
    expires_in = out.count("Seconds for which the access token is good.")
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


class PresentationAskSchema(InSchema):
    """What a wallet is asked for, why, and for which job the verdict is."""

    ask = Word(Ask, required=True)
    purpose = Line(
        "Why you ask. The wallet shows it to the holder.",
        required=True,
        max_length=200,
        example="To see who recruits at our gate",
    )
    origin = Country("Where workers are recruited.")
    destination = Country("Where the job is.")
    nationality = Country("The worker's. The law of many destinations turns on it.")
    return_url = Line(
        "An https address of yours to which a wallet on the same device leads back, with `response_code`.",
        max_length=500,
        example="https://recruiting.example.org/checked",
    )


class PresentationAskedSchema(OutSchema):
    """A request. The holder's wallet opens `link`."""

    presentation_id = out.string()
    link = out.string("For a wallet on the same device: `haip-vp://`.")
    qr = out.string("The link as QR code: an SVG picture as a data: address.")
    until = out.instant("Then it is deleted with its result.")


class PresentationReadSchema(InSchema):
    response_code = Line("As it came to `return_url`.", max_length=100)


class ShownPersonSchema(OutSchema):
    """Of whom the agency says that they act for it. The registry repeats the agency's word."""

    card_id = out.string()
    given_name = out.string()
    family_name = out.string()
    portrait_digest = out.string("`sha256-` and the base64 of the portrait's SHA-256.", allow_none=True)


class PresentationSchema(OutSchema):
    """What came of a request. Nothing is shown before `state` is `shown`."""

    presentation_id = out.string()
    ask = out.one_of(Ask)
    state = out.one_of(PresentationState)
    refusal = out.one_of(Refusal, allow_none=True)
    agency_id = out.string(allow_none=True)
    agency_names = out.strings()
    licence_id = out.string(allow_none=True)
    person = out.nested(ShownPersonSchema, allow_none=True)
    today = out.nested(
        AnswerTodaySchema, "The verdict on the licence today, for the job that was stated.", allow_none=True
    )
    until = out.instant()
