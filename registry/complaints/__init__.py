"""Complaints from first word to purge: intake, sealing, case, attachments, triage, casework, parties, retention."""
