"""What supervisors see: the audit trail, figures of a unit, and the open statistics, closed by quarter."""
