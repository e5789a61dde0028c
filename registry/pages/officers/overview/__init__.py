"""Pages of the overview and the board for a wall."""
