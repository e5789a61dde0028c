"""Writes docs/users/reasons.md: every problem and reason code with cause and cure.

    python -m tools.reasons check    # the exit code is 1 if the page is not up to date
    python -m tools.reasons write

The codes come from registry/vocabulary/codes.py, the texts from the English catalogue and from registry/api/docs/advice.toml.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from registry.api.docs.advice import Advice, problems, reasons
from tools.generated_file import write_or_check

PAGE = Path(__file__).resolve().parents[1] / "docs" / "users" / "reasons.md"

OPENING = """\
# Reasons and problems: cause and cure

This page lists every code that a program may meet, with what it comes from and what the program should do. It is made
by `python -m tools.reasons write`; `/docs` of each registry shows the same tables. New codes may be added at any time
([compatibility.md](compatibility.md)): treat an unknown reason by the verdict alone, and an unknown problem by its HTTP
status.

A text is for people and may change; a code is for programs and does not. Only `yes` is yes.
"""

REASONS = """\
## Reasons of a verdict

They are in `reasons` of an answer, the deciding one first; `weight` says which decide and which inform. The rules are in
[verdict.md](verdict.md). What stands in braces is filled in by the registry. Where an answer has `needs`, ask again with
that parameter: it names the values that are taken.
"""

PROBLEMS = """\
## Problems

They are in `code` of an error (RFC 9457) and of each entry of its `errors`. `type` leads to the row of the code in
`/docs`. An error is never an answer about an agency: treat the question as unanswered.
"""


def page() -> str:
    """The whole page."""
    return "\n".join((OPENING, REASONS, *_of_reasons(reasons()), "", PROBLEMS, *_of_problems(problems()), ""))


def _of_reasons(rows: Iterable[Advice]) -> Iterator[str]:
    yield "| code | says | what a program does | parameters |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        names = ", ".join(f"`{name}`" for name in row.parameters)
        yield f'| <a id="reason-{row.code}"></a>`{row.code}` | {row.cause} | {row.cure} | {names} |'


def _of_problems(rows: Iterable[Advice]) -> Iterator[str]:
    yield "| code | title | cause | cure |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        yield f'| <a id="problem-{row.code}"></a>`{row.code}` | {row.title} | {row.cause} | {row.cure} |'


def main(arguments: list[str]) -> int:
    return write_or_check(arguments, PAGE, page, "tools.reasons", __doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
