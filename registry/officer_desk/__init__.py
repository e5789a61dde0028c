"""What the officers' pages, endpoints and commands share: the tables of acts, filters, drafts."""
