"""Pages of officers (the console): queue, case, licences, hearings, sanctions, overview."""
