"""Officers' notes and tasks on a case, sealed to their unit."""
