"""The words of mails with links to people of organisations."""

from collections.abc import Mapping

from registry.employers.letters import Words
from registry.terms import Language
from registry.web.languages import text


def account_words(language: Language, words: Words, values: Mapping[str, str]) -> tuple[str, str]:
    """`registry.employers.letters.Wording`."""
    return text(language, f"account.mail.{words}.subject"), text(language, f"account.mail.{words}", **values) + "\n"
