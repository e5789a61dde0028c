"""Officers: accounts, sign-in, second factors, rights, tokens, notices by mail."""
