"""What is known: the law of each country, in dated rows with their sources."""
