"""What is wrong with a list or a delivery, in the reader's language.

It is kept and told to programs in English; its words in another language are found by that (`trouble.*` of the catalogues).
What is wrong with a field carries its code.
"""

from typing import NamedTuple

from registry.core.errors import InvalidInput, RegistryError
from registry.i18n.faults import found, message_in
from registry.i18n.languages import has_text, text
from registry.i18n.wording import listed, problem_detail
from registry.vocabulary.register import Language


class LocalisedText(NamedTuple):
    """Words, and the language that they are in: English for what has none in the reader's."""

    words: str
    language: Language


def trouble_text(language: Language, trouble: str) -> LocalisedText:
    match = None if language is Language.EN else found(trouble, "trouble")
    if match is None:
        return LocalisedText(trouble, Language.EN)
    key, values = match
    return LocalisedText(text(language, key, **values), language)


def refusal_text(language: Language, refused: RegistryError) -> LocalisedText:
    """Why something was not done with a list; of fields each with its name."""
    if not isinstance(refused, InvalidInput) or language is Language.EN:
        return trouble_text(language, refused.text)
    stated = []
    for fault in refused.faults:
        key = f"bulk.field.{fault.parameter.rpartition('.')[2]}"
        name = text(language, key) if has_text(key) else fault.parameter
        worded = fault.message
        words = problem_detail(language, fault.code) if worded is None else message_in(language, worded)
        stated.append(text(language, "faults.one", field=name, words=words))
    return LocalisedText(listed(language, stated), language)
