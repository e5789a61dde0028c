"""What officers typed into forms and have not sent yet, sealed and kept for some days."""
