"""Whether a message tells of danger: our words for it are data (danger.toml), by language. Pure; nothing of a text is kept.

An officer reads every message. These words only decide how soon, so they find too much rather than too little.
"""

from registry.complaints.triage.phrases import PhraseRule, phrase_rules, rules_met

_FILE = "danger.toml"


def danger_rules() -> tuple[PhraseRule, ...]:
    """The kinds of danger and their phrases, as this version ships them."""
    return phrase_rules(_FILE)


def dangers_in(text: str) -> list[str]:
    """The names of the kinds of danger that a text tells of, in their order; empty where it tells of none."""
    return rules_met(_FILE, text)
