"""What an authority does to a licence: licensing, deposits, sanctions, collisions, agencies' requests."""
