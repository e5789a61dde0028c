"""Endpoints of officers: cases, licences, hearings, sanctions, the audit trail."""
