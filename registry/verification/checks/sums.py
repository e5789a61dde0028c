"""The sums of an advert and what they are: wages, fees, deposits, compensations, costs that an office takes. Pure.

A sum is an amount with a currency. What it is follows from the nearest words; every sum that the worker pays and that is
nothing else is a fee, whatever the advert calls it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.verification.checks.reading import Match, Reading
from registry.verification.checks.text import currencies, data_of, grammar

# --- Amounts ---

_HAN_DIGITS = {
    c: value
    for value, row in enumerate(
        ("零〇", "一壹幺", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in row
}
_HAN_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "萬": 10_000}
_PERIODS = ("hour", "year", "day")
"""What a wage is per; a month where nothing else is said."""
MAX_THREAT = 24
"""Characters between the words of leaving early and the sum it costs, in Chinese."""
MAX_DUE = 3
"""Clauses behind or before a sum in which the time of its payment may stand."""
LEAST_PRICE = 2000
"""From which sum one with no words beside it is a price and not a wage."""
_CROWNS = {"SE": "SEK", "DK": "DKK", "CZ": "CZK"}


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money and where it stands; `high` is the upper end of a range."""

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    currency: str
    is_sure: bool
    is_signed: bool = True

    def __str__(self) -> str:
        high = f"-{_shown(self.high)}" if self.high is not None else ""
        return f"{_shown(self.low)}{high} {self.currency}"


def _shown(amount: Decimal) -> str:
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:f}"


