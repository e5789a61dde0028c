"""The sums of an advert and what they are: wages, fees, deposits, compensations, costs that an office takes. Pure.

A sum is an amount with a currency. What it is follows from the nearest words; every sum that the worker pays and that is
nothing else is a fee, whatever the advert calls it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.verification.checks.amounts import WHENS, Sum, nearest_due, up_to_sums, when_due
from registry.verification.checks.clauses import Match, Reading
from registry.verification.checks.text import grammar

_PERIODS = ("hour", "year", "day")
"""What a wage is per; a month where nothing else is said."""
MAX_PARTS = 60
"""Characters behind a sum in which its parts are told."""
MAX_THREAT = 24
"""Characters between the words of leaving early and the sum it costs, in Chinese."""
LEAST_DOUBTFUL = 50
"""From which sum one of which no words say what it is may be a charge, beside other flags."""
LEAST_PRICE = {"RON": 10_000, "PLN": 10_000, "CZK": 50_000, "SEK": 50_000, "DKK": 50_000, "HUF": 1_000_000}
"""From which sum one with no words beside it is a price and not a wage, by currency; 2,000 in others."""

_ROLES = (
    ("wage", "wage_word", 0), ("deposit", "deposit_word", 0), ("penalty", "penalty_word", 0), ("other", "other_sum", 0),
    ("fee", "fee_word", 1), ("fee", "pay", 4), ("fee", "from_wages", 2), ("wage", "cash", 6), ("wage", "cash_strong", 0),
)  # fmt: skip
"""What the words near a sum make of it, and how much farther than it is each counts: a price is said in many words."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A sum with what it is (fee, deposit, wage, official, penalty, other) and when it is due, or to whom.

    `is_threat`: it is asked of a worker who leaves early. `is_doubtful`: no words say what it is.
    """

    sum: Sum
    role: str
    when: str = ""
    is_threat: bool = False
    is_doubtful: bool = False


def charges_in(
    reading: Reading, sums: Sequence[Sum], countries: Sequence[str] = (), *, is_meant: bool = False
) -> list[Charge]:
    """What each sum of the advert is; those that are denied or only quoted are left out.

    `countries`: where the work is, whose money wages without a currency are in. `is_meant`: the text is known to ask for
    money, so that what looks quoted is meant.
    """
    found: list[Charge] = []
    for one in sums:
        place = Match(one.start, one.end)
        role, cue = _role(reading, one, found[-1] if found else None)
        # Wages are no charge, in a story or a warning either.
        if role != "wage" and not is_meant and (reading.is_quoted(place) or reading.is_aside(place)):
            continue
        whole = next((other.sum for other in reversed(found) if other.role == "fee" and other.sum.low > one.low), None)
        if role == "fee" and whole is not None and not one.is_signed and _is_same_sentence(reading, whole, one):
            one = replace(one, currency=whole.currency)
        if role in ("fee", "deposit") and _is_not_asked(reading, place, cue, is_meant=is_meant):
            continue
        if is_meant and role == "fee" and _is_returned(reading, one, sums):
            role = "deposit"
        if role == "deposit" and reading.has("landlord", *reading.span(place, "sentence")):
            role = "other"
        is_part = whole is not None and _is_same_sentence(reading, whole, one)
        if (
            role == "fee"
            and not one.is_sure
            and (one.low < 100 or not (cue is not None or is_part or _is_due(reading, one)))
        ):
            if one.low >= LEAST_DOUBTFUL:
                found.append(Charge(one, "", when_due(reading, one, sums), is_doubtful=True))
            continue
        if role == "fee" and _is_official(reading, one):
            found.append(Charge(one, "official", _payee(reading, one)))
        elif role in ("fee", "deposit"):
            when = when_due(reading, one, sums)
            if role == "deposit" and when == "monthly":
                when = "from_wages"
            # What is held as security is held from the beginning where nothing is said but that it comes back.
            is_earnest = (
                role == "deposit" and when == "not_said" and not reading.has("returned", *reading.span(place, "next"))
            )
            is_unsaid = role == "fee" and cue is None and not is_part
            found.append(Charge(one, role, "in_advance" if is_earnest else when, is_doubtful=is_unsaid))
        elif role == "wage" and grammar("per_week").search(_near(reading, one, 8, 12)):
            found.append(Charge(one, "other"))
        elif role in ("wage", "bare"):
            wage = _wage(reading, one, countries)
            found.append(replace(wage, is_doubtful=role == "bare"))
        else:
            is_threat = (
                cue is not None
                and reading.has("breaks_off", cue.start, cue.end)
                and not (reading.has("penalty_excused", *reading.span(place, "sentence")) or reading.is_denied(cue))
            )
            is_doubtful = not role and one.low >= LEAST_DOUBTFUL
            when = when_due(reading, one, sums) if is_doubtful else ""
            found.append(Charge(one, role, when, is_threat=is_threat, is_doubtful=is_doubtful))
    return _with_instalments(reading, _with_wage(reading, _without_bare(reading, found, sums), countries))


PLAUSIBLE = {
    "EUR": (400, 3500), "GBP": (900, 3600), "CHF": (2500, 7000), "USD": (500, 3000), "RON": (1800, 9000), "PLN": (3000, 9000),
    "CZK": (18_000, 60_000), "HUF": (200_000, 900_000), "SEK": (12_000, 42_000), "NOK": (18_000, 60_000),
    "DKK": (12_000, 42_000), "RSD": (40_000, 200_000), "MDL": (5000, 25_000), "CNY": (4000, 30_000),
}  # fmt: skip
"""Between which amounts a sum may be a month's wages, by currency."""


