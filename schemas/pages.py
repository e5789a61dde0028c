"""How a page of a list is asked for, the same for every list."""

from schemas.base import InSchema
from schemas.fields import Count, Line


class PageQuerySchema(InSchema):
    limit = Count(minimum=1, maximum=100, metadata={"description": "At most so many; 50 where it is absent."})
    cursor = Line(max_length=200, metadata={"description": "`next_cursor` of the page before."})
