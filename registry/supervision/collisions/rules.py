"""Pure decisions about agencies that resemble each other: what is compared, in which form, and how much it tells."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from registry.register.agencies import channel_rules, domains, keys, record
from registry.register.names.scoring import NEAR, score
from registry.vocabulary.register import STATUSES, Answer, ChannelKind, IdentifierScheme, LicenceStatus


class Sign(StrEnum):
    """What two agencies have in common. `registered_after` says that one began when the other had lost its licence."""

    NEAR_NAME = "near_name"
    IDENTIFIER = "identifier"
    BANK_ACCOUNT = "bank_account"
    PHONE = "phone"
    WECHAT = "wechat"
    WEBSITE = "website"
    EMAIL = "email"
    ADDRESS = "address"
    REGISTERED_AFTER = "registered_after"


SIGN_OF = {
    ChannelKind.PHONE: Sign.PHONE,
    ChannelKind.EMAIL: Sign.EMAIL,
    ChannelKind.WEBSITE: Sign.WEBSITE,
    ChannelKind.WECHAT: Sign.WECHAT,
    ChannelKind.BANK_ACCOUNT: Sign.BANK_ACCOUNT,
}

WEIGHTS = {
    Sign.IDENTIFIER: 50,
    Sign.BANK_ACCOUNT: 45,
    Sign.PHONE: 35,
    Sign.WECHAT: 35,
    Sign.EMAIL: 30,
    Sign.WEBSITE: 30,
    Sign.NEAR_NAME: 25,
    Sign.REGISTERED_AFTER: 20,
    Sign.ADDRESS: 15,
}
"""How much each sign tells. A rank is their sum, 100 at most."""

LOST = frozenset(
    {LicenceStatus.REVOKED, LicenceStatus.REVOKED_IMMEDIATE, LicenceStatus.BANNED, LicenceStatus.SUSPENDED}
)
"""The statuses after which a firm may rise again under another name."""

MAX_NAMES = 12
"""Names of one agency that are compared."""
_SHORTEST_ADDRESS = 6
_SHORTEST_PHONE = 7


def rank(signs: Collection[Sign]) -> int:
    return min(100, sum(WEIGHTS[sign] for sign in signs))


def comparable(sign: Sign, value: str, country: str) -> str | None:
    """The form in which two values of a sign are compared; None for a value that does not tell agencies apart."""
    return _FORMS[sign](value, country)


def _phone(value: str, country: str) -> str | None:
    number = next(iter(channel_rules.e164(value, (country,))), None)
    if number is not None:
        return number
    digits = "".join(character for character in unicodedata.normalize("NFKC", value) if character.isdecimal())
    return f"{country}:{digits}" if len(digits) >= _SHORTEST_PHONE else None


def _domain(value: str, country: str) -> str | None:
    """The registered part of a website's host; for sites that host pages of strangers, host and page."""
    found = domains.host_of(value)
    if found is None:
        return None
    owned = domains.registrable(found[0])
    return "/".join(found) if domains.is_shared(found[0]) else owned


def _address(value: str, country: str) -> str | None:
    """A place with a house number; without one it is a town, which thousands share."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", value).casefold() if c.isalnum())
    has_number = any(character.isdecimal() for character in letters)
    return f"{country}:{letters}" if has_number and len(letters) >= _SHORTEST_ADDRESS else None


def _word(value: str, country: str) -> str | None:
    return "".join(unicodedata.normalize("NFKC", value).casefold().split()) or None


def _no_match(value: str, country: str) -> str | None:
    """None: of a bank account only the last four characters are held, too few to tell accounts apart."""
    return None


def _as_is(value: str, country: str) -> str | None:
    return value


_FORMS = {
    Sign.PHONE: _phone,
    Sign.WEBSITE: _domain,
    Sign.EMAIL: _word,
    Sign.WECHAT: _word,
    Sign.ADDRESS: _address,
    Sign.BANK_ACCOUNT: _no_match,
    Sign.IDENTIFIER: _as_is,
}


def identifier_value(scheme: IdentifierScheme, value: str, country: str) -> str:
    return f"{scheme}:{keys.identifier_key(scheme, value, country)}"


def shared_values(agency: record.Agency) -> Iterator[tuple[Sign, str, str]]:
    """The values of an agency's public record that another may share: sign, comparable form, and value as written."""
    for channel in agency.channels:
        yield from _comparable_signs(SIGN_OF[channel.kind], channel.value, agency.country)
    for identifier in agency.identifiers:
        value = identifier_value(identifier.scheme, identifier.value, agency.country)
        yield Sign.IDENTIFIER, value, identifier.value
    if agency.place is not None:
        yield from _comparable_signs(Sign.ADDRESS, agency.place, agency.country)


def _comparable_signs(sign: Sign, value: str, country: str) -> Iterator[tuple[Sign, str, str]]:
    form = comparable(sign, value, country)
    if form is not None:
        yield sign, form, value


