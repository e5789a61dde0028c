"""Open statistics, closed by quarter, with small numbers withheld."""
