"""Answers of addresses that give documents: dataset, feed of changes, range files, trust file, keys and issuer.

Their bytes are made where they are signed; here is what a program may read in them.
"""

from typing import Any

from marshmallow import fields

from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf

HASH = "SHA-256 in hexadecimal digits."


def _text(description: str, **more: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **more)


def _number(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description, "minimum": 0})


def _list(inner: fields.Field[Any], description: str) -> fields.List[Any]:
    return fields.List(inner, required=True, metadata={"description": description})


def _version() -> fields.Integer:
    return _number("Version of this form; a reader refuses one that it does not know.")


class DatasetHeadSchema(OutSchema):
    origin = _text("Name of the log.")
    size = _number("How many entries the head is over: the feed of changes goes on from here.")
    root = _text("Root of the tree, Base64.")
    head = _text("The signed note (C2SP).")


class DatasetTableSchema(OutSchema):
    sha256 = _text("Of its JSON Lines. " + HASH)
    rows = _number("How many rows it has.")


class DatasetFileSchema(OutSchema):
    name = _text("Name, to be asked for at `/dataset/{snapshot}/{file}`.")
    media_type = _text("Media type.")
    bytes = _number("Its size.")
    sha256 = _text(HASH)
    table = fields.String(metadata={"description": "The table that it holds; absent where it holds none."})
    rows = fields.Integer(metadata={"description": "Rows of that table.", "minimum": 0})


class DatasetDeltaSchema(OutSchema):
    from_ = fields.String(data_key="from", required=True, metadata={"description": "The snapshot that it leads from."})
    to = _text("The snapshot that it leads to.")
    file = _text("Name, to be asked for at `/dataset/deltas/{delta}`.")
    sha256 = _text(HASH)
    rows = _number("How many lines it has after the first.")


class DatasetManifestSchema(OutSchema):
    v = _version()
    name = _text("Name of the snapshot: its day, and the size of the log.")
    registry = _text("Address of the registry.")
    day = fields.Date(required=True, metadata={"description": "The day in UTC."})
    made_at = Instant(required=True, metadata={"description": "When it was made."})
    licence = _text("Licence of the data, as SPDX has it.")
    licence_address = _text("The licence's address in the EU's list.", allow_none=True)
    notice = _text("What the data does not say; show it with them.")
    is_demo = fields.Boolean(required=True, metadata={"description": "Whether all of it is invented."})
    log = fields.Nested(DatasetHeadSchema, required=True, metadata={"description": "The head that it was read at."})
    tables = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(DatasetTableSchema),
        required=True,
        metadata={"description": "By name: `licences` and `events`."},
    )
    left_out = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, metadata={"description": "What is not in it."}
    )
    files = _list(fields.Nested(DatasetFileSchema), "All files of the snapshot.")
    absent_formats = _list(fields.String(), "Forms in which this snapshot was not made.")
    deltas = _list(fields.Nested(DatasetDeltaSchema), "Deltas that lead here, the newest first.")


class DatasetSchema(OutSchema):
    v = _version()
    name = _text("Name of the newest snapshot.")
    log_index = _number("Index of the log's entry that holds the hash of the manifest.")
    manifest_sha256 = _text("Of `manifest.json` as it is served. " + HASH)
    manifest = fields.Nested(DatasetManifestSchema, required=True, metadata={"description": "What the manifest says."})


class ChangeRowSchema(OutSchema):
    index = _number("Index of the log's entry.")
    at = fields.String(required=True, metadata={"description": "When it was published.", "format": "date-time"})
    type = _text("What happened; `event.withheld` where the law no longer lets it be told.")
    agency_id = _text("Reference of the agency that it is about.")
    licence_id = _text("Reference of the licence that it is about, if it is about one.", allow_none=True)
    agreement_id = _text("Reference of the agreement that it is about, if it is about one.", allow_none=True)
    source = _text("Reference of the list or authority that it comes from.", allow_none=True)
    proof = _text("Where the proof of its entry is.")


class ChangeItemSchema(OutSchema):
    id = _text("Id of the item, the same for good.")
    url = _text("Page of the agency.")
    title = _text("What happened, and to whom.")
    content_text = _text("The same.")
    date_published = Instant(required=True, metadata={"description": "When it was published."})
    _registry = fields.Nested(ChangeRowSchema, required=True, metadata={"description": "The row of `events`."})


class ChangesPlaceSchema(OutSchema):
    next_index = _number("Ask on from here, with `from`.")
    log_size = _number("How many entries are published.")


class ChangesSchema(OutSchema):
    version = _text("Version of JSON Feed.")
    title = _text("Title of the feed.")
    description = _text("What the feed does not say; show it with it.")
    home_page_url = _text("The registry's front page.")
    feed_url = _text("This very feed.")
    next_url = _text("Where it goes on.")
    items = _list(fields.Nested(ChangeItemSchema), "What changed; without `from` the last first.")
    _registry = fields.Nested(ChangesPlaceSchema, required=True, metadata={"description": "Where to go on."})


