"""The one spelling of a path, which the router and what decides by a path both see; and which paths are of the intake."""

from registry.vocabulary.register import Language


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


_API = "/api/v1/complaints"
_PAGES = tuple(f"/{language}/box" for language in Language)
_BEGINNINGS = (_API, *_PAGES)


def is_of_intake(path: str) -> bool:
    """Whether a path as the server decoded it leads to the intake of complaints, or would if it were spelt to the end.

    Less is told of a request there than anywhere else. No page of another site may read the answer, and it leaves neither a
    line in the log nor a count unless it failed through us: a line has an instant, and anyone who compares instants with
    observed network traffic knows who complained.
    """
    return path.startswith(_BEGINNINGS)
