"""Why something was refused, in a page language, and beside the fields that it is about.

For what has no words in that language the caller falls back to English. A page that shows a form again is made first; then each
fault goes before the control that has its name, and the summary at the head leads to it by the words of its own label. A fault
of a field that the page does not show stays in the summary alone.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from markupsafe import escape

from registry.core import errors
from registry.core.faults import Message
from registry.i18n.faults import faults_text, message_in
from registry.i18n.languages import has_text, text
from registry.i18n.wording import date_text, listed, problem_detail
from registry.register.law.overlays.models import OverlayState
from registry.vocabulary.cases import AccessState, CaseRole, CaseState, HearingState, ReferralState, TransferState
from registry.vocabulary.register import ChannelKind, Language
from registry.vocabulary.supervision import ChannelChangeState, EntryRequestState, ProposalState, SanctionState

FAMILIES: dict[type[StrEnum], str] = {
    CaseState: "case_state",
    CaseRole: "role",
    HearingState: "hearing_state",
    AccessState: "opening_state",
    ReferralState: "referral_state",
    TransferState: "transfer_state",
    SanctionState: "sanction_state",
    EntryRequestState: "entry_state",
    ProposalState: "licensing.state",
    ChannelChangeState: "channel.state",
    ChannelKind: "licensing.channel",
    OverlayState: "law.state",
}
"""Where the words for the values of a fact stand."""


def refusal_text(language: Language, refused: errors.RegistryError) -> str | None:
    """The words for an error; None where it has none but its own."""
    if isinstance(refused, errors.ActRefused | errors.Forbidden):
        key = f"console.fault.{refused.reason}"
        return text(language, key) if has_text(key) else None
    if isinstance(refused, errors.InvalidInput):
        return faults_text(language, refused.faults) or None
    if language is Language.EN:
        # English words are the errors' own: they say more of the place, such as a version.
        return None
    if isinstance(refused, errors.StaleVersion):
        return problem_detail(language, refused.code)
    if (
        isinstance(refused, errors.IllegalMove | errors.NotNow | errors.ChannelChangeRefused)
        and refused.lack is not None
    ):
        key = words_at(refused.lack)
        return text(language, key, **{name: _view(language, name, fact) for name, fact in refused.facts.items()})
    return None


def words_at(lack: str) -> str:
    """The key of the words for a code such as `hearing.own_draft`."""
    kind, _, code = lack.partition(".")
    return f"{kind}.lack.{code}"


def _view(language: Language, name: str, fact: object) -> str:
    if isinstance(fact, date):
        return date_text(language, fact)
    if isinstance(fact, StrEnum):
        return text(language, f"{FAMILIES[type(fact)]}.{fact}")
    if isinstance(fact, Message):
        return message_in(language, fact)
    if isinstance(fact, str):
        return text(language, f"case.tab.{fact}") if name == "tab" else fact
    if isinstance(fact, Iterable):
        return listed(language, [_view(language, name, one) for one in fact])
    return str(fact)


class FieldFault(NamedTuple):
    """What is wrong with one field: its name in the form, what it is called where no label says it, and words."""

    field: str
    called: str
    words: str


_CONTROL = r"<(?:input|select|textarea)\b(?=[^>]*\bname=\"{name}\")(?![^>]*\btype=\"(?:hidden|checkbox|radio)\")[^>]*>"
_ID = re.compile(r'\bid="([^"]+)"')
_DESCRIBED = re.compile(r'\baria-describedby="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


def anchor(field: str) -> str:
    """Where the summary leads before the page is known: replaced by the control's own id."""
    return f"#field-{field}"


def with_faults(body: str, faults: Iterable[FieldFault]) -> str:
    """The page with each fault beside its field."""
    for fault in faults:
        body = _with_fault(body, fault)
    return body


def _with_fault(body: str, fault: FieldFault) -> str:
    control = re.search(_CONTROL.format(name=re.escape(fault.field)), body)
    if control is None:
        return body
    tag, note = control[0], f"fault-{fault.field}"
    named = _ID.search(tag)
    identity = named[1] if named else f"field-{fault.field}"
    if named is None:
        tag = _with_attribute(tag, f'id="{identity}"')
    described = _DESCRIBED.search(tag)
    if described is None:
        tag = _with_attribute(tag, f'aria-describedby="{note}"')
    else:
        tag = tag.replace(described[0], f'aria-describedby="{described[1]} {note}"')
    tag = _with_attribute(tag, 'aria-invalid="true"')
    label = re.search(rf'<label[^>]*\bfor="{re.escape(identity)}"[^>]*>(.*?)</label>', body, re.DOTALL)
    words = f'<span class="fault" id="{note}">{escape(fault.words)}</span>'
    body = body[: control.start()] + words + tag + body[control.end() :]
    body = body.replace(f'href="{anchor(fault.field)}"', f'href="#{identity}"')
    if label is not None:
        called = f'<b data-field="{fault.field}">{escape(fault.called)}</b>'
        body = body.replace(called, f"<b>{_TAG.sub('', label[1]).strip()}</b>")
    return body


def _with_attribute(tag: str, attribute: str) -> str:
    end = -2 if tag.endswith("/>") else -1
    return f"{tag[:end]} {attribute}{tag[end:]}"
