"""Invented rows of law."""

from datetime import date
from typing import Any

from registry.register.law.rows import Confirmation, Fee, Limit, PermitRoute, Regime, Row, Source
from registry.register.law.words import (
    AsOfKind,
    ChargedBy,
    Charging,
    LawActivity,
    LimitEffect,
    LimitSubject,
    Possible,
    Route,
    TextFrom,
)
from registry.vocabulary.law import Mark, RegimeRule

TODAY = date(2026, 11, 27)
CONFIRMED = Confirmation(by="legal office", on=TODAY)

_BASE: dict[str, Any] = {
    "id": "zz-row",
    "country": "ZZ",
    "article": "Invented Act, art. 1",
    "source": Source(title="Invented Act"),
    "mark": Mark.SOURCE,
    "text_from": TextFrom.PUBLISHER,
    "as_of": date(2026, 1, 1),
    "as_of_kind": AsOfKind.TEXT,
    "check_by": date(2027, 11, 27),
}


def _row(kind: type[Row], **facts: Any) -> Any:
    return kind(**(_BASE | facts))


def regime(**facts: Any) -> Regime:
    return _row(Regime, **({"activity": LawActivity.TEMPORARY_WORK, "rule": RegimeRule.LICENCE} | facts))


def limit(**facts: Any) -> Limit:
    base = {"text": "No invented work.", "about": LimitSubject.LENDING, "effect": LimitEffect.BARS}
    return _row(Limit, **(base | facts))


def route(**facts: Any) -> PermitRoute:
    base = {"route": Route.AGENCY, "who": "somebody", "possible": Possible.NOT_POSSIBLE, "text": "Closed."}
    return _row(PermitRoute, **(base | facts))


def fee(**facts: Any) -> Fee:
    base = {"charge": Charging.FORBIDDEN, "by": ChargedBy.ANY_INTERMEDIARY, "by_whom": "any agency", "for_what": "work"}
    return _row(Fee, **(base | facts))


HEAD = """
country = "ZZ"
name = "Invented"
role = "destination"
read_on = 2026-11-27
checked_on = 2026-11-27
"""

ROW = """
[[regime]]
id = "zz-regime-placement"
activity = "placement"
rule = "licence"
article = "Invented Act, art. 1"
source = { title = "Invented Act" }
mark = "s"
text_from = "publisher"
as_of = 2026-01-01
as_of_kind = "text"
check_by = 2027-01-01
"""

LIMIT = """
[[limit]]
id = "zz-limit-lending"
text = "Nobody may be lent out."
about = "lending"
effect = "bars"
article = "Invented Act, art. 2"
source = { title = "Invented Act" }
mark = "s"
text_from = "publisher"
as_of = 2025-01-20
as_of_kind = "text"
check_by = 2027-11-27
url = "https://law.example/act"
"""
"""It decides until 20 January 2027."""
