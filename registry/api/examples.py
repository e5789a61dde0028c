"""Examples of the documentation. The tests ask each of them, and hold the answers in examples.json to what comes back.

They are about an invented registry of five agencies, as it was on 24 November 2026.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import msgspec


@dataclass(frozen=True, slots=True)
class Example:
    """One request. `template` is its path as documented, `answer` the body recorded in the `package`'s examples.json.

    Without a `verb` it is a GET, or with a body a POST.
    """

    operation: str
    name: str
    summary: str
    template: str
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    status: int = 200
    verb: str = ""
    package: str = "registry.api"

    @property
    def method(self) -> str:
        return self.verb or ("GET" if self.body is None else "POST")

    def address(self) -> str:
        address = self.template.format_map(self.path)
        return f"{address}?{urlencode(self.query)}" if self.query else address

    def request_line(self) -> str:
        return f"{self.method} {self.address()}"

    @property
    def answer(self) -> Any:
        return recorded(self.package)[self.operation][self.name]


SENDING = "DEGQTSQUSDTU"
RECEIVING = "HW2F88778XM9"
SUSPENDED = "A9WZ2BCY3W37"
SENDING_LICENCE = "M2A6BPT9YQE9"
RECEIVING_LICENCE = "E4WXPCQFGHQS"
SUSPENDED_LICENCE = "JVXHYMJED8QC"
AGREEMENT = "3MU38U3NM4GB"
USCC, SUSPENDED_USCC = "91990001MADEM00112", "91990001MADEM00705"
VAT = "IT99999019997"

_VERIFY = "/api/v1/verify"
_PLAN = {"destination": "IT", "sector": "14.10", "visa": "work", "nationality": "CN", "work_permit": "skilled"}
_FROM_CHINA = {"origin": "CN", **_PLAN}
_AGENCIES = "/api/v1/agencies"
_AGENCY = "/api/v1/agencies/{agency_id}"

EXAMPLES = (
    Example(
        "verify",
        "licensed",
        "A licence in force for the corridor and sector",
        _VERIFY,
        query={"uscc": USCC, **_FROM_CHINA},
    ),
    Example(
        "verify",
        "needs",
        "What must be said before the answer can be yes",
        _VERIFY,
        query={"uscc": USCC, "destination": "IT"},
    ),
    Example(
        "verify",
        "tourist_visa",
        "A genuine number, and a visa that does not allow work",
        _VERIFY,
        query={"uscc": USCC, **_FROM_CHINA, "visa": "tourist"},
    ),
    Example(
        "verify",
        "suspended",
        "A suspended licence",
        _VERIFY,
        query={"uscc": SUSPENDED_USCC},
    ),
    Example("verify", "name", "A name alone is never yes", _VERIFY, query={"name": "Agenzia Inventata"}),
    Example(
        "verify",
        "receipt",
        "With a signed receipt",
        _VERIFY,
        query={"uscc": USCC, **_FROM_CHINA, "receipt": "true"},
    ),
    Example(
        "verify",
        "not_registered",
        "On no list that is held in full",
        _VERIFY,
        query={"licence_number": "ABSENT-1", "origin": "CN", "destination": "CZ"},
    ),
    Example(
        "verify",
        "borrowed_name",
        "A genuine number beside the name of another agency",
        _VERIFY,
        query={"uscc": USCC, "claimed_name": "Agenzia Inventata", "destination": "IT"},
    ),
    Example("verify", "impossible", "An LEI that cannot exist", _VERIFY, query={"lei": "0000"}, status=400),
    Example(
        "verifyByPost",
        "number_and_context",
        "A licence number with its context",
        _VERIFY,
        body={"uscc": USCC, **_FROM_CHINA},
    ),
    Example("verifyByPost", "code", "A company's code", _VERIFY, body={"vat": VAT, "on": "2026-11-24"}),
    Example(
        "verifyCorridor",
        "both_ends",
        "Two agencies with a registered agreement",
        "/api/v1/corridor",
        query={"sending": USCC, "receiving": VAT, **_PLAN},
    ),
    Example(
        "verifyCorridor",
        "employer",
        "A direct employer at the receiving end",
        "/api/v1/corridor",
        query={"sending": USCC, "receiving_employer": "Fabbrica Inventata", **_PLAN},
    ),
    Example(
        "verifyCorridorByPost",
        "both_ends",
        "Two agencies, with the question in the body",
        "/api/v1/corridor",
        body={"sending": USCC, "receiving": VAT, **_PLAN},
    ),
    Example(
        "verifyMany",
        "three",
        "Two questions, and one that cannot be asked",
        "/api/v1/verifications",
        body={
            "items": [
                {"key": "row-1", "uscc": USCC, **_FROM_CHINA},
                {"key": "row-2", "vat": VAT, "on": "2026-11-24"},
                {"key": "row-3", "lei": "1234"},
            ]
        },
    ),
    Example(
        "verifyManyCorridors",
        "both_ends",
        "A corridor of two agencies, and one that is the wrong way round",
        "/api/v1/corridor-verifications",
        body={
            "items": [
                {"key": "site-1", "sending": USCC, "receiving": VAT, "destination": "IT", "sector": "14.10"},
                {"key": "site-2", "sending": VAT, "receiving": USCC, "destination": "IT"},
            ]
        },
    ),
    Example(
        "checkClaims",
        "number_and_phone",
        "A genuine number, and a phone that the agency never registered",
        "/api/v1/checks",
        body={"number": USCC, "phone": "+86 10 0000 0000"},
    ),
    Example(
        "checkClaims",
        "advert",
        "A pasted advert that shows a permit for work at home",
        "/api/v1/checks",
        body={"advert": "出国劳务 人力资源服务许可证 微信: fictional_example"},
    ),
    Example(
        "listAgencies", "search", "Search by the beginning of a name", _AGENCIES, query={"q": "Agenzia", "limit": "2"}
    ),
    Example("listAgencies", "suspended", "Agencies with a suspended licence", _AGENCIES, query={"status": "suspended"}),
    Example("getAgency", "sending", "A sending agency", _AGENCY, {"agency_id": SENDING}),
    Example(
        "getAgencyHistory", "newest", "Newest first", f"{_AGENCY}/history", {"agency_id": SUSPENDED}, {"limit": "2"}
    ),
    Example("getAgencyReplies", "none", "It says nothing", f"{_AGENCY}/replies", {"agency_id": SUSPENDED}),
    Example("getAgencyLicences", "today", "With today's status", f"{_AGENCY}/licences", {"agency_id": SUSPENDED}),
    Example(
        "getLicence",
        "earlier",
        "The status on an earlier day",
        "/api/v1/licences/{licence_id}",
        {"licence_id": SUSPENDED_LICENCE},
        {"on": "2026-01-01"},
    ),
    Example("getCoverage", "country", "What is known of one country", "/api/v1/coverage", query={"country": "CZ"}),
    Example("listAuthorities", "country", "Authorities of one country", "/api/v1/authorities", query={"country": "CN"}),
    Example(
        "listRegimes", "change", "A rule that changes", "/api/v1/regimes", query={"country": "NL", "on": "2027-01-01"}
    ),
    Example("listSectors", "all", "All of them", "/api/v1/sectors"),
    Example("listHelpLines", "country", "Help in one country", "/api/v1/help-lines", query={"country": "IT"}),
    Example(
        "checkFees",
        "service_fee_and_deposit",
        "A service fee that was paid, and a deposit that is asked for",
        "/api/v1/fees",
        body={
            "charges": [
                {"kind": "recruitment_service_payment", "amount": "30000", "currency": "CNY", "state": "paid"},
                {"kind": "bond", "amount": "20000.50", "currency": "CNY", "state": "asked"},
            ],
            "origin": "CN",
            "destination": "IT",
            "labour_contract": "yes",
            "monthly_wage": "10000",
            "wage_currency": "CNY",
        },
    ),
    Example(
        "checkFees",
        "other_currency",
        "No exchange rate is assumed",
        "/api/v1/fees",
        body={
            "charges": [{"kind": "medical_costs", "amount": "800", "currency": "CNY", "state": "paid"}],
            "monthly_wage": "1500",
            "wage_currency": "EUR",
        },
    ),
    Example(
        "getLicenceCredential",
        "sending",
        "A sending licence",
        "/api/v1/licences/{licence_id}/credential",
        {"licence_id": SENDING_LICENCE},
    ),
    Example(
        "getLicenceBundle",
        "suspended",
        "A suspended licence",
        "/api/v1/licences/{licence_id}/bundle",
        {"licence_id": SUSPENDED_LICENCE},
    ),
    Example(
        "verifyReceipt",
        "forged",
        "A receipt that was never signed",
        "/api/v1/receipts/verify",
        body={"receipt": "eyJhbGciOiJub25lIiwidHlwIjoicmVnaXN0cnktcmVjZWlwdCtqd3QifQ.eyJ2ZXJkaWN0IjoieWVzIn0."},
    ),
    Example("listStatistics", "quarter", "One quarter", "/api/v1/statistics", query={"quarter": "2026-Q3"}),
    Example("downloadStatistics", "all", "All of them", "/api/v1/statistics.csv"),
    Example("listFeeRules", "all", "All of them", "/api/v1/fee-rules"),
)


@cache
def recorded(package: str) -> dict[str, dict[str, Any]]:
    """The answers, by operation and example."""
    found: dict[str, dict[str, Any]] = msgspec.json.decode((files(package) / "examples.json").read_bytes())
    return found
