"""The signing desk: sign, validate, preserve."""
