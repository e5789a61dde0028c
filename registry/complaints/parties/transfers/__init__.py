"""Transfer of a case from the unit that has it to another, which accepts or declines it."""
