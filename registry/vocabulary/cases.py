"""The words of complaints and cases as closed sets. Everything may import this; it imports nothing of ours.

A complaint is what a worker sent; a case is the officers' work on it. Sources: the ILO's forced-labour indicators,
Directive (EU) 2019/1937 article 9 for the clocks.
"""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands. What its complainant reads about each is in registry/complaints/case/states.py."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_TRIAGE = "in_triage"
    WAITING_COMPLAINANT = "waiting_complainant"
    INVESTIGATING = "investigating"
    AGENCY_HEARING = "agency_hearing"
    DECISION_DRAFT = "decision_draft"
    DECIDED_UPHELD = "decided_upheld"
    DECIDED_PARTLY = "decided_partly"
    DECIDED_NOT_UPHELD = "decided_not_upheld"
    SANCTION_PENDING = "sanction_pending"
    CLOSED = "closed"
    REOPENED = "reopened"
    OUT_OF_SCOPE = "out_of_scope"
    MERGED = "merged"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"
    PURGED = "purged"


class Priority(StrEnum):
    """How soon a case is triaged: within an hour, a day, 3, 10 or 20 working days. Text order is order of urgency."""

    P0 = "p0"
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Indicator(StrEnum):
    """The eleven ILO indicators of forced labour. Signs for triage, never a verdict."""

    ABUSE_OF_VULNERABILITY = "abuse_of_vulnerability"
    DECEPTION = "deception"
    RESTRICTION_OF_MOVEMENT = "restriction_of_movement"
    ISOLATION = "isolation"
    PHYSICAL_AND_SEXUAL_VIOLENCE = "physical_and_sexual_violence"
    INTIMIDATION_AND_THREATS = "intimidation_and_threats"
    RETENTION_OF_IDENTITY_DOCUMENTS = "retention_of_identity_documents"
    WITHHOLDING_OF_WAGES = "withholding_of_wages"
    DEBT_BONDAGE = "debt_bondage"
    ABUSIVE_WORKING_AND_LIVING_CONDITIONS = "abusive_working_and_living_conditions"
    EXCESSIVE_OVERTIME = "excessive_overtime"


class CaseRole(StrEnum):
    """Who moves a case. `registry` is the service itself, when a clock or a rule says so; the rest are people."""

    COMPLAINANT = "complainant"
    REGISTRY = "registry"
    TRIAGE = "triage"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    DECIDER = "decider"
    LICENSING = "licensing"


class UnreadKind(StrEnum):
    """What came into a case and waits for its officer, the gravest first; `transfer`: the case itself, from another unit."""

    WITHDRAWAL = "withdrawal"
    CONSENT = "consent"
    TRANSFER = "transfer"
    MESSAGE = "message"
    FILE = "file"
    ANSWERS = "answers"
    REPORT = "report"

    @classmethod
    def graver(cls, one: "UnreadKind | None", other: "UnreadKind") -> "UnreadKind":
        return other if one is None else min(one, other, key=tuple(cls).index)


class ClockKind(StrEnum):
    """A deadline of a case: triage, acknowledgement to the complainant, answer, end of waiting for the complainant, and
    those that follow from an agency's objection."""

    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    WAITING = "waiting"
    OBJECTION = "objection"


class BulkKind(StrEnum):
    """What an officer may do to many cases at once."""

    ASSIGN = "assign"
    TRIAGE = "triage"
    QUARANTINE = "quarantine"


class KeyHolder(StrEnum):
    """Who opens a wrap: a complaint code's mailbox, a unit's officers, its custodian, or the offline escrow."""

    MAILBOX = "mailbox"
    UNIT = "unit"
    CUSTODIAN = "custodian"
    ESCROW = "escrow"


class KeyStanding(StrEnum):
    """How the published log stands to a key that a mailbox is sealed to."""

    LOGGED = "logged"
    NOT_LOGGED = "not_logged"
    TAKEN_BACK = "taken_back"


class MailboxRole(StrEnum):
    """Whose complaint code opens a mailbox: the worker's, or that of a friend, union or NGO who filed for them."""

    WORKER = "worker"
    HELPER = "helper"


class MailboxState(StrEnum):
    """`unconfirmed` until the last six digits were typed back; only an `open` or `unconfirmed` box can be opened."""

    UNCONFIRMED = "unconfirmed"
    OPEN = "open"
    REPLACED = "replaced"
    CUT_OFF = "cut_off"


class Author(StrEnum):
    """Who wrote a message."""

    COMPLAINANT = "complainant"
    OFFICER = "officer"


class ConsentKind(StrEnum):
    """Whom the officers may tell, each agreed to on its own and revocable; `agency`: without naming who complained.

    Consent to one never stands in for consent to another.
    """

    AGENCY = "agency"
    LABOUR_INSPECTORATE = "labour_inspectorate"
    UNION = "union"
    NGO = "ngo"
    POLICE = "police"
    AUTHORITY_IN_CHINA = "authority_in_china"


class PartnerKind(StrEnum):
    """Organisations to which a case can be referred. None of immigration exists, here and in the database."""

    LABOUR_INSPECTORATE = "labour_inspectorate"
    NGO = "ngo"
    UNION = "union"
    POLICE = "police"
    PROSECUTOR = "prosecutor"


class ReferralState(StrEnum):
    """Where a referral stands; from where to where it may go is in registry/complaints/parties/referrals/rules.py."""

    PROPOSED = "proposed"
    CONSENTED = "consented"
    OVERRIDDEN = "overridden"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    REVOKED = "revoked"


