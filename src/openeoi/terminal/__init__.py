"""What any reader does: detect, unlock, read, authenticate, sign on card, care for PINs."""
