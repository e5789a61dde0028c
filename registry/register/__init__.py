"""What is known: agencies, names, authorities, law, official lists, help lines."""
