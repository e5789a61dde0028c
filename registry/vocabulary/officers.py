"""Words about officers."""

from enum import StrEnum


class Role(StrEnum):
    """What an officer is trusted with. One person may have several, except as INCOMPATIBLE says."""

    TRIAGE = "triage"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    DECIDER = "decider"
    LICENSING = "licensing"
    CUSTODIAN = "custodian"
    TRANSLATOR = "translator"
    PARTNER = "partner"
    AGENCY_REP = "agency_rep"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    SYSADMIN = "sysadmin"
