"""Answers of addresses that give documents: dataset, feed of changes, range files, trust file, keys and issuer.

Their bytes are made where they are signed; here is what a program may read in them.
"""

from marshmallow import fields

from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer
from schemas import out
from schemas.base import OutSchema

HASH = "SHA-256 in hexadecimal digits."


def _version() -> fields.Integer:
    return out.count("Version of this form; a reader refuses one that it does not know.")


class DatasetHeadSchema(OutSchema):
    origin = out.string("Name of the log.")
    size = out.count("How many entries the head is over: the feed of changes goes on from here.")
    root = out.string("Root of the tree, Base64.")
    head = out.string("The signed note (C2SP).")


class DatasetTableSchema(OutSchema):
    sha256 = out.string("Of its JSON Lines. " + HASH)
    rows = out.count("How many rows it has.")


class DatasetFileSchema(OutSchema):
    name = out.string("Name, to be asked for at `/dataset/{snapshot}/{file}`.")
    media_type = out.string("Media type.")
    bytes = out.count("Its size.")
    sha256 = out.string(HASH)
    table = out.string("The table that it holds; absent where it holds none.", required=False)
    rows = out.count("Rows of that table.", required=False)


class DatasetDeltaSchema(OutSchema):
    from_ = out.string("The snapshot that it leads from.", data_key="from")
    to = out.string("The snapshot that it leads to.")
    file = out.string("Name, to be asked for at `/dataset/deltas/{delta}`.")
    sha256 = out.string(HASH)
    rows = out.count("How many lines it has after the first.")


class DatasetManifestSchema(OutSchema):
    v = _version()
    name = out.string("Name of the snapshot: its day, and the size of the log.")
    registry = out.string("Address of the registry.")
    day = out.date("The day in UTC.")
    made_at = out.instant("When it was made.")
    licence = out.string("Licence of the data, as SPDX has it.")
    licence_address = out.string("The licence's address in the EU's list.", allow_none=True)
    notice = out.string("What the data does not say; show it with them.")
    is_demo = out.boolean("Whether all of it is invented.")
    log = out.nested(DatasetHeadSchema, "The head that it was read at.")
    tables = out.dict_of(DatasetTableSchema, "By name: `licences` and `events`.")
    left_out = out.dict_of(fields.Integer(), "What is not in it.")
    files = out.list_of(DatasetFileSchema, "All files of the snapshot.")
    absent_formats = out.strings("Forms in which this snapshot was not made.")
    deltas = out.list_of(DatasetDeltaSchema, "Deltas that lead here, the newest first.")


class DatasetSchema(OutSchema):
    v = _version()
    name = out.string("Name of the newest snapshot.")
    log_index = out.count("Index of the log's entry that holds the hash of the manifest.")
    manifest_sha256 = out.string("Of `manifest.json` as it is served. " + HASH)
    manifest = out.nested(DatasetManifestSchema, "What the manifest says.")


class ChangeRowSchema(OutSchema):
    index = out.count("Index of the log's entry.")
    at = out.string("When it was published.", metadata={"format": "date-time"})
    type = out.string("What happened; `event.withheld` where the law no longer lets it be told.")
    agency_id = out.string("Reference of the agency that it is about.")
    licence_id = out.string("Reference of the licence that it is about, if it is about one.", allow_none=True)
    agreement_id = out.string("Reference of the agreement that it is about, if it is about one.", allow_none=True)
    source = out.string("Reference of the list or authority that it comes from.", allow_none=True)
    proof = out.string("Where the proof of its entry is.")


class ChangeItemSchema(OutSchema):
    id = out.string("Id of the item, the same for good.")
    url = out.string("Page of the agency.")
    title = out.string("What happened, and to whom.")
    content_text = out.string("The same.")
    date_published = out.instant("When it was published.")
    _registry = out.nested(ChangeRowSchema, "The row of `events`.")


class ChangesPlaceSchema(OutSchema):
    next_index = out.count("Ask on from here, with `from`.")
    log_size = out.count("How many entries are published.")


class ChangesSchema(OutSchema):
    version = out.string("Version of JSON Feed.")
    title = out.string("Title of the feed.")
    description = out.string("What the feed does not say; show it with it.")
    home_page_url = out.string("The registry's front page.")
    feed_url = out.string("This very feed.")
    next_url = out.string("Where it goes on.")
    items = out.list_of(ChangeItemSchema, "What changed; without `from` the last first.")
    _registry = out.nested(ChangesPlaceSchema, "Where to go on.")


