"""The words of mails to officers: that there is something, and where to look. Never what."""

from registry.i18n.languages import text
from registry.officers.notices import Wording, Words
from registry.vocabulary.register import Language


def notice_words(address: str) -> Wording:
    """`registry.officers.notices.Wording`, with the address of the console."""

    def wording(language: Language, words: Words) -> tuple[str, str]:
        body = text(language, f"notice.{words}", address=f"{address}/console/")
        return text(language, "notice.subject"), f"{body}\n\n{text(language, 'notice.why')}\n"

    return wording
