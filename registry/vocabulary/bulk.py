"""The words of lists of questions: what a job is about, how it stands, and what comes after a `no`."""

from enum import StrEnum


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
