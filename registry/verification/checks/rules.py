"""Compares what a recruiter told a worker with what the agency registered. Pure: nothing of it is stored."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from registry.register.agencies import channel_rules, domains, record
from registry.register.agencies.keys import number_key
from registry.register.names import scoring, spelling
from registry.register.names.words import parted
from registry.vocabulary.checks import CheckKind, CheckOutcome
from registry.vocabulary.codes import CheckNote, CheckSummary, RedFlag
from registry.vocabulary.register import ChannelKind, Likeness, NameKind

CHANNELS = {
    CheckKind.PHONE: ChannelKind.PHONE,
    CheckKind.WECHAT: ChannelKind.WECHAT,
    CheckKind.EMAIL: ChannelKind.EMAIL,
    CheckKind.WEBSITE: ChannelKind.WEBSITE,
    CheckKind.BANK_ACCOUNT: ChannelKind.BANK_ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class StatedDetail:
    kind: CheckKind
    value: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something noticed; `like` is the registered domain or name that another is only like."""

    code: CheckNote
    like: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    stated: StatedDetail
    outcome: CheckOutcome
    notes: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """The agency, and what its record does not show.

    `changed_at` is when a channel became one of the agency's after it was known, by kind and key (of an account its
    digest). `digests` are those of each shown account, `asked` the digest of each account that was told, as it was
    told. `today` is the day where the authority of its licences sits; None stands for UTC.
    """

    agency: record.Agency
    changed_at: Mapping[tuple[ChannelKind, str], datetime] = field(default_factory=dict)
    digests: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None


def check(stated: StatedDetail, registered: Registered | None, now: datetime) -> Checked:
    """Compare one statement with what the agency registered; without an agency there is nothing to compare with."""
    notes = papers_in(stated.value) if stated.kind in (CheckKind.NUMBER, CheckKind.NAME) else ()
    if stated.kind is CheckKind.EMAIL and _domain_of(stated.value) in domains.FREE_MAIL:
        notes += (Noted(CheckNote.FREE_MAIL),)
    if registered is None or stated.kind is CheckKind.QQ:
        return Checked(stated, CheckOutcome.NOT_REGISTERED, notes)
    agency = registered.agency
    if stated.kind is CheckKind.NUMBER:
        return Checked(stated, _one_of(number_key(stated.value), map(number_key, _numbers(agency))), notes)
    if stated.kind is CheckKind.STAFF_NUMBER:
        numbers = [
            one.number
            for one in agency.intermediaries
            if one.number and _holds(one.from_, one.to, registered.today or now.date())
        ]
        return Checked(stated, _one_of(number_key(stated.value), map(number_key, numbers)), notes)
    if stated.kind is CheckKind.NAME:
        return _checked_name(stated, agency, notes)
    if stated.kind is CheckKind.BANK_ACCOUNT:
        return _checked_account(stated, registered, now, notes)
    return _checked_channel(stated, registered, now, notes)


def _one_of(key: str, keys: Iterator[str]) -> CheckOutcome:
    known = set(keys) - {""}
    if not known:
        return CheckOutcome.NOT_REGISTERED
    return CheckOutcome.MATCH if key in known else CheckOutcome.MISMATCH


def _numbers(agency: record.Agency) -> list[str]:
    licences = [licence.number for licence in agency.licences if licence.number]
    references = [agency.agency_id, *(licence.licence_id for licence in agency.licences)]
    return [*licences, *references, *(one.value for one in agency.identifiers if not one.is_under_review)]


_SAME = (Likeness.EXACT, Likeness.DIACRITICS, Likeness.LEGAL_FORM)
_SAME_FROM = 97.0
"""A name that only leaves out its legal form or its accents is the name; another form of it is another firm."""


def is_same_name(stated: str, name: str) -> bool:
    """Whether a name is the registered one, as written: letters of another script that look alike are not."""
    name_parts = parted(stated)
    if not name_parts.units or spelling.is_disguised(stated, name):
        return False
    match = scoring.best_match((name_parts,), parted(name))
    return match.how in _SAME and match.score >= _SAME_FROM


def may_mean(stated: str, name: str) -> bool:
    """Whether a name is the registered one in part, in pinyin, translated or reordered: no letter and no form wrong."""
    match = scoring.score(stated, name)
    forms = set(parted(stated).forms), set(parted(name).forms)
    if all(forms) and forms[0] != forms[1]:
        return False
    return match.score >= scoring.NEAR and match.how not in scoring.SLIPS and not spelling.is_disguised(stated, name)


def only_bearer(stated: Sequence[StatedDetail], agencies: Sequence[record.Agency]) -> record.Agency | None:
    """The one agency that bears a name that was told; None where several do, or none."""
    names = [one.value for one in stated if one.kind is CheckKind.NAME]
    bearers = [one for one in agencies if any(is_same_name(name, its.name) for name in names for its in one.names)]
    return bearers[0] if len(bearers) == 1 else None


