"""Why something was refused, in a page language; for what has no words there, the caller falls back to English."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from registry.core.errors import (
    ActRefused,
    ChannelChangeRefused,
    Forbidden,
    IllegalMove,
    InvalidInput,
    NotNow,
    RegistryError,
    StaleVersion,
)
from registry.core.faults import Message
from registry.i18n.faults import faults_text, message_in
from registry.i18n.languages import has_text, text
from registry.i18n.wording import date_text, listed, problem_detail
from registry.register.law.overlays.models import OverlayState
from registry.vocabulary.cases import AccessState, CaseRole, CaseState, HearingState, ReferralState, TransferState
from registry.vocabulary.licensing import ChannelChangeState, EntryRequestState, ProposalState, SanctionState
from registry.vocabulary.register import ChannelKind, Language

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


def refusal_text(language: Language, refused: RegistryError) -> str | None:
    """The words for an error; None where it has none but its own."""
    if isinstance(refused, ActRefused | Forbidden):
        key = f"console.fault.{refused.reason}"
        return text(language, key) if has_text(key) else None
    if isinstance(refused, InvalidInput):
        return faults_text(language, refused.faults) or None
    if language is Language.EN:
        # English words are the errors' own: they say more of the place, such as a version.
        return None
    if isinstance(refused, StaleVersion):
        return problem_detail(language, refused.code)
    if isinstance(refused, IllegalMove | NotNow | ChannelChangeRefused) and refused.lack is not None:
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
