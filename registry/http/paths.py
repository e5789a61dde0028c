"""The one spelling of a path: what decides by a path, and the router, see the same."""


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