def _checked_name(stated: StatedDetail, agency: record.Agency, notes: tuple[Noted, ...]) -> Checked:
    if not agency.names:
        return Checked(stated, CheckOutcome.NOT_REGISTERED, notes)
    kinds = {name.kind for name in agency.names if is_same_name(stated.value, name.name)}
    if kinds:
        former = (Noted(CheckNote.FORMER_NAME),) if kinds == {NameKind.FORMER} else ()
        return Checked(stated, CheckOutcome.MATCH, notes + former)
    nearest = max(agency.names, key=lambda name: scoring.score(stated.value, name.name).score)
    if may_mean(stated.value, nearest.name):
        return Checked(stated, CheckOutcome.MATCH, (*notes, Noted(CheckNote.PART_OF_NAME, nearest.name)))
    return mismatched_name(stated, nearest.name, notes)


def mismatched_name(stated: StatedDetail, name: str, notes: tuple[Noted, ...] = ()) -> Checked:
    """A name that is not the registered one; where one could be taken for the other, both are shown."""
    is_near = scoring.score(stated.value, name).score >= scoring.NEAR
    return Checked(stated, CheckOutcome.MISMATCH, (*notes, Noted(CheckNote.NEAR_NAME, name)) if is_near else notes)


def _checked_account(stated: StatedDetail, registered: Registered, now: datetime, notes: tuple[Noted, ...]) -> Checked:
    """Accounts are compared by digest alone.

    Of one that was registered by its last four characters these can tell that an account is another, never that it is
    it.
    """
    account = channel_rules.account_text(stated.value)
    if account is None:
        notes += (Noted(CheckNote.NOT_READABLE),)
    channels = _current(registered.agency, ChannelKind.BANK_ACCOUNT, now.date())
    if not channels:
        return Checked(stated, CheckOutcome.NOT_REGISTERED, notes)
    digest = registered.asked.get(stated.value)
    if digest is not None and any(digest in registered.digests.get(one.value, ()) for one in channels):
        is_fresh = channel_rules.is_recent(registered.changed_at.get((ChannelKind.BANK_ACCOUNT, digest)), now)
        return Checked(stated, CheckOutcome.CHANGED_RECENTLY if is_fresh else CheckOutcome.MATCH, notes)
    bare = [one.value for one in channels if not registered.digests.get(one.value)]
    if account is not None and any(account[-4:] == value[-4:] for value in bare):
        return Checked(stated, CheckOutcome.NOT_REGISTERED, (*notes, Noted(CheckNote.LAST_FOUR_AGREE)))
    return Checked(stated, CheckOutcome.MISMATCH, notes)


def _checked_channel(stated: StatedDetail, registered: Registered, now: datetime, notes: tuple[Noted, ...]) -> Checked:
    agency = registered.agency
    kind = CHANNELS[stated.kind]
    if stated.kind in (CheckKind.EMAIL, CheckKind.WEBSITE):
        notes += _domain_notes(stated, _current(agency, None, now.date()))
    if stated.kind is CheckKind.PHONE and not _possible_phones(stated.value, agency.country):
        notes += (Noted(CheckNote.NOT_READABLE),)
    channels = _current(agency, kind, now.date())
    if not channels:
        return Checked(stated, CheckOutcome.NOT_REGISTERED, notes)
    found = [one for one in channels if is_same(kind, stated.value, one.value, agency.country)]
    if not found:
        return Checked(stated, CheckOutcome.MISMATCH, notes)
    changes = [registered.changed_at.get((kind, channel_rules.channel_key(kind, one.value))) for one in found]
    is_fresh = all(channel_rules.is_recent(change, now) for change in changes)
    return Checked(stated, CheckOutcome.CHANGED_RECENTLY if is_fresh else CheckOutcome.MATCH, notes)


def _current(agency: record.Agency, kind: ChannelKind | None, today: date) -> list[record.Channel]:
    return [one for one in agency.channels if kind in (None, one.kind) and _holds(one.from_, one.to, today)]


def _holds(from_: date | None, to: date | None, today: date) -> bool:
    return (from_ is None or from_ <= today) and (to is None or today <= to)


def is_same(kind: ChannelKind, stated: str, registered: str, country: str) -> bool:
    """Whether two channels are one; `country` is where the agency sits, whose numbers it writes without a prefix."""
    if kind is ChannelKind.PHONE:
        return bool(_possible_phones(stated, country) & channel_rules.e164(registered, (country,)))
    if kind is ChannelKind.WEBSITE:
        return domains.is_same_site(stated, registered)
    return bool(_plain(stated)) and _plain(stated) == _plain(registered)


_WECHAT_LABEL = re.compile(r"(?:微信|wechat|weixin|wx)(?:号|號| ?id)?\s?[:\s]\s?")


