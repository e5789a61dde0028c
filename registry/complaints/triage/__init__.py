"""How urgent a complaint is, what resembles it, and mass filings."""
