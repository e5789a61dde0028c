"""Days on which no answer changes by itself: the eve of a change of the law is told elsewhere."""

from datetime import datetime, timedelta

from registry.core.clock import now
from registry.ranges import calendar_rules
from registry.register.law.loading import shipped_law


def a_time_without_changes() -> datetime:
    """The next time around which no row of law begins, ends or grows too old."""
    law = shipped_law()
    days_of = (calendar_rules._days_of_law, calendar_rules.days_of_telling)
    changes = {day for country in law.countries for days in days_of for day in days(law, country)}
    times = (now() + timedelta(days=days) for days in range(365))
    return next(one for one in times if not changes & {one.date() + timedelta(days=days) for days in range(-1, 4)})
