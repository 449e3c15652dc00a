"""Chip authentication version 1 (ICAO 9303-11, 6.2): a new channel whose keys only the genuine chip can agree on."""
