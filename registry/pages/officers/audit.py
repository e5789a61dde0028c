"""The audit trail: the unit's lines for its auditor, whether the chain holds, a copy, and a case's tab of who did what.

`detail_in` says the detail of an act in words: states, officers and days in place of codes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request, stream_with_context
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.audit import actions, queries
from registry.core.clock import now
from registry.http.transaction import reading
from registry.i18n.faults import found
from registry.i18n.languages import has_text, text
from registry.i18n.names import language_name
from registry.i18n.wording import date_text, listed
from registry.officer_acts.permissions import names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail
from registry.pages.forms import read_digits
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.forms import day
from registry.pages.officers.guard import Afterwards, page_at
from registry.pages.officers.rendering import language, page
from registry.vocabulary.register import Language

pages = Blueprint("console_audit", __name__)

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "case.moved": ("case_state",),
    "case.consent_given": ("desk.consent",),
    "case.consent_revoked": ("desk.consent",),
    "case": ("role",),
    "break_glass": ("role",),
    "decision": ("decision_outcome", "role"),
    "deposit": ("deposit.kind",),
    "event": ("event_kind",),
    "firm": ("firm_part",),
    "claim": ("claim_kind",),
    "hearing": ("audit.by", "role"),
    "keys": ("audit.holder",),
    "licence": ("status", "sanction"),
    "licensing": ("licensing.act",),
    "channel": ("licensing.channel",),
    "officer": ("role", "audit.factor"),
    "referral": ("partner_kind", "audit.by", "role"),
    "sanction": ("sanction", "sanction_state"),
    "statistics": ("overview.table", "audit.table"),
}
"""Where the words of an act's detail may stand; an act of its own name goes before its kind. Of any other it may be a role."""

_FROM_TO = frozenset({"case.moved", "case.priority", "case.danger"})
_MOVED = 2
"""Words of a sanction that was moved: its kind, and where it stood before."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERENCE = re.compile(r"[0-9A-Z]{12}")


def detail_in(language: Language, act: str, detail: str, names: Mapping[str, str]) -> str:
    """`names` are those of officers by reference."""
    families = FAMILIES.get(act) or FAMILIES.get(act.partition(".")[0], ("role",))
    whole = found(detail, "audit.detail") if detail else None
    if whole is not None:
        key, values = whole
        return text(language, key, **{name: _word(language, families, word, names) for name, word in values.items()})
    if act == "case.translated":
        return language_name(language, detail.replace("-", "_"))
    words = [_word(language, families, word, names) for word in detail.split()]
    if act.startswith("sanction.") and len(words) == _MOVED:
        return text(language, "audit.before", what=words[0], state=words[1])
    return " → ".join(words) if act in _FROM_TO else listed(language, words)


def references_in(details: Iterable[str]) -> Iterator[str]:
    """What may be an officer's reference in them."""
    for detail in details:
        yield from _REFERENCE.findall(detail)


def _word(language: Language, families: Iterable[str], word: str, names: Mapping[str, str]) -> str:
    if _DAY.fullmatch(word):
        return date_text(language, date.fromisoformat(word))
    if word in names:
        return names[word]
    key = next((f"{family}.{word}" for family in families if has_text(f"{family}.{word}")), None)
    if key is not None:
        return text(language, key)
    return word.upper() if re.fullmatch(r"p[0-4]", word) else word


A_PAGE = 50
NOT_OFFICERS = ("complainant", "registry", "operator", "nobody")
"""Actors that are no officers: the complainant, the service itself, its operator, and an unknown at sign-in."""
FIELDS = ("from", "to", "actor", "act", "subject", "reads")
MAX_LENGTH = 60


class AuditFilterForm(NamedTuple):
    """`typed` is kept as it was, `faults` names the fields that could not be read."""

    wanted: trail.Wanted
    typed: Mapping[str, str]
    faults: frozenset[str]

    @property
    def query(self) -> str:
        """The same question as an address has it."""
        return urlencode({name: value for name, value in self.typed.items() if value})


