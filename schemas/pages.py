"""How a page of a list is asked for, the same for every list."""

from schemas.base import InSchema
from schemas.fields import Count, Line

MAX_CHOICE = 2000


def choice_field() -> Line:
    return Line(
        data_key="fields",
        max_length=MAX_CHOICE,
        metadata={
            "description": "Which fields of each answer are given, by name and with commas between, those inside another after "
            "a dot; without it all. Lists of answers then leave out `steps`.",
            "example": "verdict,reasons.code",
        },
    )


class PageQuerySchema(InSchema):
    limit = Count(minimum=1, maximum=100, metadata={"description": "At most so many; 50 where it is absent."})
    cursor = Line(max_length=200, metadata={"description": "`next_cursor` of the page before."})
