"""Active authentication (ICAO 9303-11, 6.1): the chip signs a challenge with a key that cannot be copied."""
