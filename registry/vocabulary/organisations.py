"""The words of organisations' accounts: what a key opens, and who among the people of one does what."""

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
