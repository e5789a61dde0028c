"""What an agency asks about its own entry: claim, correction, clone report, reply."""
