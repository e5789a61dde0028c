"""Examples of the audit and the overview by the officers' API: one story."""

from registry.api.officers.story import example

AUDITOR = "AUDXTXRX222F"
HEAD = f"9:{'5e' * 32}"

OVERSIGHT = (
    example(
        "listAuditLines", "looked", "Who looked at the audit", "/audit/lines", query={"act": "audit"}, who="auditor"
    ),
    example(
        "verifyAudit", "whole", "The chain holds", "/audit/verification", who="auditor", keeps={"head": HEAD}
    ),
    example("exportAudit", "cases", "What was done to cases", "/audit/export", query={"act": "case"}, who="auditor"),
    example("getOverview", "month", "A month", "/overview", query={"from_on": "2026-11-01"}, who="analyst"),
    example("downloadOverviewTable", "open", "Open cases", "/overview/table", query={"table": "open"}, who="analyst"),
    example("downloadOverview", "usual", "Twelve weeks", "/overview/workbook", who="analyst"),
)  # fmt: skip
