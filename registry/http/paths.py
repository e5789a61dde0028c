"""The one spelling of a path: what decides by a path, and the router, see the same."""


def plain_path(path: str) -> str:
    """A decoded path without empty segments, `.` and `..`, as RFC 3986 (6.2.2.3) removes them; it begins with one slash.

    `//console`, `/./console` and `/x/../console` are `/console`. A slash at the end stays.
    """
    if path.startswith("/") and "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    is_folder = segments[-1] in ("", ".", "..") and bool(kept)
    return "/" + "/".join(kept) + ("/" if is_folder else "")
