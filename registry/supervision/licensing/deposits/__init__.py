"""The money that an agency keeps for workers' claims: its ledger, what is missing, and until when it is topped up."""