def _plain(text: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split(" ")).strip()
    visible = "".join(c for c in folded if unicodedata.category(c)[0] != "C")
    return _WECHAT_LABEL.sub("", visible, count=1)


def _possible_phones(text: str, agency_country: str) -> frozenset[str]:
    """What a worker may mean: the number as written, as dialled where the agency sits, or as dialled in China."""
    return channel_rules.e164(text, (agency_country, "CN"))


def _domain_of(address: str) -> str:
    found = domains.host_of(address.rpartition("@")[2])
    return domains.registrable(found[0]) if found else ""


def _domain_notes(stated: StatedDetail, channels: Sequence[record.Channel]) -> tuple[Noted, ...]:
    mine = domains.host_of(stated.value.rpartition("@")[2] if stated.kind is CheckKind.EMAIL else stated.value)
    if mine is None:
        return (Noted(CheckNote.NOT_READABLE),)
    for channel in channels:
        if channel.kind not in (ChannelKind.EMAIL, ChannelKind.WEBSITE):
            continue
        is_email = channel.kind is ChannelKind.EMAIL
        theirs = domains.host_of(channel.value.rpartition("@")[2] if is_email else channel.value)
        if theirs is None:
            continue
        if domains.looks_like(mine[0], theirs[0]):
            return (Noted(CheckNote.LOOKS_LIKE, domains.registrable(theirs[0])),)
        domain = domains.registrable(theirs[0])
        is_own = domain not in domains.FREE_MAIL and domains.is_same_site(mine[0], theirs[0])
        if stated.kind is CheckKind.EMAIL and is_own and _plain(stated.value) != _plain(channel.value):
            return (Noted(CheckNote.SAME_DOMAIN),)
    return ()


_PAPERS = (
    (CheckNote.HUMAN_RESOURCES_PERMIT, re.compile(r"人力[资資]源服[务務][许許]可[证證]|人服[证證]字")),
    (
        CheckNote.DOMESTIC_DISPATCH_PERMIT,
        re.compile(r"[劳勞][务務]派遣[经經][营營][许許]可[证證]|[劳勞][务務]派遣[许許]可[证證]"),
    ),
    (
        CheckNote.SEAFARER_PERMIT,
        re.compile(r"海[员員](?:外派|[证證])|船[员員](?:服[务務]|[证證]|适任|適任)|(?i:seafarer|seam[ae]n'?s?book)"),
    ),
)
"""Papers shown as if they were a licence to send workers abroad, by the words that stand on them."""


def papers_in(text: str) -> tuple[Noted, ...]:
    """The papers named in a text that are no licence for work abroad."""
    folded = "".join(unicodedata.normalize("NFKC", text).split(" "))
    return tuple(Noted(code) for code, words in _PAPERS if words.search(folded))


_NAMING = (CheckKind.NUMBER, CheckKind.NAME)
_PAPER_NOTES = tuple(code for code, _ in _PAPERS)


def summary(
    checked: Sequence[Checked],
    papers: Sequence[Noted],
    *,
    is_licensed: bool,
    has_agency: bool,
    has_candidates: bool,
    is_refused: bool = False,
    flags: Sequence[RedFlag] = (),
) -> CheckSummary:
    """What it comes to, the gravest first: the licence before all else, then what was told, then what the advert asks for.

    Numbers and names are printed everywhere: only a channel speaks for a person. `is_refused`: the agency may not
    recruit.
    """
    outcomes = [one.outcome for one in checked]
    channels = [one for one in checked if one.stated.kind not in _NAMING]
    if is_refused and not (channels and set(outcomes) == {CheckOutcome.MATCH}):
        return CheckSummary.AGENCY_NOT_LICENSED
    if CheckOutcome.MISMATCH in outcomes:
        return CheckSummary.MISMATCHES
    if papers or any(note.code in _PAPER_NOTES for one in checked for note in one.notes):
        return CheckSummary.NOT_A_LICENCE_FOR_ABROAD
    if any(flag is not RedFlag.NO_COMPANY for flag in flags):
        return CheckSummary.RED_FLAGS
    if not has_agency:
        if not has_candidates and RedFlag.NO_COMPANY in flags:
            return CheckSummary.NO_COMPANY_IN_ADVERT
        if has_candidates:
            return CheckSummary.SEVERAL_AGENCIES
        is_named = any(one.stated.kind in _NAMING for one in checked)
        return CheckSummary.NO_LABOUR_SUPPLIER if is_named else CheckSummary.NO_AGENCY_NAMED
    if CheckOutcome.CHANGED_RECENTLY in outcomes:
        return CheckSummary.CHANGED_RECENTLY
    if not channels:
        return CheckSummary.NUMBER_OR_NAME_ONLY
    if any(one.outcome is CheckOutcome.NOT_REGISTERED for one in channels):
        return CheckSummary.NOTHING_TO_COMPARE
    return CheckSummary.MATCHES if is_licensed else CheckSummary.MATCHES_BUT_NOT_LICENSED
