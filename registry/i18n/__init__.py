"""Languages: catalogues, and how reasons, dates, money and errors are worded."""