def _with_wage(reading: Reading, charges: list[Charge], countries: Sequence[str]) -> list[Charge]:
    """Charges of which the first that no words explain is the wage, where no wage is stated and it could be one."""
    if any(one.role == "wage" for one in charges):
        return charges
    for place, one in enumerate(charges):
        least, most = PLAUSIBLE.get(one.sum.currency, (0, 0))
        if one.is_doubtful and one.role in ("", "fee") and one.when == "not_said" and least <= one.sum.low <= most:
            wage = replace(_wage(reading, one.sum, countries), is_doubtful=True)
            return [*charges[:place], wage, *charges[place + 1 :]]
    return charges


def _without_bare(reading: Reading, charges: Sequence[Charge], sums: Sequence[Sum]) -> list[Charge]:
    """Charges of which a bare sum is no wage where the text states one, or says when the sum is due."""
    has_wage = any(one.role == "wage" and not one.is_doubtful for one in charges)
    return [
        replace(one, role="", when=when_due(reading, one.sum, sums))
        if one.role == "wage" and one.is_doubtful and (has_wage or nearest_due(reading, one.sum, sums))
        else one
        for one in charges
    ]


MAX_ABROAD = {"hour": 40, "day": 300, "month": 3500, "year": 50_000}
"""Up to which amount a wage without a currency in a Chinese advert is meant in the money of the country of the work."""


HARD = frozenset({"EUR", "GBP", "CHF", "USD"})
MIN_MONTH, MIN_DAY, MAX_HOUR = 120, 26, 1000
"""In these currencies a wage under the first is none of a month, and under the second none of a day; an hour's is no thousand."""


def _wage(reading: Reading, one: Sum, countries: Sequence[str]) -> Charge:
    period = _period(reading, one)
    if one.currency in HARD and period == "month" and one.low < MIN_MONTH:
        period = "day" if one.low >= MIN_DAY else "hour"
    if period == "hour" and one.low >= MAX_HOUR:
        period = "month"
    if reading.language == "zh" and not one.is_signed and one.low <= MAX_ABROAD[period]:
        one = replace(one, currency="GBP" if "GB" in countries else "EUR")
    return Charge(one, "wage", period)


def _is_due(reading: Reading, one: Sum) -> bool:
    """Whether the clause says when a sum is due, which it says of no other figure: 2,000 on signing."""
    start, end = reading.span(Match(one.start, one.end), "clause")
    return any(reading.has(f"when_{when}", start, end) for when in WHENS)


def _is_not_asked(reading: Reading, place: Match, cue: Match | None, *, is_meant: bool) -> bool:
    """Whether the employer pays a sum, or it is denied; a text that is known to ask for money denies that it is paid at once."""
    if reading.has("employer_pays", *reading.span(place, "clause")):
        return not (is_meant and reading.has("when_from_wages", *reading.span(place, "sentence")))
    return not is_meant and (reading.is_denied(place) or (cue is not None and reading.is_denied(cue)))


