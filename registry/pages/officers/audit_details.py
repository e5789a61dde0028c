""""""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from registry.i18n.faults import found
from registry.i18n.languages import has_text, text
from registry.i18n.wording import date_text, language_name, listed
from registry.vocabulary.register import Language

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "case.moved": ("case_state",),
    "case.consent_given": ("desk.consent",),
    "case.consent_revoked": ("desk.consent",),
    "case": ("role",),
    "break_glass": ("role",),
    "decision": ("decision_outcome", "role"),
    "deposit": ("deposit.kind",),
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
"""Where the words of an act's detail may stand; an act of its own name goes before its kind."""

_FROM_TO = frozenset({"case.moved", "case.priority", "case.danger"})
_MOVED = 2
"""Words of a sanction that was moved: its kind, and where it stood before."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERENCE = re.compile(r"[0-9A-Z]{12}")


def detail_in(language: Language, act: str, detail: str, names: Mapping[str, str]) -> str:
    """`names` are those of officers by reference."""
    families = FAMILIES.get(act) or FAMILIES.get(act.partition(".")[0], ())
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
