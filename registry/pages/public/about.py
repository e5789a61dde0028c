"""What everybody should know: what a licence is, who helps, and what this registry knows and does not.

And the accessibility statement, the privacy notice and the cookies page: what the software does, in the operator's name. The
operator puts own texts into REGISTRY_HOME/notices: `<page>.<language>.txt` stands in place of ours, and `contact.txt`, one
line, is named in ours. Plain text: paragraphs between empty lines, `# ` before a heading, `- ` before each point of a list.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response

from registry.core.clock import day_at, now
from registry.http.transaction import services, verdicts
from registry.i18n.languages import has_text, text
from registry.i18n.names import authority_name, countries
from registry.pages.public.rendering import is_demo, page
from registry.register.authorities.sources import SourceFacts, SourceSnapshot
from registry.register.help_lines import HelpLine, help_lines_in, in_order
from registry.register.law import rows, weights
from registry.vocabulary import register
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import Language

pages = Blueprint("knowledge", __name__)


@pages.get("/<language:language>/coverage")
def show_coverage(language: Language) -> Response:
    snapshot, law = verdicts().current_coverage()
    listed = {source.country for source in snapshot.sources.values()}
    today = day_at(now(), None)
    return page(
        "coverage.html",
        language,
        here="coverage",
        sources=[_source(source, snapshot, language) for source in _by_country(snapshot, language)],
        uncovered=[
            name
            for code, name in countries(language, register.EU_STATES | register.SENDING_COUNTRIES)
            if code not in listed
        ],
        regimes=[regime for regime in law.regimes if _is_listed(regime, today)],
    )


def _is_listed(regime: rows.Regime, today: date) -> bool:
    """Rules of today or later for recruiting, as far as they were read and are not disputed."""
    is_over = regime.to is not None and regime.to < today
    is_known = weights.is_readable(regime) and not weights.is_disputed(regime) and regime.rule is not RegimeRule.UNKNOWN
    return not is_over and is_known and regime.scope is None and regime.activity.value in register.RECRUITING


def _by_country(snapshot: SourceSnapshot, language: Language) -> list[SourceFacts]:
    order = [code for code, _ in countries(language, register.EU_STATES | register.SENDING_COUNTRIES)]
    known = [source for source in snapshot.sources.values() if source.country in order]
    return sorted(known, key=lambda source: (order.index(source.country), source.reference))


def _source(source: SourceFacts, snapshot: SourceSnapshot, language: Language) -> dict[str, object]:
    zone = snapshot.time_zone(source.authority)
    stale_at = source.stale_at()
    state = "stale" if stale_at is not None and now() >= stale_at else "fresh"
    return {
        "facts": source,
        "authority": authority_name(language, source.authority, snapshot),
        "state": state if source.retrieved_at else "never_read",
        "read_on": day_at(source.retrieved_at, zone) if source.retrieved_at else None,
        "good_until": day_at(stale_at, zone) if stale_at and source.retrieved_at else None,
        "kinds": sorted(source.kinds),
    }


@pages.get("/<language:language>/licences")
def show_licences(language: Language) -> Response:
    no_licence = [kind for kind in register.LicenceKind if not register.KINDS[kind].permits & register.RECRUITING]
    return page("licences.html", language, here="licences", wrong_papers=no_licence, statuses=register.STATUSES)


@pages.get("/<language:language>/help")
def show_help_lines(language: Language) -> Response:
    by_country: dict[str, list[HelpLine]] = {}
    for line in help_lines_in(verdicts().current_law()):
        if line.country is not None:
            by_country.setdefault(line.country, []).append(line)
    return page(
        "help.html",
        language,
        here="help",
        countries=[
            *countries(language, register.SENDING_COUNTRIES),
            *countries(language),
            *countries(language, frozenset({"GB"})),
        ],
        lines={country: in_order(lines, language) for country, lines in by_country.items()},
        shows_all_numbers=is_demo(),
    )


NOTICES = ("accessibility", "privacy", "cookies")
MAX_BYTES = 64 * 1024
FOLDER = "notices"


class Block(NamedTuple):
    """A heading, a paragraph, or the points of a list."""

    kind: str
    texts: Sequence[str]


@pages.get(f"/<language:language>/<any({', '.join(NOTICES)}):notice_name>")
def show_notice(language: Language, notice_name: str) -> Response:
    folder = services().settings.home / FOLDER
    own = _read(folder / f"{notice_name}.{language}.txt")
    contact = " ".join(_read(folder / "contact.txt").split())[:400]
    return page(
        "notice.html",
        language,
        here=notice_name,
        name=notice_name,
        blocks=list(blocks(own or _shipped(language, notice_name))),
        contact=contact,
        is_own=bool(own),
    )


def _read(path: Path) -> str:
    """A file of the operator's; empty where there is none, or where it is no text."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _shipped(language: Language, name: str) -> str:
    """Our own text: the catalogue's pieces `page.notice.<name>.1` and so on, in the form that operators write."""
    parts = []
    number = 1
    while has_text(f"page.notice.{name}.{number}"):
        parts.append(text(language, f"page.notice.{name}.{number}"))
        number += 1
    return "\n\n".join(parts)


def blocks(written: str) -> Iterator[Block]:
    """The pieces of a text. What is not marked as anything is a paragraph."""
    points: list[str] = []
    for line in (*_lines(written), ""):
        if points and not line.startswith("- "):
            yield Block("list", tuple(points))
            points = []
        if line.startswith("- "):
            points.append(line[2:].strip())
        elif line.startswith("# "):
            yield Block("heading", (line[2:].strip(),))
        elif line:
            yield Block("paragraph", (line,))


def _lines(written: str) -> Iterator[str]:
    """Lines in which a paragraph that was wrapped is one again."""
    joined = ""
    for line in written.replace("\r\n", "\n").split("\n"):
        tidy = line.strip()
        if joined and (not tidy or tidy.startswith(("# ", "- "))):
            yield joined
            joined = ""
        if tidy.startswith(("# ", "- ")):
            yield tidy
        elif tidy:
            joined = f"{joined} {tidy}".strip()
    if joined:
        yield joined
