"""Bundles, receipts, and what is found of a receipt."""

from marshmallow import fields

from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import Answer
from schemas.base import InSchema, OutSchema
from schemas.fields import Instant, OneOf, Token
from schemas.open_data import TimestampSchema
from schemas.verify import ReasonSchema

KEY_STATES = ("active", "retired", "compromised")


class ProvenEntrySchema(OutSchema):
    """An entry of the log and its proof."""

    entry = fields.String(required=True, metadata={"description": "The exact bytes of the entry, base64."})
    proof = fields.String(required=True, metadata={"description": "C2SP tlog-proof text."})


class BundleTimeSchema(OutSchema):
    """An earlier head that authorities stamped, and the proof that the head of the bundle's proofs follows from it."""

    head = fields.String(required=True, metadata={"description": "What was stamped: the head's three lines."})
    consistency = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Hashes in the order of RFC 6962, base64; none where it is the same head."},
    )
    timestamps = fields.List(
        fields.Nested(TimestampSchema), required=True, metadata={"description": "One of each authority that was asked."}
    )


class BundleSchema(OutSchema):
    """What is needed to check one licence off line, but the trust file (docs/users/proofs.md)."""

    v = fields.Integer(required=True, metadata={"description": "Version of the format: 1."})
    credential = fields.String(required=True, metadata={"description": "SD-JWT VC of the licence."})
    status = fields.String(required=True, metadata={"description": "The status list token it points to."})
    entry = fields.String(required=True, metadata={"description": "The licence's entry, base64."})
    proof = fields.String(required=True, metadata={"description": "Its C2SP tlog-proof."})
    agency_entry = fields.String(required=True, metadata={"description": "The holder's entry, base64."})
    agency_proof = fields.String(required=True, metadata={"description": "Its C2SP tlog-proof."})
    keys = fields.List(
        fields.Nested(ProvenEntrySchema),
        required=True,
        metadata={"description": "The entries of the keys that signed the credential and the status list."},
    )
    time = fields.Nested(
        BundleTimeSchema,
        metadata={
            "description": "When the entries existed, by others; absent until an authority has stamped a head over them."
        },
    )


class ReceiptSchema(InSchema):
    """A receipt to be checked."""

    receipt = Token(
        required=True, metadata={"description": "The receipt as it was given: three parts with dots between."}
    )


class FlawSchema(OutSchema):
    """Why it is not believed."""

    code = OneOf(ProofFlaw, required=True)
    text = fields.String(required=True)


class SigningKeySchema(OutSchema):
    """The key that signed, and how it stands today."""

    kid = fields.String(required=True)
    state = OneOf(KEY_STATES, required=True)


class RecordDigestSchema(OutSchema):
    """A public record that the answer was about."""

    agency_id = fields.String(required=True)
    sha256 = fields.String(required=True, metadata={"description": "SHA-256 of its canonical bytes, base64url."})


class LogPositionSchema(OutSchema):
    """The head of the log that was published when the question was answered."""

    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata={"description": "Base64."})


class AnswerThenSchema(OutSchema):
    """The answer as it was signed."""

    issued_at = Instant(required=True)
    question = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "The members of POST /api/v1/verify."},
    )
    verdict = OneOf(Answer, required=True)
    may_continue_existing_placements = OneOf(Answer, required=True)
    reasons = fields.List(fields.String(), required=True, metadata={"description": "Codes."})
    on = fields.Date(required=True)
    records = fields.List(fields.Nested(RecordDigestSchema), required=True)
    log = fields.Nested(LogPositionSchema, required=True)


class AnswerTodaySchema(OutSchema):
    """What the same question is answered today."""

    verdict = OneOf(Answer, required=True)
    may_continue_existing_placements = OneOf(Answer, required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    on = fields.Date(required=True)


class ReceiptCheckSchema(OutSchema):
    """The result of checking a receipt. `unknown`: its key was compromised, so it cannot be told."""

    genuine = OneOf(Answer, required=True)
    problem = fields.Nested(FlawSchema, required=True, allow_none=True)
    key = fields.Nested(SigningKeySchema, required=True, allow_none=True)
    then = fields.Nested(AnswerThenSchema, required=True, allow_none=True)
    today = fields.Nested(AnswerTodaySchema, required=True, allow_none=True)
    changed = fields.List(
        fields.String(), required=True, metadata={"description": "The parts of the answer that are others today."}
    )
