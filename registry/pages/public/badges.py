"""A badge that an agency may show on its own site, and the frame for it: how its licence stands today, and whose badge it is.

A picture can be copied by anybody. So the agency's registered site, the register's host and the day stand in it, the frame
opens on that site alone, and both lead back here.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, request

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.http.responses import cache_seconds, content_policy, negotiated, respond_with
from registry.http.transaction import public_reading, services, verdicts
from registry.i18n.names import main_name
from registry.pages.public.licence_status import Stands, standing_of
from registry.pages.public.rendering import rendered_alone
from registry.register.agencies import queries, record
from registry.register.agencies.domains import host_of, is_shared
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import ChannelKind, Language, LicenceStatus

pages = Blueprint("badges", __name__)

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
_GRAVEST_LAST = (Stands.IN_FORCE, Stands.UNKNOWN, Stands.EXPIRED, Stands.ENDED)


@dataclass(frozen=True, slots=True)
class Badge:
    """What is printed. `site` is the agency's registered host, `register` ours; `on` the authority's own day."""

    agency: record.Agency
    stands: Stands
    has_conditions: bool
    is_imitated: bool
    site: str | None
    register: str
    on: date

    @property
    def statement_key(self) -> str:
        """The last part of the catalogue's key for what it says. Green are `in_force` and `conditions` alone."""
        if self.stands is not Stands.IN_FORCE:
            return self.stands
        # An imitator copies its badge too: the reader has to look at who shows it.
        return "imitated" if self.is_imitated else "conditions" if self.has_conditions else "in_force"


@pages.get("/badge/<agency_id>.svg")
def show_badge(agency_id: str) -> Response:
    """The picture. Green only where the verdict on a licence alone says that it is in force."""
    at, language = now(), _language()
    status_badge = badge_of(agency_id, at)
    body = rendered_alone("badge.svg", language, badge=status_badge, name=main_name(status_badge.agency, language).name)
    response = respond_with(body.encode(), "image/svg+xml", _seconds_kept(at), request.environ)
    # Opened by itself the picture runs nothing, loads nothing and stands in no frame.
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Content-Language"] = language
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Language")
    return response


@pages.get("/embed/<agency_id>")
def show_embedded(agency_id: str) -> Response:
    """The picture with a link to the record, for a frame on the agency's registered site and nowhere else."""
    at, language = now(), _language()
    status_badge = badge_of(agency_id, at)
    address = f"/badge/{status_badge.agency.agency_id}.svg?language={language}"
    body = rendered_alone("embed.html", language, badge=status_badge, picture=address)
    response = respond_with(body.encode(), "text/html; charset=utf-8", _seconds_kept(at), request.environ)
    ancestors = f"https://{status_badge.site}" if status_badge.site else "'none'"
    response.headers["Content-Security-Policy"] = content_policy(
        style_src="'none'", script_src="'none'", form_action="'none'", frame_ancestors=ancestors
    )
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
    return response


def _seconds_kept(at: datetime) -> int:
    return cache_seconds(at, verdicts().current_snapshot().time_zones())


def badge_of(agency_id: str, at: datetime) -> Badge:
    """What the badge of an agency says now. Raises NotFound."""
    reference = read_reference(agency_id)
    day = day_at(at, None)
    agency = queries.public_record(public_reading(), reference, day) if reference else None
    if agency is None:
        raise NotFound("there is no agency with this reference")
    found = [standing_of(licence.licence_id) for licence in agency.licences]
    best = min(found, key=lambda one: _GRAVEST_LAST.index(one.stands), default=None)
    is_conditional = best is not None and best.verdict.status == LicenceStatus.ACTIVE_WITH_CONDITIONS
    return Badge(
        agency,
        Stands.UNKNOWN if best is None else best.stands,
        is_conditional,
        best is not None and any(finding.code is Reason.CLONE_WARNING for finding in best.verdict.reasons),
        site_of(agency, day),
        services().settings.public_host,
        day if best is None else best.verdict.on,
    )


def site_of(agency: record.Agency, day: date) -> str | None:
    """The host of the agency's one registered site in ASCII; None without one, with several, or where others write there too."""
    hosts = {
        host
        for channel in agency.channels
        if channel.kind is ChannelKind.WEBSITE
        and (channel.from_ is None or channel.from_ <= day)
        and (channel.to is None or channel.to >= day)
        and (host := _ascii_host(channel.value))
    }
    return hosts.pop() if len(hosts) == 1 else None


def _ascii_host(address: str) -> str | None:
    found = host_of(address)
    if found is None or is_shared(found[0]):
        return None
    try:
        host = found[0].encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return host if _HOST.fullmatch(host) else None


def _language() -> Language:
    """That of the address, for a page is written in one language; else what the browser likes."""
    code = request.args.get("language", "")
    return Language(code) if code in list(Language) else negotiated(request)
