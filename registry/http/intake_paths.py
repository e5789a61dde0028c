"""Which addresses belong to the intake of complaints, where less is told of a request than anywhere else.

No page of another site may read what they answer. And a request to them leaves neither a line in the log nor a count unless it
failed through us: a line has an instant, and anyone who compares instants with observed network traffic knows who
complained.
"""

from registry.vocabulary.register import Language

_API = "/api/v1/complaints"
_PAGES = tuple(f"/{language}/box" for language in Language)
_BEGINNINGS = (_API, *_PAGES)


def is_of_intake(path: str) -> bool:
    """Whether a path as the server decoded it leads there, or would if it were spelt to the end."""
    return path.startswith(_BEGINNINGS)
