"""The words of organisations: what a key opens, who among its people does what, and how the lists they send stand."""

from enum import StrEnum


class Scope(StrEnum):
    """What a key opens. `verify` gives the organisation's own limit, each other what it is named after."""

    VERIFY = "verify"
    JOBS = "jobs"
    WATCHES = "watches"
    RECEIPTS = "receipts"
    ORGANISATION = "organisation"


class MemberRole(StrEnum):
    """`owner` invites, removes and closes; `member` does all the rest."""

    OWNER = "owner"
    MEMBER = "member"


class MemberState(StrEnum):
    """State of a member. `invited` has no password yet; `closed` cannot sign in, and past actions keep the name."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


class LetterKind(StrEnum):
    """Why a link is mailed: to begin an organisation, to join one, or to choose another password."""

    REGISTER = "register"
    INVITE = "invite"
    RESET = "reset"


class StampStanding(StrEnum):
    """What a time stamp is worth: it holds, is forged or of something else, or its authority is not believed here."""

    HOLDS = "holds"
    FALSE = "false"
    STRANGE = "strange"


class JobKind(StrEnum):
    """What the rows of a list ask: about a recruiter, a corridor, or who supplies labour to a supplier's site."""

    VERIFICATION = "verification"
    CORRIDOR = "corridor"
    SUPPLY_CHAIN = "supply_chain"


class JobState(StrEnum):
    """How a job stands. `uploaded` waits for its sender to look at the columns and start it."""

    UPLOADED = "uploaded"
    QUEUED = "queued"
    RUNNING = "running"
    WRITING = "writing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ResultForm(StrEnum):
    """In which form the results of a job are had."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    STATEMENTS = "statements"
    MANIFEST = "manifest"
    CHAIN = "chain"


class StepCode(StrEnum):
    """What comes before ending a relation with a recruiter who may not recruit, in this order: workers pay for haste."""

    STOP_NEW_PLACEMENTS = "stop_new_placements"
    WAGES_REMAIN_OWED = "wages_remain_owed"
    NO_DISMISSAL = "no_dismissal"
    NO_REPORT_OF_WORKERS = "no_report_of_workers"
    PAPERS_GIVEN_BACK = "papers_given_back"
    FEES_PAID_BACK = "fees_paid_back"
    HELP_NAMED = "help_named"
    PROVIDER_ASKED = "provider_asked"
    AUTHORITY_ASKED = "authority_asked"
    ENDED_WITH_A_DAY = "ended_with_a_day"
