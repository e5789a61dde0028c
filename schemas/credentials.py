"""Bundles, receipts, what is found of a receipt, and the proof of one row of a list."""

from marshmallow import fields

from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import Answer
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Token
from schemas.open_data import TimestampSchema
from schemas.verify import ReasonSchema


class ProvenEntrySchema(OutSchema):
    """An entry of the log and its proof."""

    entry = out.string("The exact bytes of the entry, base64.")
    proof = out.string("C2SP tlog-proof text.")


class BundleTimeSchema(OutSchema):
    """An earlier head that authorities stamped, and the proof that the head of the bundle's proofs follows from it."""

    head = out.string("What was stamped: the head's three lines.")
    consistency = out.strings("Hashes in the order of RFC 6962, base64; none where it is the same head.")
    timestamps = out.list_of(TimestampSchema, "One of each authority that was asked.")


class BundleSchema(OutSchema):
    """What is needed to check one licence off line, but the trust file (docs/users/proofs.md)."""

    v = out.integer("Version of the format: 1.")
    credential = out.string("SD-JWT VC of the licence.")
    status = out.string("The status list token it points to.")
    entry = out.string("The licence's entry, base64.")
    proof = out.string("Its C2SP tlog-proof.")
    agency_entry = out.string("The holder's entry, base64.")
    agency_proof = out.string("Its C2SP tlog-proof.")
    keys = out.list_of(ProvenEntrySchema, "The entries of the keys that signed the credential and the status list.")
    time = out.nested(
        BundleTimeSchema,
        "When the entries existed, by others; absent until an authority has stamped a head over them.",
        required=False,
    )


class ReceiptSchema(InSchema):
    """A receipt to be checked."""

    receipt = Token("The receipt as it was given: three parts with dots between.", required=True)


class FlawSchema(OutSchema):
    """Why it is not believed."""

    code = out.one_of(ProofFlaw)
    text = out.string()


class SigningKeySchema(OutSchema):
    """The key that signed, and how it stands today."""

    kid = out.string()
    state = out.one_of(("active", "retired", "compromised"))


class RecordDigestSchema(OutSchema):
    """A public record that the answer was about."""

    agency_id = out.string()
    sha256 = out.string("SHA-256 of its canonical bytes, base64url.")


class LogPositionSchema(OutSchema):
    """The head of the log that was published when the question was answered."""

    origin = out.string()
    size = out.integer()
    root = out.string("Base64.")


class AnswerThenSchema(OutSchema):
    """The answer as it was signed."""

    issued_at = out.instant()
    question = out.dict_of(fields.String(), "The members of POST /api/v1/verify.")
    verdict = out.one_of(Answer)
    may_continue_existing_placements = out.one_of(Answer)
    reasons = out.strings("Codes.")
    on = out.date()
    records = out.list_of(RecordDigestSchema)
    log = out.nested(LogPositionSchema)


class AnswerTodaySchema(OutSchema):
    """What the same question is answered today."""

    verdict = out.one_of(Answer)
    may_continue_existing_placements = out.one_of(Answer)
    reasons = out.list_of(ReasonSchema)
    on = out.date()


class ReceiptCheckSchema(OutSchema):
    """The result of checking a receipt. `unknown`: its key was compromised, so it cannot be told."""

    genuine = out.one_of(Answer)
    problem = out.nested(FlawSchema, allow_none=True)
    key = out.nested(SigningKeySchema, allow_none=True)
    then = out.nested(AnswerThenSchema, allow_none=True)
    today = out.nested(AnswerTodaySchema, allow_none=True)
    changed = out.strings("The parts of the answer that are others today.")


class RowProofSchema(OutSchema):
    """One row of a list, proved without the others."""

    n = out.integer("Its place, from 0.")
    count = out.integer("How many statements the manifest signs.")
    statement = out.string("Its line of the statements, without a line feed.")
    path = out.strings("Hashes in base64, from the leaf's sibling upwards.")
    manifest = out.string()
