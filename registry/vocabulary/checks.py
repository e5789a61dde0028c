"""Words of checks: what a recruiter stated, whether it fits the record, and what it differs by."""

from enum import StrEnum


class CheckKind(StrEnum):
    """What a recruiter tells a worker about itself: number, name, phone and so on."""

    NUMBER = "number"
    NAME = "name"
    PHONE = "phone"
    WECHAT = "wechat"
    QQ = "qq"
    """No list and no agency registers one: it is kept, and can never be compared."""
    EMAIL = "email"
    WEBSITE = "website"
    BANK_ACCOUNT = "bank_account"
    STAFF_NUMBER = "staff_number"


class CheckOutcome(StrEnum):
    """How it compares with what the agency registered; `not_registered` is that there is nothing to compare with."""

    MATCH = "match"
    MISMATCH = "mismatch"
    CHANGED_RECENTLY = "changed_recently"
    NOT_REGISTERED = "not_registered"


class Difference(StrEnum):
    """What of a paper is not the data of the agency whose name it bears."""

    NUMBER = "number"
    CODE = "code"
    COUNTRY = "country"
    NAME = "name"
