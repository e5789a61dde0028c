"""Sign-in of officers with their ministry's OpenID provider."""
