"""Certificate sets under a chip's trust point, made anew for each run: good chains, and certificates that are wrong in one place.

`keys` signs, `drafts` builds one certificate, `authority` knows the trust point and what may follow it, `forgeries` lists what a
chip must refuse, `folder` reads the trust point that a maker gives to the tester.
"""
