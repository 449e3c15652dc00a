"""Password authenticated connection establishment (ICAO 9303-11, 4.4; TR-03110-3, 3.2)."""
