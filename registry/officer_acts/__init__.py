"""What the officers' pages and endpoints share: the tables of acts, the inbox, filters, deadlines."""
