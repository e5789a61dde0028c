"""What asks for an officer's hand: one kind of row, with owner, reason, age, deadline and link."""
