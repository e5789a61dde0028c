"""The case itself: its tables, states, moves, deadlines, answers, consents, messages and complaint codes."""
