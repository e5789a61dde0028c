"""The notice of a sanction for the complainant, in the complainant's language. Nothing in it is about other people."""

from registry.i18n.languages import text
from registry.vocabulary.register import Language, SanctionKind


def sanction_notice(language: Language, event: str, kind: SanctionKind) -> str:
    """The message of an event of the outbox: `registry.supervision.sanctions.complainant_notices.Words`."""
    return text(language, f"sanction.told.{event.partition('.')[2]}", kind=text(language, f"sanction.{kind}"))
