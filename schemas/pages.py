"""How a page of a list is asked for, the same for every list."""

from schemas.base import InSchema
from schemas.fields import Count, Line

MAX_CHOICE = 2000


def choice_field() -> Line:
    return Line(
        "Which fields of each answer are given, by name and with commas between, those inside another after "
        "a dot; without it all. Lists of answers then leave out `steps`.",
        data_key="fields",
        max_length=MAX_CHOICE,
        example="verdict,reasons.code",
    )


class PageQuerySchema(InSchema):
    limit = Count("At most so many; 50 where it is absent.", minimum=1, maximum=100)
    cursor = Line("`next_cursor` of the page before.", max_length=200)
