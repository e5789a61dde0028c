"""Public pages: lookup, agencies, checks, fees, help, papers, the log."""
