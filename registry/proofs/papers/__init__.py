"""Papers as PDF: licence certificates with QR code and seal."""