class RangesEpochSchema(OutSchema):
    v = _version()
    entry = _text("The log's entry of the epoch as it was hashed: JSON in RFC 8785's form, kept as text.")
    proof = _text("The proof of the entry under a signed head (C2SP tlog-proof).")


class RangesReasonSchema(OutSchema):
    code = OneOf(Reason, required=True, metadata={"description": "The code."})
    values = fields.Dict(metadata={"description": "What its text speaks of; absent where it speaks of nothing."})
    informs = fields.Boolean(metadata={"description": "True of a reason that decides nothing."})


class RangesAnswerSchema(OutSchema):
    origin = _text("Where the worker is.")
    destination = fields.String(metadata={"description": "Where the work is; absent where none was asked."})
    verdict = OneOf(Answer, required=True, metadata={"description": "The answer to the plain worker's question."})
    reasons = _list(fields.Nested(RangesReasonSchema), "Why, the deciding ones first.")
    until = fields.Date(
        required=True, metadata={"description": "Its last day in UTC+8. Past it a reader says `too old`."}
    )


class RangesHolderSchema(OutSchema):
    record = _number("Place among `records`.")
    licences = fields.List(fields.String(), metadata={"description": "The licences that a licence number names."})


class RangesEntrySchema(OutSchema):
    h = _text("The first 40 hexadecimal digits of the number's hash.")
    holders = _list(fields.Nested(RangesHolderSchema), "The agencies that the number leads to.")
    answers = _list(fields.Nested(RangesAnswerSchema), "Answers to the plain worker's question.")


class RangesFileSchema(OutSchema):
    v = _version()
    p = _number("How many bits of a hash name a file.")
    prefix = _text("Number of the file in hexadecimal digits.")
    entries = _list(fields.Nested(RangesEntrySchema), "Numbers, by hash in ascending order.")
    records = _list(fields.Dict(), "The agencies' records, for display.")


class TrustFileSchema(OutSchema):
    v = _version()
    issuer = _text("Address of the registry.")
    origin = _text("Name of the log.")
    log_keys = _list(fields.String(), "Keys that heads of the log verify with, the active first.")
    ml_dsa_keys = _list(fields.String(), "Keys of a second signature under heads, by ML-DSA-44; often none.")
    policy = _text("Which witnesses a head needs (C2SP tlog-policy).")
    root = _text("The root's certificate, DER in Base64; null where there is none.", allow_none=True)
    certificates = _list(fields.String(), "Certificates of signing keys, DER in Base64.")


class TimestampSchema(OutSchema):
    authority = _text("Address at which the authority was asked.")
    at = Instant(required=True, metadata={"description": "The instant that it states, UTC."})
    token = _text("Its whole answer (TimeStampResp of RFC 3161), DER in Base64: `openssl ts -verify` reads it.")


class TimestampsSchema(OutSchema):
    v = _version()
    head = _text("What was stamped: the three lines of the head, each with its line feed.")
    timestamps = _list(fields.Nested(TimestampSchema), "One of each authority that was asked.")


class JwkSchema(OutSchema):
    kty = _text("`EC`.")
    crv = _text("`P-256`.")
    x = _text("Of the public point, Base64url.")
    y = _text("Of the public point, Base64url.")
    kid = _text("Id that signatures name.")
    use = _text("`sig`.")
    alg = _text("`ES256`.")
    x5c = _list(fields.String(), "The certificate, DER in Base64.")


class KeySetSchema(OutSchema):
    keys = _list(fields.Nested(JwkSchema), "Keys whose signatures may still be believed (RFC 7517).")


class ApiSchema(OutSchema):
    version = _text("Version of the description.")
    description = _text("Where the description is, OpenAPI 3.1.")
    documentation = _text("Where the documentation is.")
    health = _text("Where the state of the service is.")


class IssuerSchema(OutSchema):
    issuer = _text("Address of the issuer.")
    jwks_uri = _text("Where its keys are.")


class CredentialLabelSchema(OutSchema):
    locale = _text("Language, BCP 47.")
    label = _text("What the claim is called.")


class CredentialNameSchema(OutSchema):
    locale = _text("Language, BCP 47.")
    name = _text("What the credential is called.")


class CredentialClaimSchema(OutSchema):
    path = _list(fields.String(), "Where the claim stands.")
    sd = _text("Whether it may be left out: `never`.")
    display = _list(fields.Nested(CredentialLabelSchema), "Its labels.")


class CredentialTypeSchema(OutSchema):
    vct = _text("The type's name, which is its address.")
    name = _text("In English.")
    description = _text("In English.")
    display = _list(fields.Nested(CredentialNameSchema), "The same by language.")
    claims = _list(fields.Nested(CredentialClaimSchema), "What may be claimed.")
