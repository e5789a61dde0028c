"""What is to be done after a commit, written in the transaction that makes it necessary."""
