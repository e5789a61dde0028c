"""Who helps, by country: telephone numbers and addresses with their source."""
