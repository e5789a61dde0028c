"""Coming back to a complaint: the mailbox, and what its holder decides."""

from registry.vocabulary import cases
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.complaints import MAX_IN_AN_ACCOUNT, AnswersSchema
from schemas.fields import Flag, Passage

_RECEIPT = "22 digits, in groups of four."
_ENDED_BY = "Null where nothing of the kind is due."


class StepSchema(OutSchema):
    """Where it stood from a day on."""

    state = out.string()
    text = out.string()
    on = out.date()


class HandoverSchema(OutSchema):
    """That another office reads the complaint from a day on."""

    former = out.string("The office that reads it no more.")
    office = out.string("The office that reads it since.")
    on = out.date()


class MessageSchema(OutSchema):
    message_id = out.string(attribute="reference")
    author = out.one_of(cases.Author)
    mailbox = out.one_of(cases.MailboxRole, "In whose mailbox it stands.", attribute="box_role")
    written_on = out.date()
    text = out.string("As it was written. It is text: show it as nothing else.")
    is_new = out.boolean()
    office = out.string("The office that wrote it; null where none did.", allow_none=True)


class AttachmentSchema(OutSchema):
    """A file. Until `state` is `clean` officers see nothing of it; `no_copy` says why they never will."""

    attachment_id = out.string(attribute="reference")
    mailbox = out.one_of(cases.MailboxRole, attribute="box_role")
    name = out.string("As it was sent, without what does harm.")
    kind = out.one_of(cases.FileKind)
    size = out.integer("Bytes, as it was sent.")
    kept_on = out.date(attribute="stored_on")
    state = out.one_of(cases.AttachmentState)
    no_copy = out.one_of(cases.NoCopy, allow_none=True)


class AttachmentSentSchema(OutSchema):
    attachment_id = out.string()
    kind = out.one_of(cases.FileKind, "What its bytes are.")
    kept_on = out.date()


class ConsentSchema(OutSchema):
    kind = out.one_of(cases.ConsentKind)
    is_given = out.boolean()
    since = out.date(allow_none=True)


class HelperSchema(OutSchema):
    """A helper, as the worker sees them."""

    helper_id = out.string(attribute="reference")
    state = out.one_of(cases.MailboxState)
    created_on = out.date(attribute="made_on")
    last_visit_on = out.date(allow_none=True)
    answers_allowed = out.boolean()


class SealedToSchema(OutSchema):
    """A key besides complaint codes that opens this mailbox, to be compared with the public log."""

    holder = out.one_of(cases.KeyHolder, "Whose key it is.")
    kid = out.string("The key's id: 16 hexadecimal digits.")
    standing = out.one_of(cases.KeyStanding, "Whether the public log knows it: no other may be sealed to.")
    entry = out.integer(
        "The log's entry that added the key, proven at `/log/proof/{entry}`; null: not in it.", allow_none=True
    )


class MailboxSchema(OutSchema):
    """All of one mailbox. A helper's holds what the helper wrote and was answered, and no more."""

    role = out.one_of(cases.MailboxRole)
    state = out.string()
    text = out.string("What the state means, in plain words.")
    steps = out.list_of(StepSchema)
    office = out.string("Which office reads it; null while it is a draft.", allow_none=True)
    office_country = out.string(
        "That office's country, which need not be that of the work: none there may take complaints yet.",
        allow_none=True,
    )
    handovers = out.list_of(HandoverSchema, "From which office to which it went, the first one first.")
    filed_on = out.date("Null while it is a draft.", allow_none=True)
    acknowledge_by = out.date(_ENDED_BY, allow_none=True)
    answer_by = out.date(_ENDED_BY, allow_none=True)
    waiting_until = out.date("So long the officers wait for an answer.", allow_none=True)
    purge_on = out.date("What was written is destroyed then; null: not yet known.", allow_none=True)
    draft_until = out.date("Of a draft: the same.", allow_none=True)
    last_visit_on = out.date("The visit before this one.", allow_none=True)
    messages = out.list_of(MessageSchema)
    attachments = out.list_of(AttachmentSchema)
    consents = out.list_of(ConsentSchema)
    helpers = out.list_of(HelperSchema)
    sealed_to = out.list_of(
        SealedToSchema, "Which keys of the office, its custodian and the escrow open it. Empty for a draft."
    )
    can = out.strings("What may be done now.")


class MailboxCopySchema(OutSchema):
    mailbox = out.nested(MailboxSchema)
    answers = out.nested(AnswersSchema)


class MessageWriteSchema(InSchema):
    """`text` is needed unless `in_danger` is true."""

    text = Passage("What is written.", max_length=MAX_IN_AN_ACCOUNT)
    in_danger = Flag("The writer says: I am in danger now. The case is of the first priority at once.", default=False)


class MessageSentSchema(OutSchema):
    message_id = out.string()
    written_on = out.date()
    is_danger = out.boolean("It says that somebody is in danger: officers are notified at once.")


class ConsentChangeSchema(InSchema):
    is_given = Flag(required=True)


class ReopenSchema(InSchema):
    text = Passage("What is objected to, or why it is taken up again.", max_length=MAX_IN_AN_ACCOUNT)


class HelperChangeSchema(InSchema):
    answers_allowed = Flag("Officers' answers go to the helper too.", required=True)


class ReceiptOfferedSchema(OutSchema):
    """Another receipt, shown this once, and the token with which it is confirmed."""

    receipt = out.string(_RECEIPT)
    token = out.string()


class WorkerReceiptSchema(OutSchema):
    receipt = out.string(_RECEIPT)
