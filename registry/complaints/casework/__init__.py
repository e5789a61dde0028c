"""What officers do with a case: reading, replies, priorities, notes, translations, decisions, access grants."""