class ReferralBasis(StrEnum):
    """Why a partner may be told: consent, or two officers found that the law requires it while someone is in danger."""

    CONSENT = "consent"
    OVERRIDE = "override"


class ReferralEnd(StrEnum):
    """Why a referral was revoked."""

    OFFICER = "officer"
    CONSENT_REVOKED = "consent_revoked"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class TransferState(StrEnum):
    """Where the transfer of a case to another unit stands: asked for, then answered there or taken back here."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class DecisionOutcome(StrEnum):
    """What was found of a complaint."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"


class DecisionState(StrEnum):
    """`sent_back`: it was not made as drafted, and the case is looked into again."""

    DRAFTED = "drafted"
    SENT_BACK = "sent_back"
    MADE = "made"


class HearingState(StrEnum):
    """State of an agency's hearing; registry/complaints/parties/hearings/rules.py has the allowed moves."""

    DRAFTED = "drafted"
    REPRISAL_CHECK = "reprisal_check"
    APPROVED = "approved"
    SERVED = "served"
    ANSWERED = "answered"
    LAPSED = "lapsed"
    CLOSED = "closed"


class HearingEnd(StrEnum):
    """Why a hearing was closed. `heard`: the agency answered, or its time passed."""

    HEARD = "heard"
    OFFICER = "officer"
    CONSENT_REVOKED = "consent_revoked"
    WITHDRAWN = "withdrawn"
    CASE_OVER = "case_over"


class FirmPart(StrEnum):
    """What an agency or employer of a case had to do with the worker, beside the agency that the complaint is about."""

    RECRUITER = "recruiter"
    SUB_AGENT = "sub_agent"
    SENDER = "sender"
    USER_FIRM = "user_firm"
    EMPLOYER = "employer"


class ClaimKind(StrEnum):
    """What a line of a worker's claim is for. A fee is one that the worker was charged; what was paid is deducted."""

    WAGES = "wages"
    OVERTIME = "overtime"
    FEE = "fee"
    PAID = "paid"


class ClaimUnit(StrEnum):
    """What the quantity of a line counts; `once` is a sum."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    PIECE = "piece"
    ONCE = "once"


class EventKind(StrEnum):
    """What officers do for a case away from the desk, and write down: a call is by telephone, evidence is what they took."""

    VISIT = "visit"
    INTERVIEW = "interview"
    CALL = "call"
    EVIDENCE = "evidence"


class EventState(StrEnum):
    """Whether a visit or interview is still to come. What did not take place keeps its day and the reason."""

    PLANNED = "planned"
    HELD = "held"
    NOT_HELD = "not_held"


class Attendee(StrEnum):
    """Who takes part in an event beside officers of the unit: by role, so that no name is stored."""

    WORKER = "worker"
    CO_WORKER = "co_worker"
    WITNESS = "witness"
    EMPLOYER = "employer"
    AGENCY = "agency"
    INTERPRETER = "interpreter"
    POLICE = "police"
    AUTHORITY = "authority"
    UNION = "union"
    OTHER = "other"


class AccessKind(StrEnum):
    """What an access grant opens for a while, by a second person: all of a case, the identity, or a file as sent."""

    BREAK_GLASS = "break_glass"
    IDENTITY = "identity"
    ORIGINAL = "original"


class AccessState(StrEnum):
    """State of an access grant. `lapsed`: not decided in time. `ended`: its time was over, or it was closed before."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"
    LAPSED = "lapsed"


class FileKind(StrEnum):
    """Kind of an attachment, detected from its bytes. Archives, HTML, SVG and Office files are not accepted."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    PDF = "pdf"
    M4A = "m4a"
    MP3 = "mp3"
    AMR = "amr"
    MP4 = "mp4"
    TXT = "txt"
    OGG = "ogg"
    WEBM = "webm"
    WAV = "wav"
    AAC = "aac"


RECORDINGS = frozenset(
    {FileKind.M4A, FileKind.MP3, FileKind.AMR, FileKind.MP4, FileKind.OGG, FileKind.WEBM, FileKind.WAV, FileKind.AAC}
)
"""Sound, and film with its sound."""


class HandedWith(StrEnum):
    """With what an agency handed in a paper: its answer, or its objection to what was decided."""

    ANSWER = "answer"
    OBJECTION = "objection"


class AttachmentState(StrEnum):
    """`kept`: the original is sealed and stored. Then a clean copy is made, has been made, or cannot be had."""

    KEPT = "kept"
    CLEANING = "cleaning"
    CLEAN = "clean"
    NO_CLEAN_COPY = "no_clean_copy"


class NoCopy(StrEnum):
    """Why there is no clean copy. `no_tool`, `unconfined` and `interrupted` may change; the others lie in the file."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_LARGE = "too_large"
    TOO_COSTLY = "too_costly"
    NO_TOOL = "no_tool"
    UNCONFINED = "unconfined"
    INTERRUPTED = "interrupted"
    HARMFUL = "harmful"


class LiesWith(StrEnum):
    """With whom an open case lies. `officer`: its own officers. `second`: a second person, who checks or decides.

    `measure`: those who prepare the sanction.
    """

    OFFICER = "officer"
    SECOND = "second"
    MEASURE = "measure"
    COMPLAINANT = "complainant"
    AGENCY = "agency"
    PARTNER = "partner"


class Dimension(StrEnum):
    """What the open statistics count complaints by. `outcome`: what a case came to in that quarter."""

    COUNTRY = "country"
    SECTOR = "sector"
    INDICATOR = "indicator"
    OUTCOME = "outcome"