class RangesEpochSchema(OutSchema):
    v = _version()
    entry = out.string("The log's entry of the epoch as it was hashed: JSON in RFC 8785's form, kept as text.")
    proof = out.string("The proof of the entry under a signed head (C2SP tlog-proof).")


class RangesReasonSchema(OutSchema):
    code = out.one_of(Reason, "The code.")
    values = fields.Dict(metadata={"description": "What its text speaks of; absent where it speaks of nothing."})
    informs = out.boolean("True of a reason that decides nothing.", required=False)


class RangesAnswerSchema(OutSchema):
    origin = out.string("Where the worker is.")
    destination = out.string("Where the work is; absent where none was asked.", required=False)
    verdict = out.one_of(Answer, "The answer to the plain worker's question.")
    reasons = out.list_of(RangesReasonSchema, "Why, the deciding ones first.")
    until = out.date("Its last day in UTC+8. Past it a reader says `too old`.")


class RangesHolderSchema(OutSchema):
    record = out.count("Place among `records`.")
    licences = out.strings("The licences that a licence number names.", required=False)


class RangesEntrySchema(OutSchema):
    h = out.string("The first 40 hexadecimal digits of the number's hash.")
    holders = out.list_of(RangesHolderSchema, "The agencies that the number leads to.")
    answers = out.list_of(RangesAnswerSchema, "Answers to the plain worker's question.")


class RangesFileSchema(OutSchema):
    v = _version()
    p = out.count("How many bits of a hash name a file.")
    prefix = out.string("Number of the file in hexadecimal digits.")
    entries = out.list_of(RangesEntrySchema, "Numbers, by hash in ascending order.")
    records = out.list_of(fields.Dict(), "The agencies' records, for display.")


class TrustFileSchema(OutSchema):
    v = _version()
    issuer = out.string("Address of the registry.")
    origin = out.string("Name of the log.")
    log_keys = out.strings("Keys that heads of the log verify with, the active first.")
    ml_dsa_keys = out.strings("Keys of a second signature under heads, by ML-DSA-44; often none.")
    policy = out.string("Which witnesses a head needs (C2SP tlog-policy).")
    root = out.string("The root's certificate, DER in Base64; null where there is none.", allow_none=True)
    certificates = out.strings("Certificates of signing keys, DER in Base64.")


class TimestampSchema(OutSchema):
    authority = out.string("Address at which the authority was asked.")
    at = out.instant("The instant that it states, UTC.")
    token = out.string("Its whole answer (TimeStampResp of RFC 3161), DER in Base64: `openssl ts -verify` reads it.")


class TimestampsSchema(OutSchema):
    v = _version()
    head = out.string("What was stamped: the three lines of the head, each with its line feed.")
    timestamps = out.list_of(TimestampSchema, "One of each authority that was asked.")


class JwkSchema(OutSchema):
    kty = out.string("`EC`.")
    crv = out.string("`P-256`.")
    x = out.string("Of the public point, Base64url.")
    y = out.string("Of the public point, Base64url.")
    kid = out.string("Id that signatures name.")
    use = out.string("`sig`.")
    alg = out.string("`ES256`.")
    x5c = out.strings("The certificate, DER in Base64.")


class KeySetSchema(OutSchema):
    keys = out.list_of(JwkSchema, "Keys whose signatures may still be believed (RFC 7517).")


class ApiSchema(OutSchema):
    version = out.string("Version of the description.")
    description = out.string("Where the description is, OpenAPI 3.1.")
    documentation = out.string("Where the documentation is.")
    health = out.string("Where the state of the service is.")


class IssuerSchema(OutSchema):
    issuer = out.string("Address of the issuer.")
    jwks_uri = out.string("Where its keys are.")


class CredentialLabelSchema(OutSchema):
    locale = out.string("Language, BCP 47.")
    label = out.string("What the claim is called.")


class CredentialNameSchema(OutSchema):
    locale = out.string("Language, BCP 47.")
    name = out.string("What the credential is called.")


class CredentialClaimSchema(OutSchema):
    path = out.strings("Where the claim stands.")
    sd = out.string("Whether it may be left out: `never`.")
    display = out.list_of(CredentialLabelSchema, "Its labels.")


class CredentialTypeSchema(OutSchema):
    vct = out.string("The type's name, which is its address.")
    name = out.string("In English.")
    description = out.string("In English.")
    display = out.list_of(CredentialNameSchema, "The same by language.")
    claims = out.list_of(CredentialClaimSchema, "What may be claimed.")