def _is_returned(reading: Reading, one: Sum, sums: Sequence[Sum]) -> bool:
    """Whether a sum comes back at the end, and not where the visa is refused."""
    part = up_to_sums(one, sums, *reading.sentences[reading.sentence_at(one.start)])
    is_held = reading.has("returned", *part) or grammar("held").search(reading.plain, *part) is not None
    return is_held and not grammar("refusal").search(reading.plain[part[0] : part[1]])


def _is_same_sentence(reading: Reading, one: Sum, other: Sum) -> bool:
    return reading.sentence_at(one.start) == reading.sentence_at(other.start)


def _role(reading: Reading, one: Sum, last: Charge | None) -> tuple[str, Match | None]:
    """What the nearest words make of a sum. Those before it count before those behind it."""
    clause = reading.span(Match(one.start, one.end), "clause")
    sure = _sure_role(reading, one, last, clause)
    if sure:
        return sure, None
    if not reading.has("fee_word", *clause) and (
        grammar("per_time").match(reading.plain[one.end : one.end + 16])
        or grammar("time_before").search(reading.plain[max(clause[0], one.start - 14) : one.start])
    ):
        return "wage", None
    best: tuple[float, str, Match | None] = (99.0, "", None)
    sentence = reading.sentences[reading.sentence_at(one.start)]
    room = MAX_THREAT if reading.language == "zh" else 3 * MAX_THREAT
    breaks = reading.within("breaks_off", max(sentence[0], one.start - room), one.start)
    if breaks and (last is None or last.sum.end <= breaks[-1].start):
        return "penalty", breaks[-1]
    taken = reading.within("from_wages", *clause) or reading.within("when_from_wages", *clause)
    if taken and not reading.has("wage_word", max(clause[0], taken[0].end, one.start - 4), one.start):
        return "fee", taken[0]
    is_said_large = reading.language != "zh" and one.low >= 500
    if grammar("per_month").match(reading.plain[one.end : one.end + 16]) and (
        is_said_large or not reading.has("fee_word", *clause)
    ):
        return "wage", None
    is_large = one.low >= LEAST_PRICE.get(one.currency, 2000)
    for role, concept, farther in _ROLES:
        # What is handed over is no month's wages where it is so much.
        if concept in ("cash", "cash_strong") and is_large and reading.language != "zh":
            continue
        for cue in reading.within(concept, *clause):
            behind = cue.start - one.end
            distance = behind * 1.5 + 3.0 if behind >= 0 else float(max(0, one.start - cue.end))
            scale = 1.0 if reading.language == "zh" else 0.4
            if (ranked := distance * scale + farther) < best[0]:
                best = (ranked, role, cue)
    if best[1]:
        return best[1], best[2]
    index = reading.clause_at(one.start)
    if index and reading.clauses[index - 1][0] >= sentence[0]:
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
    is_alike = last is not None and (last.role == "fee" or (last.role == "wage" and one.low < 3 * last.sum.low))
    if last is not None and is_alike and one.start - last.sum.end < 20:
        return "bare" if last.is_doubtful else last.role, None
    # A sum of which nothing is said is a price where it is large, or the next words speak of paying.
    is_priced = reading.has("pay", *reading.span(Match(one.start, one.end), "next"))
    if is_priced or is_large:
        return "fee", None
    # In a European advert a bare sum that could be a month's pay is one.
    is_pay = reading.language != "zh" and one.is_signed and one.low >= LEAST_PRICE.get(one.currency, 2000) / 4
    return ("bare" if is_pay else ""), None


def _sure_role(reading: Reading, one: Sum, last: Charge | None, clause: tuple[int, int]) -> str:
    """What a sum is by words that leave no doubt: gross and by the month, asked for in a question, rent of an account."""
    behind = reading.plain[one.end : one.end + 24]
    is_by_month = grammar("per_month").match(behind) is not None
    if grammar("gross_by_time").match(behind) or (is_by_month and reading.plain[one.start - 1 : one.start] == "("):
        return "wage"
    if is_by_month and grammar("rented").search(reading.plain, *clause):
        return "fee"
    if (
        is_by_month
        and last is not None
        and last.role == "fee"
        and one.low < last.sum.low
        and grammar("and_then").fullmatch(reading.plain[last.sum.end : one.start])
    ):
        return "fee"
    asked = reading.plain[max(0, one.start - 24) : one.start].rpartition("?")
    if asked[1] and len(asked[2]) < 10 and grammar("asked_wage").search(asked[0]):
        return "wage"
    return ""


