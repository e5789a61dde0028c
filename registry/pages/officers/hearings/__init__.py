"""Pages of hearings: for the officer, and for the agency that is heard."""
