"""The question and its answer: verdicts, corridor, checks of adverts and channels, fees."""
