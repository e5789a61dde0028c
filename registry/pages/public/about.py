"""What everybody should know: what a licence is, who helps, and what this registry knows and does not."""

from datetime import date

from flask import Blueprint, Response

from registry.core.clock import day_at, now
from registry.http.transaction import verdicts
from registry.i18n.names import authority_name, countries
from registry.pages.public.rendering import is_demo, page
from registry.register.authorities.sources import SourceFacts, SourceSnapshot
from registry.register.help_lines import HelpLine, help_lines_in, in_order
from registry.register.law.rows import Regime
from registry.register.law.weights import is_disputed, is_readable
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import (
    EU_STATES,
    KINDS,
    RECRUITING,
    SENDING_COUNTRIES,
    STATUSES,
    Language,
    LicenceKind,
)

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
        uncovered=[name for code, name in countries(language, EU_STATES | SENDING_COUNTRIES) if code not in listed],
        regimes=[regime for regime in law.regimes if _is_listed(regime, today)],
    )


def _is_listed(regime: Regime, today: date) -> bool:
    """Rules of today or later for recruiting, as far as they were read and are not disputed."""
    is_over = regime.to is not None and regime.to < today
    is_known = is_readable(regime) and not is_disputed(regime) and regime.rule is not RegimeRule.UNKNOWN
    return not is_over and is_known and regime.scope is None and regime.activity.value in RECRUITING


def _by_country(snapshot: SourceSnapshot, language: Language) -> list[SourceFacts]:
    order = [code for code, _ in countries(language, EU_STATES | SENDING_COUNTRIES)]
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
    no_licence = [kind for kind in LicenceKind if not KINDS[kind].permits & RECRUITING]
    return page("licences.html", language, here="licences", wrong_papers=no_licence, statuses=STATUSES)


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
            *countries(language, SENDING_COUNTRIES),
            *countries(language),
            *countries(language, frozenset({"GB"})),
        ],
        lines={country: in_order(lines, language) for country, lines in by_country.items()},
        shows_all_numbers=is_demo(),
    )
