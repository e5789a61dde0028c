"""Response headers that every answer carries, made once: the frame joins them to what a view gives."""

from registry.core.settings import Settings
from registry.http.paths import NOT_ELSEWHERE, OPEN_RECEIPT, PUBLIC_PATHS, READ_BY_POST, is_of_intake

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
        "API-Version, Content-Language, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
        "Retry-After, X-Request-Id",
    ),
]

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
