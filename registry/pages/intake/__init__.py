"""Pages on which a complaint is filed and its mailbox is read."""
