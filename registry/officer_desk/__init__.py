"""What the officers' pages and endpoints share: the tables of acts, filters, drafts."""
