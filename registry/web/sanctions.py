"""What both doors of sanctions ask first: as whom an officer acts."""

from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.sanctions.actions import Official
from registry.web.desk import acting


def official(me: Present, act: Act) -> Official:
    """The officer present as sanctions know him. Raises Forbidden."""
    officer = acting(me, Resource.SANCTION, act)
    return Official(officer.name, officer.role, officer.unit, me.standing.authority)
