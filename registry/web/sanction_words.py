"""What whoever complained reads of a sanction, in her language. Nothing in it is about other people."""

from registry.terms import Language, SanctionKind
from registry.web.languages import text


def sanction_notice(language: Language, event: str, kind: SanctionKind) -> str:
    """The message of an event of the outbox: `registry.sanctions.echoes.Words`."""
    return text(language, f"sanction.told.{event.partition('.')[2]}", kind=text(language, f"sanction.{kind}"))
