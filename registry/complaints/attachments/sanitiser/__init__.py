"""Clean copies of attachments, made in a process that can do nothing else."""
