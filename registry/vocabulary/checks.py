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


class ItemKind(StrEnum):
    """What is read out of an advert. Sums are an amount, a currency and, of fees and deposits, when they are due."""

    COMPANY = "company"
    LICENCE_NUMBER = "licence_number"
    LICENCE_KIND = "licence_kind"
    """What paper is shown: a kind of licence, or a paper that is none, such as an entry in a register of business."""
    USCC = "uscc"
    VAT = "vat"
    REGISTRATION_NUMBER = "registration_number"
    PHONE = "phone"
    """Chinese mobiles have eleven digits, Chinese landlines area and number, others a plus and the country's code."""
    WECHAT = "wechat"
    QQ = "qq"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    LINE = "line"
    EMAIL = "email"
    SITE = "site"
    DOUYIN = "douyin"
    XIAOHONGSHU = "xiaohongshu"
    OTHER_CHANNEL = "other_channel"
    """Another application and the id in it, with a colon between them."""
    BANK_ACCOUNT = "bank_account"
    ALIPAY = "alipay"
    STAFF_NUMBER = "staff_number"
    FEE = "fee"
    DEPOSIT = "deposit"
    OFFICIAL_COST = "official_cost"
    """A sum that the worker pays to a hospital or an office: no fee. Amount, currency, to whom."""
    WAGE = "wage"
    """An amount or a range, the currency, and per hour, day, month or year."""
    DESTINATION = "destination"
    SECTOR = "sector"
    VISA = "visa"


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
