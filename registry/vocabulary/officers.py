"""Words about officers."""

from collections.abc import Mapping
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


ZONES: Mapping[str, str] = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IT": "Europe/Rome", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
}  # fmt: skip
"""The time zone of each country that units are of; where a country has several, that of its capital."""
