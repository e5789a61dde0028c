"""The audit trail: a chained line for each act of an officer, and its verification."""
