"""Elliptic curves of ICAO 9303-11 and TR-03110: domain parameters, group, and the backends that compute in it."""
