"""The names of agencies on public pages: the one that was looked for, and all that tells several apart."""

from registry.i18n.agency_names import ShownName, display_name, main_name
from registry.register.agencies import record
from registry.verification.verdicts.question import NameMatch
from registry.vocabulary.register import Language


def name_of(agency: record.Agency, text: str) -> ShownName:
    """One of its names as it stands on a page."""
    return next((display_name(name) for name in agency.names if name.name == text), ShownName(text, None))


def candidate(agency: record.Agency, language: Language, match: NameMatch | None = None) -> dict[str, object]:
    """One of several agencies that may be meant, with all that tells it from the others."""
    main = main_name(agency, language)
    return {
        "agency": agency,
        "main": main,
        "match": match,
        "matched": name_of(agency, match.name) if match else None,
        "others": [display_name(name) for name in agency.names if name.name != main.name],
        "numbers": [licence.number for licence in agency.licences if licence.number][:5],
    }
