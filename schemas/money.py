"""Sums of money as people write them: exact decimals in text, and currencies in present use."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from registry.vocabulary.codes import Problem
from registry.vocabulary.fees import CURRENCIES, CURRENCY_SPELLINGS
from schemas.fields import Fault, Sent, line

MAX_LENGTH = 16
AMOUNT_PATTERN = "^[0-9]{1,12}([.,][0-9]{1,2})?$"

_PLAIN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_GROUPED = re.compile(r"[0-9]+(?:[.,' \u2019][0-9]+)+")
_MARKS = re.compile(r"[0-9][0-9.,]*")
_MAX_TYPED = 60


class Amount(Sent[Decimal]):
    """A sum of more than zero as text, with at most twelve digits and two places. Gives an exact decimal.

    Text with thousands separators is asked back, never guessed: 1.000 is a thousand to one reader and one to another.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if not isinstance(value, str):
            raise Fault(Problem.NOT_AN_AMOUNT, 'must be text, for example "1500.50": a JSON number is not exact')
        text = unicodedata.normalize("NFKC", line(value, _MAX_TYPED))
        if not _PLAIN.fullmatch(text):
            raise _refusal(text)
        amount = Decimal(text.replace(",", "."))
        if not amount:
            raise Fault(Problem.NOT_AN_AMOUNT, "must be more than zero")
        return amount


def _refusal(text: str) -> Fault:
    digits = sum(character.isdigit() for character in text)
    if _MARKS.fullmatch(text) and digits > 12:
        return Fault(Problem.NOT_AN_AMOUNT, "must have at most twelve digits before the decimal point")
    if _GROUPED.fullmatch(text):
        return Fault(
            Problem.AMBIGUOUS_AMOUNT,
            "could be read in two ways: write it without thousands separators, for example 1000 or 1000.50",
        )
    return Fault(
        Problem.NOT_AN_AMOUNT,
        "must be a sum of more than zero in digits, with at most two places, for example 1000 or 1000.50",
    )


class Currency(Sent[str]):
    """A currency in present use by its three letters, ISO 4217, in any letter case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        code = unicodedata.normalize("NFKC", line(value, 40)).upper()
        if code in CURRENCIES:
            return code
        meant = CURRENCY_SPELLINGS.get(code)
        hint = f"; did you mean {meant}?" if meant else ", for example CNY or EUR"
        raise Fault(Problem.UNKNOWN_CURRENCY, f"must be a currency in use by its three letters, ISO 4217{hint}")
