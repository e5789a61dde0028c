"""What waits at the licensing desk from outside: lists that were read, changes of channels, and what looks like a clone."""
