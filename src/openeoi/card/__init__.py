"""The virtual card: operating system, files, access conditions, applications and the state that survives the power.

For development, test, teaching and simulation. It is no qualified signature creation device: whoever reads its file has its keys.
"""
