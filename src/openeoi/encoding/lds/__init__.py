"""The logical data structure of machine readable travel documents (ICAO 9303-10): one module per elementary file."""