def read_filters(args: MultiDict[str, str]) -> AuditFilterForm:
    typed = {name: args.get(name, "").strip()[:MAX_LENGTH] for name in FIELDS}
    faults = frozenset(name for name in ("from", "to") if typed[name] and day(typed[name]) is None)
    wanted = trail.Wanted(
        from_on=day(typed["from"]),
        to_on=day(typed["to"]),
        actor=typed["actor"] or None,
        act=typed["act"].casefold() or None,
        subject=typed["subject"] or None,
        is_reading=bool(typed["reads"]),
    )
    return AuditFilterForm(wanted, typed, faults)


@page_at(pages, "/audit", Resource.AUDIT, Act.READ)
def list_lines(session: Session, me: AuthenticatedOfficer) -> Response:
    stated, unit = read_filters(request.args), me.standing.unit
    trail.note_reading(session, "audit.read", unit, on=me.day(now()), actor=me.officer.reference, unit=unit)
    before = _before()
    found = [] if stated.faults else trail.lines_of(session, unit, stated.wanted, before=before, limit=A_PAGE + 1)
    on_page = found[:A_PAGE]
    return page(
        "audit/lines.html",
        here="audit",
        status=400 if stated.faults else 200,
        asked=stated,
        lines=on_page,
        older=on_page[-1].number if len(found) > A_PAGE else None,
        is_first="before" not in request.args,
        people=names_in(session, unit),
        names=trail.names_of(session, _people_in(on_page)),
        nobody=NOT_OFFICERS,
        is_reading=trail.is_reading,
        detail_of=partial(detail_in, language()),
    )


def _before() -> int | None:
    """The line before which a page ends; what is none begins at the latest."""
    return read_digits(request.args.get("before", ""), 15)


def _people_in(on_page: Sequence[trail.Line]) -> list[str]:
    """Who may be named in lines, as references."""
    details = references_in(one.detail for one in on_page)
    return [*(one.actor for one in on_page), *(one.subject or "" for one in on_page), *details]


@page_at(pages, "/audit/verify", Resource.AUDIT, Act.READ)
def show_verification(_session: Session, _me: AuthenticatedOfficer) -> Afterwards:
    """Deriving a long chain takes a while."""
    typed = request.args.get("head", "").strip()[:100]
    stored = queries.read_head(typed) if typed else None
    is_head = stored is not None or not typed

    def verify() -> Response:
        found = queries.verify(reading(), stored) if is_head else None
        return page("audit/verify.html", here="audit", status=200 if is_head else 400, typed=typed, found=found)

    return Afterwards(verify)


@page_at(pages, "/audit/export", Resource.AUDIT, Act.EXPORT)
def export(session: Session, me: AuthenticatedOfficer) -> Response:
    stated = read_filters(request.args)
    if stated.faults:
        return page("audit/refused.html", here="audit", status=400, asked=stated)
    unit = me.standing.unit
    today = me.day(now())
    actions.record(session, "audit.exported", unit, on=today, actor=me.officer.reference, unit=unit)
    lines = stream_with_context(_lines_exported(unit, stated))
    response = Response(lines, content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{unit}-{today}.jsonl"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines_exported(unit: str, stated: AuditFilterForm) -> Iterator[bytes]:
    """Read when the line that tells of it is committed, so that the copy holds it too."""
    yield from trail.exported(reading(), unit, stated.wanted)


@page_at(pages, "/cases/<reference>/trail", Resource.TRAIL, Act.READ)
def show_trail(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    head, unit = open_case(session, me, reference), me.standing.unit
    acts = trail.acts_on(session, reference)
    about = trail.Wanted(subject=reference)
    found = trail.lines_of(session, unit, about, before=_before(), limit=A_PAGE + 1)
    lines = found[:A_PAGE]
    people = [one.actor for one in acts] + list(references_in(one.detail for one in lines))
    names = trail.names_of(session, people)
    trail.note_reading(session, "case.trail_read", reference, on=me.day(head.at), actor=me.officer.reference, unit=unit)
    return case_page(
        "audit/trail.html",
        me,
        head,
        "trail",
        reads=[one for one in acts if trail.is_reading(one.act)],
        lines=lines,
        older=lines[-1].number if len(found) > A_PAGE else None,
        names=names,
        is_reading=trail.is_reading,
        detail_of=partial(detail_in, language()),
    )
