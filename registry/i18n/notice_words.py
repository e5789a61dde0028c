"""The words of notices: mails to officers (that there is something, never what), and for complainants of a sanction."""

from registry.i18n.languages import text
from registry.officers import security_mails
from registry.officers.models import SecurityEvent
from registry.officers.notices import Wording, Words
from registry.vocabulary.register import Language, SanctionKind


def notice_words(address: str) -> Wording:
    """`registry.officers.notices.Wording`, with the address of the console."""

    def wording(language: Language, words: Words) -> tuple[str, str]:
        body = text(language, f"notice.{words}", address=f"{address}/console/")
        return text(language, "notice.subject"), f"{body}\n\n{text(language, 'notice.why')}\n"

    return wording


def security_words(address: str) -> security_mails.Wording:
    """`registry.officers.security_mails.Wording`, with the address of the console."""

    def wording(language: Language, event: SecurityEvent, code: str) -> tuple[str, str]:
        facts = {"code": code, "address": f"{address}/console/join"} if code else {}
        body = text(language, f"security.{event}", **facts)
        return text(language, "security.subject"), f"{body}\n\n{text(language, 'security.not_you')}\n"

    return wording


def sanction_notice(language: Language, event: str, kind: SanctionKind) -> str:
    """The message of an event of the outbox: `registry.supervision.sanctions.complainant_notices.Words`."""
    return text(language, f"sanction.told.{event.partition('.')[2]}", kind=text(language, f"sanction.{kind}"))
