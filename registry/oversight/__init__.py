"""What supervisors see: audit trail, overview, statistics."""
