"""How officers and members of organisations sign in alike: passwords, second factors, sessions, delays."""
