"""Pages of what agencies ask about their entry: for the agency, and for the officer who decides."""
