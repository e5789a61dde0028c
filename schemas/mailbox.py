"""Coming back to a complaint: the mailbox, and what its holder decides."""

from marshmallow import fields

from registry.vocabulary.cases import (
    AttachmentState,
    Author,
    ConsentKind,
    FileKind,
    KeyHolder,
    KeyStanding,
    MailboxRole,
    MailboxState,
    NoCopy,
)
from schemas.base import InSchema, OutSchema
from schemas.complaints import MAX_IN_AN_ACCOUNT, AnswersSchema
from schemas.fields import Flag, OneOf, Passage

_RECEIPT = {"description": "22 digits, in groups of four."}
_ENDED_BY = {"description": "Null where nothing of the kind is due."}


class StepSchema(OutSchema):
    """Where it stood from a day on."""

    state = fields.String(required=True)
    text = fields.String(required=True)
    on = fields.Date(required=True)


class HandoverSchema(OutSchema):
    """That another office reads the complaint from a day on."""

    former = fields.String(required=True, metadata={"description": "The office that reads it no more."})
    office = fields.String(required=True, metadata={"description": "The office that reads it since."})
    on = fields.Date(required=True)


class MessageSchema(OutSchema):
    message_id = fields.String(attribute="reference", required=True)
    author = OneOf(Author, required=True)
    mailbox = OneOf(
        MailboxRole, attribute="box_role", required=True, metadata={"description": "In whose mailbox it stands."}
    )
    written_on = fields.Date(required=True)
    text = fields.String(
        required=True, metadata={"description": "As it was written. It is text: show it as nothing else."}
    )
    is_new = fields.Boolean(required=True)
    office = fields.String(
        required=True, allow_none=True, metadata={"description": "The office that wrote it; null where none did."}
    )


class AttachmentSchema(OutSchema):
    """A file. Until `state` is `clean` officers see nothing of it; `no_copy` says why they never will."""

    attachment_id = fields.String(attribute="reference", required=True)
    mailbox = OneOf(MailboxRole, attribute="box_role", required=True)
    name = fields.String(required=True, metadata={"description": "As it was sent, without what does harm."})
    kind = OneOf(FileKind, required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes, as it was sent."})
    kept_on = fields.Date(attribute="stored_on", required=True)
    state = OneOf(AttachmentState, required=True)
    no_copy = OneOf(NoCopy, required=True, allow_none=True)


class AttachmentSentSchema(OutSchema):
    attachment_id = fields.String(required=True)
    kind = OneOf(FileKind, required=True, metadata={"description": "What its bytes are."})
    kept_on = fields.Date(required=True)


class ConsentSchema(OutSchema):
    kind = OneOf(ConsentKind, required=True)
    is_given = fields.Boolean(required=True)
    since = fields.Date(required=True, allow_none=True)


class HelperSchema(OutSchema):
    """A helper, as the worker sees them."""

    helper_id = fields.String(attribute="reference", required=True)
    state = OneOf(MailboxState, required=True)
    created_on = fields.Date(attribute="made_on", required=True)
    last_visit_on = fields.Date(required=True, allow_none=True)
    answers_allowed = fields.Boolean(required=True)


class SealedToSchema(OutSchema):
    """A key besides complaint codes that opens this mailbox, to be compared with the public log."""

    holder = OneOf(KeyHolder, required=True, metadata={"description": "Whose key it is."})
    kid = fields.String(required=True, metadata={"description": "The key's id: 16 hexadecimal digits."})
    standing = OneOf(
        KeyStanding,
        required=True,
        metadata={"description": "Whether the public log knows it: no other may be sealed to."},
    )
    entry = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "The log's entry that added the key, proven at `/log/proof/{entry}`; null: not in it."
        },
    )


class MailboxSchema(OutSchema):
    """All of one mailbox. A helper's holds what the helper wrote and was answered, and no more."""

    role = OneOf(MailboxRole, required=True)
    state = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "What the state means, in plain words."})
    steps = fields.List(fields.Nested(StepSchema), required=True)
    office = fields.String(
        required=True, allow_none=True, metadata={"description": "Which office reads it; null while it is a draft."}
    )
    office_country = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "That office's country, which need not be that of the work: none there may take complaints yet."
        },
    )
    handovers = fields.List(
        fields.Nested(HandoverSchema),
        required=True,
        metadata={"description": "From which office to which it went, the first one first."},
    )
    filed_on = fields.Date(required=True, allow_none=True, metadata={"description": "Null while it is a draft."})
    acknowledge_by = fields.Date(required=True, allow_none=True, metadata=_ENDED_BY)
    answer_by = fields.Date(required=True, allow_none=True, metadata=_ENDED_BY)
    waiting_until = fields.Date(
        required=True, allow_none=True, metadata={"description": "So long the officers wait for an answer."}
    )
    purge_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "What was written is destroyed then; null: not yet known."},
    )
    draft_until = fields.Date(required=True, allow_none=True, metadata={"description": "Of a draft: the same."})
    last_visit_on = fields.Date(required=True, allow_none=True, metadata={"description": "The visit before this one."})
    messages = fields.List(fields.Nested(MessageSchema), required=True)
    attachments = fields.List(fields.Nested(AttachmentSchema), required=True)
    consents = fields.List(fields.Nested(ConsentSchema), required=True)
    helpers = fields.List(fields.Nested(HelperSchema), required=True)
    sealed_to = fields.List(
        fields.Nested(SealedToSchema),
        required=True,
        metadata={"description": "Which keys of the office, its custodian and the escrow open it. Empty for a draft."},
    )
    can = fields.List(fields.String(), required=True, metadata={"description": "What may be done now."})


class MailboxCopySchema(OutSchema):
    mailbox = fields.Nested(MailboxSchema, required=True)
    answers = fields.Nested(AnswersSchema, required=True)


class MessageWriteSchema(InSchema):
    """`text` is needed unless `in_danger` is true."""

    text = Passage(max_length=MAX_IN_AN_ACCOUNT, metadata={"description": "What is written."})
    in_danger = Flag(
        metadata={
            "description": "The writer says: I am in danger now. The case is of the first priority at once.",
            "default": False,
        }
    )


class MessageSentSchema(OutSchema):
    message_id = fields.String(required=True)
    written_on = fields.Date(required=True)
    is_danger = fields.Boolean(
        required=True, metadata={"description": "It says that somebody is in danger: officers are notified at once."}
    )


class ConsentChangeSchema(InSchema):
    is_given = Flag(required=True)


class ReopenSchema(InSchema):
    text = Passage(
        max_length=MAX_IN_AN_ACCOUNT, metadata={"description": "What is objected to, or why it is taken up again."}
    )


class HelperChangeSchema(InSchema):
    answers_allowed = Flag(required=True, metadata={"description": "Officers' answers go to the helper too."})


class ReceiptOfferedSchema(OutSchema):
    """Another receipt, shown this once, and the token with which it is confirmed."""

    receipt = fields.String(required=True, metadata=_RECEIPT)
    token = fields.String(required=True)


class WorkerReceiptSchema(OutSchema):
    receipt = fields.String(required=True, metadata=_RECEIPT)
