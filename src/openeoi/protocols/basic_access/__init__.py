"""Basic access control (ICAO 9303-11, 4.3): the channel of documents from before PACE, opened with the printed zone."""