def lost_on(agency: record.Agency) -> date | None:
    """The day since which a licence of the agency is revoked, suspended or banned; the first, if several are."""
    days = [
        period.from_
        for licence in agency.licences
        for period in licence.status_history
        if period.status in LOST and period.to is None and period.from_ is not None
    ]
    return min(days, default=None)


def began_on(agency: record.Agency) -> date | None:
    """The first day for which a licence of the agency is known."""
    days = [day for one in agency.licences for day in (one.valid_from, *(p.from_ for p in one.status_history)) if day]
    return min(days, default=None)


def rose_after(one: record.Agency, other: record.Agency) -> bool:
    """Whether one of them was first licensed on or after the day on which the other lost its licence."""
    return _rose(one, other) or _rose(other, one)


def _rose(fallen: record.Agency, fresh: record.Agency) -> bool:
    lost, began = lost_on(fallen), began_on(fresh)
    return lost is not None and began is not None and began >= lost


class Finding(NamedTuple):
    """What two records say of a sign today. `key`: the sign's own sentence; `shared` with `values`, or `gone` where they no
    longer share it."""

    sign: Sign
    key: str
    facts: Mapping[str, str | date] = MappingProxyType({})


_SENTENCES = {
    Sign.NEAR_NAME: "near name: {mine} / {theirs} ({how}, {score})",
    Sign.REGISTERED_AFTER: "{fresh} begins {began}; {fallen} lost its licence on {lost}",
    Sign.BANK_ACCOUNT: "same bank account, by its digest: whole numbers are not kept",
    "shared": "same {sign}: {values}",
    "gone": "same {sign} when it was found",
}


def evidence(found: Iterable[Finding]) -> list[str]:
    """A line in English for each finding."""
    lines = []
    for one in found:
        is_name_gone = one == Finding(Sign.NEAR_NAME, "gone")
        sentence = "near name when it was found" if is_name_gone else _SENTENCES[one.key]
        lines.append(sentence.format(sign=one.sign.replace("_", " "), **one.facts))
    return lines


def findings(one: record.Agency, other: record.Agency, signs: Collection[Sign]) -> list[Finding]:
    """What both records say now of each sign; what they no longer share says so."""
    values: dict[Sign, list[str]] = {}
    theirs = {(sign, form): value for sign, form, value in shared_values(other)}
    for sign, form, value in shared_values(one):
        if (sign, form) in theirs:
            both = theirs[sign, form]
            values.setdefault(sign, []).append(value if value == both else f"{value} / {both}")
    found = []
    for sign in (sign for sign in Sign if sign in signs):
        if sign is Sign.NEAR_NAME:
            found.append(_name_finding(one, other))
        elif sign is Sign.REGISTERED_AFTER:
            found.append(_time_finding(one, other))
        elif sign is Sign.BANK_ACCOUNT:
            found.append(Finding(sign, sign))
        elif sign in values:
            found.append(Finding(sign, "shared", {"values": ", ".join(values[sign])}))
        else:
            found.append(Finding(sign, "gone"))
    return found


def _name_finding(one: record.Agency, other: record.Agency) -> Finding:
    pairs = [
        (score(mine.name, theirs.name), mine.name, theirs.name)
        for mine in one.names[:MAX_NAMES]
        for theirs in other.names[:MAX_NAMES]
    ]
    best = max(pairs, key=lambda pair: pair[0].score, default=None)
    if best is None or best[0].score < NEAR:
        return Finding(Sign.NEAR_NAME, "gone")
    match, mine, theirs = best
    facts = {"mine": mine, "theirs": theirs, "how": match.how.replace("_", " "), "score": f"{match.score:.0f}"}
    return Finding(Sign.NEAR_NAME, Sign.NEAR_NAME, facts)


def _time_finding(one: record.Agency, other: record.Agency) -> Finding:
    fallen, fresh = (one, other) if _rose(one, other) else (other, one)
    began, lost = began_on(fresh), lost_on(fallen)
    if began is None or lost is None:
        return Finding(Sign.REGISTERED_AFTER, "gone")
    facts: dict[str, str | date] = {"fresh": fresh.agency_id, "began": began, "fallen": fallen.agency_id, "lost": lost}
    return Finding(Sign.REGISTERED_AFTER, Sign.REGISTERED_AFTER, facts)


def statuses_now(agency: record.Agency, day_of: Callable[[str], date]) -> list[str]:
    """The statuses stated for today, the worst first, for a reader's eye; `day_of` an authority is the day where it sits."""
    statuses = {
        period.status
        for licence in agency.licences
        for day in (day_of(licence.authority),)
        for period in licence.status_history
        if period.status and (period.from_ is None or period.from_ <= day) and (period.to is None or day <= period.to)
    }
    return sorted(
        (status.value for status in statuses), key=lambda word: STATUSES[LicenceStatus(word)].recruit is Answer.YES
    )