def han_number(text: str) -> Decimal | None:
    """A number in characters: 三万二 is 32,000, 一千五 is 1,500, 两万五千 is 25,000."""
    total, section, digit, unit = 0, 0, None, 1
    for c in text:
        if c == "半":
            return None
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c] if digit is None else digit * 10 + _HAN_DIGITS[c]
            continue
        unit = _HAN_UNITS[c]
        if unit == 10_000:
            total, section, digit = (total + (section + (digit or 0) or 1)) * unit, 0, None
        else:
            section, digit = section + (1 if digit is None else digit) * unit, None
    # A last digit alone counts the next smaller unit: 三万二.
    last = (digit or 0) * (unit // 10 if unit >= 100 and text[-2:-1] in _HAN_UNITS else 1)
    return Decimal(total + section + last)


def sums_in(reading: Reading, plain: str, countries: Sequence[str]) -> list[Sum]:
    """The sums of a text, in its order; `plain` is the folded text without telephones and accounts."""
    found: list[Sum] = []
    read = [(match, _sum(match, plain, countries)) for match in grammar("sum").finditer(plain)]
    if reading.language != "zh":
        read += [(match, _spoken_sum(match, countries)) for match in grammar("spoken_sum").finditer(plain)]
        read += [(match, _spoken_sum(match, countries)) for match in grammar("spoken_thousands").finditer(plain)]
    for match, one in sorted(read, key=lambda pair: pair[0].start()):
        if one is None:
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        current = Sum(start, match.end(), *one)
        last = found[-1] if found else None
        if last is not None and last.high is None and grammar("between").fullmatch(plain[last.end : current.start]):
            low = last.low
            if not last.is_sure and current.low >= 1000 > low:
                low *= 1000 if current.low < 10_000 else 10_000
            if low < current.low:
                currency = current.currency or last.currency
                found[-1] = Sum(last.start, current.end, low, current.low, currency, last.is_sure or current.is_sure)
                continue
        found.append(current)
    currency = "CNY" if reading.language == "zh" else "EUR"
    kept = []
    for one_sum in found:
        if reading.language != "zh" and one_sum.currency:
            currency = one_sum.currency
        kept.append(one_sum if one_sum.currency else replace(one_sum, currency=currency, is_signed=False))
    return kept


def _sum(match: re.Match[str], plain: str, countries: Sequence[str]) -> tuple[Decimal, None, str, bool] | None:
    sign = match["before"] or match["after"]
    if match["digits"]:
        amount = _amount(match["digits"])
        times = match["times"] or ""
        factor = 10_000 if re.search("[万w溜]", times) else 1000 if times else 1
        amount *= factor
        if match["rest"]:
            rest = match["rest"][0]
            if factor == 1:
                return None
            unit = 1000 if match["rest"].endswith("千") else 100 if match["rest"].endswith("百") else factor // 10
            amount += (int(rest) if rest.isdecimal() else _HAN_DIGITS.get(rest, 0)) * unit
        if match["half"] and factor == 1:
            amount += Decimal("0.5")
        if not sign and factor == 1 and amount < 100 and grammar("ten_thousands").match(plain[match.end() :][:2]):
            # Among recruiters 6.6 个 is 66,000, where a word of price stands before it.
            if not grammar("price_before").search(plain[max(0, match.start() - 6) : match.start() + 1]):
                return None
            factor = 10_000
            amount *= factor
        is_sure = bool(sign) or factor > 1
    else:
        han = match["han"]
        number = han_number(han)
        if number is None:
            return None
        if match["hantimes"]:
            number *= 10_000
        # 三个月 and 一样 are no sums: characters need a sign, or a thousand at least.
        if not (
            match["hantimes"]
            or (sign and number >= 1)
            or (number >= 100 and len(han) > 1 and any(c in "百千万萬佰仟" for c in han))
        ):
            return None
        if not sign and (number < 100 or han == "千万"):
            return None
        amount, is_sure = number, True
    if (
        not sign
        and grammar("not_money").match(plain[match.end() :][:14])
        and not (is_sure and amount >= 1000 and plain[match.end()] in "个人位张份一口")
    ):
        return None
    if amount <= 0 or amount > 100_000_000 or (not is_sure and not 100 <= amount < 1_000_000):
        return None
    if (
        not is_sure
        and 1900 <= amount <= 2100
        and re.match(r"[ ]?(?:年|[-./])|[^0-9a-z]{0,2}$", plain[match.end() : match.end() + 3])
    ):
        return None
    return amount, None, _currency(sign or "", countries), is_sure


def _spoken_sum(match: re.Match[str], countries: Sequence[str]) -> tuple[Decimal, None, str, bool] | None:
    """A sum whose amount stands in words of a European language: deux mille cinq cents euros."""
    total = section = 0
    for word in grammar("number_word").findall(match["words"]):
        value = int(data_of("grammar")["number"][word])
        if value == 1000:
            total, section = total + max(section, 1) * 1000, 0
        else:
            section = max(section, 1) * 100 if value == 100 else section + value
    amount = Decimal(total + section)
    sign = match.groupdict().get("after") or ""
    return (amount, None, _currency(sign, countries), bool(sign)) if amount >= 5 else None


def _amount(text: str) -> Decimal:
    """Digits with separators of thousands and of decimals: 4 500, 7.500, 2,150 and 2.98."""
    if re.fullmatch(r"[0-9]{1,3}(?:[ ,.'][0-9]{3})+(?:,[0-9]{2})?", text):
        whole, _, cents = text.partition(",") if re.search(r",[0-9]{2}$", text) else (text, "", "")
        return Decimal(re.sub(r"[ ,.']", "", whole) + (f".{cents}" if cents else ""))
    return Decimal(text.replace(",", "."))


def _currency(sign: str, countries: Sequence[str]) -> str:
    for part, code in currencies().items():
        if part in sign:
            named = next(
                (_CROWNS[letter] for word, letter in (("捷", "CZ"), ("瑞", "SE"), ("丹", "DK")) if word in sign), None
            )
            return code or named or next((_CROWNS[country] for country in countries if country in _CROWNS), "CZK")
    return ""


# --- What a sum is ---

_ROLES = (
    ("wage", "wage_word", 0), ("deposit", "deposit_word", 0), ("penalty", "penalty_word", 0), ("other", "other_sum", 0),
    ("fee", "fee_word", 1), ("fee", "pay", 4), ("fee", "from_wages", 2), ("wage", "cash", 6), ("wage", "cash_strong", 0),
)  # fmt: skip
"""What the words near a sum make of it, and how much farther than it is each counts: a price is said in many words."""
_WHENS = (
    "before_departure", "on_visa", "on_contract", "on_arrival", "in_advance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """A sum with what it is (fee, deposit, wage, official, penalty, other) and when it is due, or to whom.

    `is_threat`: it is asked of a worker who leaves early.
    """

    sum: Sum
    role: str
    when: str = ""
    is_threat: bool = False


def charges_in(reading: Reading, sums: Sequence[Sum]) -> list[Charge]:
    """What each sum of the advert is; those that are denied or only quoted are left out."""
    found: list[Charge] = []
    for one in sums:
        place = Match(one.start, one.end)
        if reading.is_quoted(place) or reading.is_aside(place):
            continue
        role, cue = _role(reading, one, found[-1] if found else None)
        whole = next((other.sum for other in reversed(found) if other.role == "fee" and other.sum.low > one.low), None)
        if role == "fee" and whole is not None and not one.is_signed and _is_same_sentence(reading, whole, one):
            one = replace(one, currency=whole.currency)
        if role in ("fee", "deposit") and reading.has("employer_pays", *reading.span(place, "clause")):
            continue
        if role in ("fee", "deposit") and (reading.is_denied(place) or (cue is not None and reading.is_denied(cue))):
            continue
        if role == "deposit" and reading.has("landlord", *reading.span(place, "sentence")):
            role = "other"
        if role == "fee" and not one.is_sure and (one.low < 100 or (cue is None and not _is_due(reading, one))):
            continue
        if role == "fee" and _is_official(reading, one):
            found.append(Charge(one, "official", _payee(reading, one)))
        elif role in ("fee", "deposit"):
            when = _when(reading, one)
            # What is held as security is held from the beginning where nothing else is said.
            found.append(Charge(one, role, "in_advance" if role == "deposit" and when == "not_said" else when))
        elif role == "wage" and grammar("per_week").search(_near(reading, one, 8, 12)):
            found.append(Charge(one, "other"))
        elif role == "wage":
            found.append(Charge(one, role, _period(reading, one)))
        else:
            is_threat = (
                cue is not None
                and reading.has("breaks_off", cue.start, cue.end)
                and not (reading.has("penalty_excused", *reading.span(place, "sentence")) or reading.is_denied(cue))
            )
            found.append(Charge(one, role, is_threat=is_threat))
    return _with_instalments(reading, found)


def _is_due(reading: Reading, one: Sum) -> bool:
    """Whether the clause says when a sum is due, which it says of no other figure: 2,000 on signing."""
    start, end = reading.span(Match(one.start, one.end), "clause")
    return any(reading.has(f"when_{when}", start, end) for when in _WHENS)


def _is_same_sentence(reading: Reading, one: Sum, other: Sum) -> bool:
    return reading.sentence_at(one.start) == reading.sentence_at(other.start)


def _role(reading: Reading, one: Sum, last: Charge | None) -> tuple[str, Match | None]:
    """What the nearest words make of a sum. Those before it count before those behind it."""
    clause = reading.span(Match(one.start, one.end), "clause")
    if grammar("per_time").match(reading.plain[one.end : one.end + 16]) and not reading.has("fee_word", *clause):
        return "wage", None
    best: tuple[float, str, Match | None] = (99.0, "", None)
    sentence = reading.sentences[reading.sentence_at(one.start)]
    room = MAX_THREAT if reading.language == "zh" else 3 * MAX_THREAT
    breaks = reading.within("breaks_off", max(sentence[0], one.start - room), one.start)
    if breaks and (last is None or last.sum.end <= breaks[-1].start):
        return "penalty", breaks[-1]
    taken = reading.within("from_wages", *clause)
    if taken and not reading.has("wage_word", max(clause[0], one.start - 4), one.start):
        return "fee", taken[0]
    for role, concept, farther in _ROLES:
        for cue in reading.within(concept, *clause):
            behind = cue.start - one.end
            distance = behind * 1.5 + 3.0 if behind >= 0 else float(max(0, one.start - cue.end))
            scale = 1.0 if reading.language == "zh" else 0.4
            if (ranked := distance * scale + farther) < best[0]:
                best = (ranked, role, cue)
    if best[1]:
        return best[1], best[2]
    index = reading.clause_at(one.start)
    if index:
        before = reading.clauses[index - 1]
        cues = [
            (cue.end, role, cue)
            for role, concept, _ in _ROLES
            if concept != "cash"
            for cue in reading.within(concept, *before)
            if one.start - cue.end < (16 if reading.language == "zh" else 40)
        ]
        if cues:
            _, role, cue = max(cues, key=lambda one: one[0])
            return role, cue
    if last is not None and last.role in ("fee", "wage") and one.start - last.sum.end < 20:
        return last.role, None
    # A sum of which nothing is said is a price where it is large, or the next words speak of paying.
    is_priced = reading.has("pay", *reading.span(Match(one.start, one.end), "next"))
    return ("fee" if is_priced or one.low >= LEAST_PRICE else ""), None


def _is_official(reading: Reading, one: Sum) -> bool:
    start, end = reading.span(Match(one.start, one.end), "around")
    return any(
        abs(payee.start - one.start) < (30 if reading.language == "zh" else 90)
        for payee in reading.within("payer_other", start, end)
    ) and not reading.has("fee_strong", start, end)


def _payee(reading: Reading, one: Sum) -> str:
    start, end = reading.span(Match(one.start, one.end), "around")
    return "hospital" if grammar("hospital").search(reading.plain[start:end]) else "embassy"


def _when(reading: Reading, one: Sum) -> str:
    place = Match(one.start, one.end)
    clause = reading.span(place, "clause")
    index = reading.clause_at(one.start)
    if reading.has("from_wages", *clause):
        return "from_wages"
    if reading.has("lent", *reading.span(place, "around")) and reading.has(
        "from_wages", *reading.span(place, "sentence")
    ):
        return "from_wages"
    if reading.has("when_monthly", max(clause[0], one.start - 16), min(clause[1], one.end + 12)):
        return "monthly"
    nearest: tuple[float, str] = (99.0, "")
    for when in _WHENS:
        for cue in reading.within(f"when_{when}", *clause):
            distance = float(one.start - cue.end) if cue.end <= one.start + 2 else (cue.start - one.end) + 6.0
            if distance < nearest[0]:
                nearest = (max(0.0, distance), when)
    if nearest[1]:
        return nearest[1]
    return _when_around(reading, one, index) or (
        "on_success" if reading.has("on_success", *reading.span(place, "around")) else "not_said"
    )


def _when_around(reading: Reading, one: Sum, index: int) -> str:
    """When a sum is due by the clauses behind it, then by those before it, as far as no other amount stands in them."""
    sentence = reading.sentence_at(one.start)
    for step in (1, -1):
        for other in range(index + step, index + step * (MAX_DUE + 1), step):
            if not 0 <= other < len(reading.clauses):
                break
            part = reading.clauses[other]
            if reading.sentence_at(part[0]) != sentence or grammar("amount").search(reading.plain[part[0] : part[1]]):
                break
            cues = [(cue.start, when) for when in _WHENS for cue in reading.within(f"when_{when}", *part)]
            if cues and (reading.has("pay", *part) or grammar("due").search(reading.plain[part[0] : part[1]])):
                return min(cues)[1]
    return ""


def _period(reading: Reading, one: Sum) -> str:
    near = _near(reading, one, 10, 12)
    return next((period for period in _PERIODS if grammar(f"per_{period}").search(near)), "month")


def _near(reading: Reading, one: Sum, before: int, behind: int) -> str:
    """The words around a sum within its clause."""
    start, end = reading.span(Match(one.start, one.end), "clause")
    return reading.plain[max(start, one.start - before) : max(one.end, min(end, one.end + behind))]


def _with_instalments(reading: Reading, charges: list[Charge]) -> list[Charge]:
    """Charges of which a first one is the whole and the others are its parts, or that are said to be paid in parts."""
    result = list(charges)
    fees = [place for place, one in enumerate(result) if one.role == "fee"]
    for order, place in enumerate(fees):
        one = result[place]
        parts = [
            result[other]
            for other in fees[order + 1 : order + 4]
            if result[other].sum.low < one.sum.low
            and result[other].sum.currency == one.sum.currency
            and result[other].sum.start - one.sum.end < 60
            and result[other].when not in ("from_wages", "monthly")
        ]
        clauses = reading.span(Match(one.sum.start, one.sum.end), "next")
        sentence = (one.sum.end, reading.sentences[reading.sentence_at(one.sum.start)][1])
        dates = sum(reading.has(f"when_{when}", *sentence) for when in _WHENS)
        in_parts = (
            (one.when in ("not_said", "on_success") or dates > 1)
            and reading.has("when_instalments", *clauses)
            and not any(one.sum.low < result[other].sum.low for other in fees[:order])
        )
        following = [result[other].sum for other in fees[order + 1 : order + 5]]
        if one.when != "from_wages" and (
            in_parts
            or any(sum(part.low for part in following[:count]) == one.sum.low for count in range(2, len(following) + 1))
            or (
                parts
                and sum(part.sum.low for part in parts) <= one.sum.low
                and reading.has("pay", parts[0].sum.start - 14, parts[0].sum.end + 8)
            )
        ):
            result[place] = replace(one, when="instalments")
    return result
