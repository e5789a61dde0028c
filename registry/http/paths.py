"""What a path alone tells: its one spelling, so that what decides by it and the router see the same; and whose it is."""

from registry.vocabulary.register import Language

PUBLIC_PATHS = (
    "/api/v1/", "/log/", "/status/", "/.well-known/", "/vct/", "/ranges/", "/dataset", "/changes.", "/openapi.json",
    "/openapi/",
)  # fmt: skip
"""What any page may read: answers, the log, status lists, open data, and what their readers need."""

DESK_PATHS = tuple(
    f"/api/v1/{noun}"
    for noun in (
        "officers", "officer-changes", "cases", "employers", "access-grants", "paper-forms", "licence-previews",
        "licence-proposals", "deposits", "lists-on-hold", "channel-changes", "law-overlays", "collisions",
        "clone-warnings", "sanctions", "hearings", "served-hearings", "referrals", "received-referrals",
        "waiting-identities", "transfers", "agency-invitations", "entry-requests", "audit", "overview",
    )
)  # fmt: skip
"""What begins so is for officers alone, and no page of another site reads it. (`/licences` is not: what the public may read of a
licence stands there too.)"""

ORGANISATION_PATHS = tuple(
    f"/api/v1/{noun}"
    for noun in (
        "organisation", "presentations", "verification-jobs", "watches", "events", "webhooks", "receipts",
        "archived-lists",
    )
)  # fmt: skip
"""What begins so needs an organisation's key, and no page of another site reads it: all but OPEN_RECEIPT."""

OPEN_RECEIPT = "/api/v1/receipts/verify"

READ_BY_POST = frozenset(
    f"/api/v1/{noun}"
    for noun in ("verify", "verifications", "corridor-verifications", "checks", "fees", "receipts/verify", "reconcile")
)
"""Questions that are posted so that nothing stands in a URL: reads all the same."""

NOT_ELSEWHERE = (*DESK_PATHS, *ORGANISATION_PATHS)

_API = "/api/v1/complaints"
_PAGES = tuple(f"/{language}/box" for language in Language)
_BEGINNINGS = (_API, *_PAGES)


def is_of_intake(path: str) -> bool:
    """Whether a path as the server decoded it leads to the intake of complaints, or would if it were spelt to the end.

    Less is told of such a request than anywhere else. No page of another site may read what it is answered, and it leaves neither
    a line in the log nor a count unless it failed through us: a line has an instant, and anyone who compares instants with
    observed network traffic knows who complained.
    """
    return path.startswith(_BEGINNINGS)


def plain_path(path: str) -> str:
    """A decoded path without empty segments, `.` and `..`, as RFC 3986 (6.2.2.3) removes them; it begins with one slash.

    `//console`, `/./console` and `/x/../console` are `/console`. A slash at the end stays.
    """
    if path.startswith("/") and "//" not in path and "/." not in path:
        return path
    parts: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del parts[-1:]
        elif segment not in ("", "."):
            parts.append(segment)
    is_folder = segments[-1] in ("", ".", "..") and bool(parts)
    return "/" + "/".join(parts) + ("/" if is_folder else "")
