"""Response headers that every answer carries, made once: the frame joins them to what a view gives."""

from registry.core.settings import Settings
from registry.http.paths import is_of_intake

Header = tuple[str, str]

_SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_policy(**more: str) -> str:
    """The Content-Security-Policy, strict unless a page needs `more`, for example `connect_src="'self'"`.

    A view that sets this header itself keeps its own.
    """
    sources = _SOURCES | {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


_DEVICES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")


def permissions_policy(**allowed: str) -> str:
    """The Permissions-Policy: no page may use a device but one that is `allowed`, for example `microphone="(self)"`.

    A view that sets this header itself keeps its own.
    """
    return ", ".join(f"{device}={allowed.get(device, '()')}" for device in _DEVICES)


def security_headers(settings: Settings) -> list[Header]:
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", permissions_policy()),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if settings.is_https:
        headers.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    return headers


# Public answers hold nothing of the asker, so any page may read them; a browser sends no cookie with `*`.
PUBLIC_READ: list[Header] = [
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "API-Version, Content-Language, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
    ),
]
PUBLIC_PATHS = ("/api/v1/", "/log/", "/status/", "/.well-known/", "/vct/")
"""What any page may read: answers, the log, status lists, and what their readers need."""

DESK_PATHS = tuple(
    f"/api/v1/{noun}"
    for noun in (
        "officers",
        "officer-changes",
        "cases",
        "access-grants",
        "paper-forms",
        "licence-previews",
        "licence-proposals",
        "deposits",
        "lists-on-hold",
        "channel-changes",
        "law-overlays",
        "collisions",
        "clone-warnings",
        "sanctions",
        "hearings",
        "served-hearings",
        "referrals",
        "received-referrals",
        "waiting-identities",
        "agency-invitations",
        "entry-requests",
        "audit",
        "overview",
    )
)
"""What begins so is for officers alone, and no page of another site reads it. (`/licences` is not: what the public may read of a
licence stands there too.)"""

ORGANISATION_PATHS = tuple(
    f"/api/v1/{noun}"
    for noun in ("organisation", "verification-jobs", "watches", "events", "webhooks", "receipts", "archived-lists")
)
"""What begins so needs an organisation's key, and no page of another site reads it: all but OPEN_RECEIPT."""

OPEN_RECEIPT = "/api/v1/receipts/verify"

READ_BY_POST = frozenset(
    f"/api/v1/{noun}"
    for noun in ("verify", "verifications", "corridor-verifications", "checks", "fees", "receipts/verify")
)
"""Questions that are posted so that nothing stands in a URL: reads all the same."""

NOT_ELSEWHERE = (*DESK_PATHS, *ORGANISATION_PATHS)

PREFLIGHT: list[Header] = [
    *PUBLIC_READ,
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
]


def cross_origin_headers(method: str, path: str) -> list[Header]:
    is_ours = path.startswith(NOT_ELSEWHERE) and path != OPEN_RECEIPT
    if not path.startswith(PUBLIC_PATHS) or is_ours or is_of_intake(path):
        return []
    if method == "OPTIONS":
        return PREFLIGHT
    return PUBLIC_READ if method in ("GET", "HEAD") or path in READ_BY_POST else []
