"""The words of mails to people of organisations."""

from collections.abc import Mapping
from datetime import date

from registry.i18n.languages import text
from registry.organisations.letters import Words
from registry.vocabulary.register import Language
from registry.vocabulary.watches import EventType
from registry.watches.digests import Wording as DigestWording
from registry.watches.notices import Wording


def account_words(language: Language, words: Words, values: Mapping[str, str]) -> tuple[str, str]:
    """`registry.organisations.letters.Wording`."""
    return text(language, f"account.mail.{words}.subject"), text(language, f"account.mail.{words}", **values) + "\n"


def webhook_words(address: str, what: str = "webhook_off") -> Wording:
    """`registry.watches.notices.Wording`, with the address of the registry; `what` names the mail: "webhook_off" or
    "webhook_failing".
    """

    def wording(language: Language, count: int) -> tuple[str, str]:
        body = text(language, f"account.mail.{what}", count=str(count), link=f"{address}/account/webhooks")
        return text(language, f"account.mail.{what}.subject"), body + "\n"

    return wording


def digest_words(address: str) -> DigestWording:
    """`registry.watches.digests.Wording`, with the address of the registry."""

    def wording(language: Language, since: date, counts: Mapping[EventType, int]) -> tuple[str, str]:
        lines = "\n".join(f"{count} × {text(language, f'account.event.{kind}')}" for kind, count in counts.items())
        body = text(
            language,
            "account.mail.digest",
            since=since.isoformat(),
            events=lines,
            link=f"{address}/account/watches",
            choice=f"{address}/account/own",
        )
        return text(language, "account.mail.digest.subject"), body + "\n"

    return wording