def _is_official(reading: Reading, one: Sum) -> bool:
    start, end = reading.span(Match(one.start, one.end), "around")
    if reading.has("private_account", *reading.span(Match(one.start, one.end), "clause")):
        return False
    return any(
        abs(payee.start - one.start) < (30 if reading.language == "zh" else 90)
        for payee in reading.within("payer_other", start, end)
    ) and not reading.has("fee_strong", start, end)


def _payee(reading: Reading, one: Sum) -> str:
    start, end = reading.span(Match(one.start, one.end), "around")
    return "hospital" if grammar("hospital").search(reading.plain[start:end]) else "embassy"


def _period(reading: Reading, one: Sum) -> str:
    asked = reading.plain[max(0, one.start - 24) : one.start].rpartition("?")[0]
    near = asked + _near(reading, one, 10, 14 if reading.language == "zh" else 22)
    return next((period for period in _PERIODS if grammar(f"per_{period}").search(near)), "month")


def _paid_in(reading: Reading, one: Sum, charges: Sequence[Charge]) -> str:
    """The words behind a sum in which its parts are told: the rest of its sentence, up to a sum that is larger."""
    end = min(reading.sentences[reading.sentence_at(one.start)][1], one.end + MAX_PARTS)
    larger = [other.sum.start for other in charges if other.sum.start > one.start and other.sum.low >= one.low]
    return reading.plain[one.end : min([end, *larger])]


def _near(reading: Reading, one: Sum, before: int, behind: int) -> str:
    """The words around a sum: those before it in its clause, and those behind it up to a comma."""
    start = max(reading.span(Match(one.start, one.end), "clause")[0], one.start - before)
    return reading.plain[start : one.end] + re.split(r"[,;。，]", reading.plain[one.end : one.end + behind])[0]


def _parts_of(charges: Sequence[Charge], fees: Sequence[int], order: int) -> list[int]:
    """The places of the charges next to one, behind it or before it, that add up to it."""
    whole = charges[fees[order]].sum
    for count in range(2, MAX_ADDED + 1):
        for places in (fees[order + 1 : order + 1 + count], fees[max(0, order - count) : order]):
            parts = [charges[place].sum for place in places]
            if len(parts) == count and sum(part.low for part in parts) == whole.low:
                return list(places)
    return []


MAX_ADDED = 5
"""Parts of a sum that are added up."""


def _with_instalments(reading: Reading, charges: list[Charge]) -> list[Charge]:
    """Charges of which a first one is the whole and the others are its parts, or that are said to be paid in parts."""
    result = list(charges)
    fees = [place for place, one in enumerate(result) if one.role == "fee" or (not one.role and one.is_doubtful)]
    added = {part for order in range(len(fees)) for part in _parts_of(result, fees, order)}
    for order, place in enumerate(fees):
        one = result[place]
        if place in added:
            continue
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
        dates = sum(reading.has(f"when_{when}", *sentence) for when in WHENS)
        in_parts = (one.when == "not_said" or dates > 1) and reading.has("when_instalments", *clauses)
        is_told = one.when != "monthly" and grammar("part_of").search(_paid_in(reading, one.sum, result)) is not None
        is_first = bool(parts) and (
            sum(part.sum.low for part in parts) <= one.sum.low
            and reading.has("pay", parts[0].sum.start - 14, parts[0].sum.end + 8)
        )
        adds_up = _parts_of(result, fees, order)
        is_part = any(result[other].sum.low > one.sum.low for other in fees[:order])
        own = {result[part].when for part in adds_up}
        if adds_up and one.when not in ("not_said", "instalments") and own <= {"not_said", one.when}:
            for part in adds_up:
                result[part] = replace(result[part], when=one.when)
            continue
        if one.when != "from_wages" and (adds_up or (not is_part and (in_parts or is_told or is_first))):
            result[place] = replace(one, when="instalments")
    return result
