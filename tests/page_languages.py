"""Languages in which tests load a page: the two in which most texts were written first, and the two that came last.

Whether a language has all its texts is tested on the catalogues, which costs no page.
"""

from registry.vocabulary.register import Language

PAGE_LANGUAGES = (Language.EN, Language.ZH_HANS, Language.FR, Language.RO)
